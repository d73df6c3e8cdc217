import { readFile } from 'node:fs/promises';
import { anchorOf, plain, table } from './markdown.js';

type Flag = {
  readonly name: string;
  readonly char?: string;
  readonly type: 'boolean' | 'option';
  readonly summary?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly multiple?: boolean;
  readonly hidden?: boolean;
  readonly options?: readonly string[];
  readonly default?: unknown;
  readonly env?: string;
};
type Arg = { readonly name: string; readonly description?: string; readonly required?: boolean };
type Command = {
  readonly id: string;
  readonly hidden?: boolean;
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly flags: { readonly [name: string]: Flag };
  readonly args: { readonly [name: string]: Arg };
  readonly errorCodes?: { readonly body: readonly { readonly name: string; readonly description: string }[] };
};

/** Made from what oclif itself shows as help; the manifest is made by the build. */
export async function commandsPage(): Promise<string> {
  const file = new URL('../../oclif.manifest.json', import.meta.url);
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { commands: Record<string, Command> };
  const commands = Object.values(manifest.commands)
    .filter(({ hidden }) => hidden !== true)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const list = commands.map((command) => {
    const name = nameOf(command);
    return [`[\`${name}\`](#${anchorOf(name)})`, plain(command.summary ?? '')];
  });
  return `# Commands

${table(['command', 'what it does'], list)}

Every command takes \`--json\` (the result as JSON, and nothing else on stdout), \`--flags-dir\` (flag values from a folder) and \`--help\`. What the exit codes mean is in [exit-codes.md](exit-codes.md).

${commands.map(section).join('\n\n')}
`;
}

function nameOf({ id }: Command): string {
  return `sf ${id.replaceAll(':', ' ')}`;
}

function section(command: Command): string {
  const name = nameOf(command);
  const said = (text: string): string =>
    text.replaceAll('<%= config.bin %>', 'sf').replaceAll('<%= command.id %>', name.slice(3));
  const flags = Object.values(command.flags).filter((flag) => flag.hidden !== true && !onEveryCommand.has(flag.name));
  const args = Object.values(command.args);
  const codes = command.errorCodes?.body.map((code) => code.name).join(', ');
  return [
    `## ${name}`,
    plain(said(command.summary ?? '')),
    plain(said(command.description ?? '')),
    args.length === 0
      ? ''
      : table(
          ['argument', 'meaning'],
          args.map((arg) => [`\`${arg.name}\``, plain(arg.description ?? '')]),
        ),
    flags.length === 0 ? '' : table(['flag', 'meaning'], flags.sort(byNeed).map(flagRow)),
    ...(command.examples ?? []).map((example) => exampleOf(said(example))),
    codes === undefined ? '' : `Exit codes: ${codes}.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const onEveryCommand = new Set(['json', 'flags-dir']);

function byNeed(a: Flag, b: Flag): number {
  const need = ({ required, name }: Flag): string => `${required === true ? 0 : 1}${name}`;
  return need(a) < need(b) ? -1 : 1;
}

function flagRow(flag: Flag): string[] {
  const { name, char, type, summary = '', description = '', required, multiple, options, env } = flag;
  const value = type === 'boolean' ? '' : `=${options === undefined ? 'VALUE' : options.join('|')}`;
  const names = [...(char === undefined ? [] : [`\`-${char}\``]), `\`--${name}${value}\``].join(', ');
  const facts = [
    ...(required === true ? ['Needed.'] : []),
    ...(multiple === true ? ['Can be given several times.'] : []),
    ...(typeof flag.default === 'string' || typeof flag.default === 'number' ? [`Default: \`${flag.default}\`.`] : []),
    ...(env === undefined ? [] : [`Environment variable: \`${env}\`.`]),
  ].filter((fact) => !summary.toLowerCase().includes(fact.toLowerCase()));
  return [names, [plain(summary), plain(description), ...facts].filter((part) => part !== '').join(' ')];
}

/** One line of words, and under it the command. */
function exampleOf(text: string): string {
  const [words = '', ...lines] = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.length === 0
    ? `\`\`\`bash\n${words}\n\`\`\``
    : `${plain(words)}\n\n\`\`\`bash\n${lines.join('\n')}\n\`\`\``;
}
