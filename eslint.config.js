import tseslint from 'typescript-eslint';
import { fixupPluginRules } from '@eslint/compat';
import sfPlugin from 'eslint-plugin-sf-plugin';

/**
 * The dependency direction of ARCHITECTURE.md: each folder may import only what it names here (and itself).
 * `doors` are the third parties a folder may use; each third party has one door.
 */
const parties = [
  '@oclif/',
  '@salesforce/',
  '@jsforce/',
  'undici',
  'lowdb',
  'csv-parse',
  'csv-stringify',
  'zod',
  'node:',
];
const layers = {
  core: { may: [], doors: [] },
  sources: { may: ['core'], doors: ['csv-parse', 'zod', 'node:'] },
  sinks: { may: ['core'], doors: ['node:'] },
  org: { may: ['core'], doors: ['@salesforce/', '@jsforce/', 'undici', 'node:'] },
  ledger: { may: ['core'], doors: ['lowdb', 'zod', 'node:'] },
  jobs: { may: ['core'], doors: ['zod', 'node:'] },
  report: { may: ['core'], doors: ['csv-stringify'] },
  ux: { may: ['core', 'report'], doors: ['@oclif/'] },
  'practice-org': { may: [], doors: ['node:'] },
  cli: {
    may: ['core', 'sources', 'sinks', 'org', 'ledger', 'jobs', 'report', 'ux', 'practice-org'],
    doors: ['@oclif/', '@salesforce/', 'node:'],
  },
  commands: { may: ['cli', 'core', 'report', 'ux'], doors: ['@oclif/', '@salesforce/', 'node:'] },
};
const folders = Object.keys(layers);

function direction(folder) {
  const { may, doors } = layers[folder];
  const wrong = folders.filter((other) => other !== folder && !may.includes(other));
  const closed = parties.filter((party) => !doors.includes(party));
  const patterns = [];
  if (wrong.length > 0) {
    patterns.push({
      regex: `^(\\.\\./)+(${wrong.join('|')})/`,
      message: `src/${folder} may import ${may.join(', ') || 'nothing'} only (ARCHITECTURE.md).`,
    });
  }
  if (closed.length > 0) {
    patterns.push({
      regex: `^(${closed.map((party) => party.replace('/', '\\/')).join('|')})`,
      message: `Not a door of src/${folder}: each third party has one (ARCHITECTURE.md).`,
    });
  }
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
}

export default tseslint.config(
  { ignores: ['lib/**', 'coverage/**', '.nyc_output/**', 'node_modules/**'] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: './test/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/explicit-member-accessibility': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A rejection may carry any reason that was handed in; promises without await are part of a port's signature.
      '@typescript-eslint/require-await': 'off',
      'no-eval': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      'no-param-reassign': 'error',
      'max-depth': ['error', 4],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 14],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/explicit-function-return-type': 'off',
      'max-lines-per-function': 'off',
      'no-console': 'off',
      complexity: 'off',
    },
  },
  {
    files: ['src/commands/**/*.ts'],
    // Written for ESLint 8; the compat layer gives its rules what ESLint 9 took away.
    plugins: { 'sf-plugin': fixupPluginRules(sfPlugin) },
    rules: {
      ...sfPlugin.configs.recommended.rules,
      // `--from-row` and `--batch-size` have no default: absent means that the job or the setting decides.
      'sf-plugin/flag-min-max-default': 'off',
    },
  },
  ...folders.map(direction),
);
