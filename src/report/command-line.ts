import { shownUsername } from '../core/access-token.js';
import type { JobSpec } from '../core/job.js';
import { escapeText } from './escape.js';

/** What every suggested command needs to mean the same org and ledger as the one that suggests it. */
export type CommandContext = {
  readonly orgId: string;
  /** Null when this machine has no login for the org, or several. */
  readonly username: string | null;
  /** The `--store` that was given; null for the usual place. */
  readonly store: string | null;
};

/** A command that can be pasted into a shell as it stands. */
export function commandLine(context: CommandContext, words: readonly string[], needs: 'org' | 'ledger'): string {
  return commandForAllOrgs(context.store, [...words, ...orgFlag(context, needs)]);
}

/** A command that names no org. */
export function commandForAllOrgs(store: string | null, words: readonly string[]): string {
  return ['sf', 'crm-export', ...words, ...(store === null ? [] : ['--store', store])].map(quoted).join(' ');
}

function orgFlag(context: CommandContext, needs: 'org' | 'ledger'): readonly string[] {
  const username = shownUsername(context.username);
  return username === null ? orgWithoutLogin(context, needs) : ['--target-org', username];
}

/**
 * Only the ledger can be read without a login. A command that reaches the org must not go to the default org in its
 * stead: these words are no login's name, so that pasting them ends in an error that says how to log in.
 */
function orgWithoutLogin(context: CommandContext, needs: 'org' | 'ledger'): readonly string[] {
  return needs === 'ledger' ? ['--org-id', context.orgId] : ['--target-org', `a login for ${context.orgId}`];
}

/** The words of the `run` that this job came from: by its definition file, or ad hoc. */
export function runWords(job: string, spec: JobSpec | null): readonly string[] {
  if (spec === null) return ['run', '--job', job];
  if (spec.definitionFile !== undefined) return ['run', '--definition-file', spec.definitionFile, '--job', job];
  const words = ['run', '--file', spec.source.path, '--sobject', spec.object, '--external-id', spec.externalId];
  return spec.name === adHocName(spec) ? words : [...words, '--name', spec.name];
}

/** The name that flags alone give. */
function adHocName(spec: JobSpec): string {
  const file = spec.source.path.split(/[\\/]/).at(-1) ?? '';
  return `${spec.object}-${file.replace(/\.[^.]+$/, '')}`
    .normalize('NFC')
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 80);
}

/** Double quotes mean the same to POSIX shells, cmd and PowerShell, apart from what is escaped here for the first. */
export function quoted(word: string): string {
  const shown = escapeText(word);
  if (shown !== '' && /^[\w@%+=:,./-]+$/.test(shown)) return shown;
  const inside = shown.includes('\\') && /^[A-Za-z]:\\/.test(shown) ? shown : shown.replace(/[\\"$`]/g, '\\$&');
  return `"${inside}"`;
}
