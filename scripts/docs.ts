/**
 * Writes the pages of `docs/` that are made from code; with `--check` it fails if a page is not what the code gives.
 * Run: node --import tsx scripts/docs.ts [--check]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { commandsPage } from './docs/commands.js';
import { definitionPage } from './docs/definition.js';
import { exitCodesPage } from './docs/exit-codes.js';
import { settingsPage } from './docs/settings.js';

const pages: ReadonlyArray<readonly [name: string, from: string, text: () => string | Promise<string>]> = [
  ['commands', 'oclif.manifest.json', commandsPage],
  ['definition', 'src/jobs/definition-schema.ts', definitionPage],
  ['exit-codes', 'src/core/exit-codes.ts', exitCodesPage],
  ['settings', 'src/core/settings.ts', settingsPage],
];

for (const [name, from, text] of pages) {
  const page = new URL(`../docs/${name}.md`, import.meta.url);
  const head = `<!-- Made by scripts/docs.ts from ${from}; don't edit. -->\n\n`;
  const made = await format(head + (await text()), { parser: 'markdown', printWidth: 120 });
  if (!process.argv.includes('--check')) await writeFile(page, made);
  else if ((await readFile(page, 'utf8').catch(() => '')) !== made) {
    process.stderr.write(`docs/${name}.md is not up to date: run npm run generated\n`);
    process.exitCode = 1;
  }
}
