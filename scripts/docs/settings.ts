import { settingCatalogue, settingNames, settingOrigins, type SettingScope } from '../../src/core/settings.js';
import { table } from './markdown.js';

const places: { readonly [S in SettingScope]: string } = {
  flag: 'flag of `run`',
  job: 'job',
  org: 'org',
  global: 'all orgs',
};

export function settingsPage(): string {
  const rows = settingNames.map((name) => {
    const { meaning, values, scopes, default: usual } = settingCatalogue[name];
    return [`\`${name}\``, meaning, values, `\`${String(usual)}\``, scopes.map((scope) => places[scope]).join(', ')];
  });
  const order = settingOrigins.map((origin) => (origin === 'default' ? 'default' : places[origin])).join(', ');
  return `# Settings

${table(['setting', 'what it does', 'values', 'default', 'can be set for'], rows)}

A value is looked for in this order, and the first that is there holds: ${order}.

\`\`\`bash
sf crm-export settings list --target-org my-org
sf crm-export settings set batch-size 100 --target-org my-org
sf crm-export settings set batch-size 100 --global
sf crm-export settings unset batch-size --target-org my-org
\`\`\`

- _Export to CRM_ (\`export-to-crm\`) is the main switch: while it is off, \`run\` and \`retry\` refuse, and \`pause-on-export-errors\` is hidden. Checks, dry runs and everything about ExportErrors still work.
- Switching _Pause on Export Errors_ (\`pause-on-export-errors\`) off warns that data may become inconsistent, and asks; in a pipeline \`--no-prompt\` says yes.
- A job's own settings stand in its [definition](definition.md); the commands are in [commands.md](commands.md#sf-crm-export-settings-set).
`;
}
