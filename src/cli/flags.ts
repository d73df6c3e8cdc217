import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { orgIdOf } from './local-org.js';
import { exitCodes } from '../core/exit-codes.js';
import { systemClock } from './clock.js';
import { storeVariable } from './store.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'flags');

/** Where the ledger is; on every command. Give it to `openLedger`. */
export const storeFlag = Flags.file({
  summary: messages.getMessage('flags.store.summary'),
  description: messages.getMessage('flags.store.description'),
  env: storeVariable,
  helpGroup: 'GLOBAL',
});

/**
 * The org of a command that works with it. Not `Flags.requiredOrg()`: that connects while flags are read, where an org
 * that is down is neither waited for nor told as what it is. Give it to `connectOrg`.
 */
export const targetOrgFlag = Flags.string({
  char: 'o',
  summary: messages.getMessage('flags.target-org.summary'),
});

/**
 * The org of a command that only needs the ledger: a login on this machine, or the org's id; else the default org.
 * Give the flags to `localOrg`.
 */
export const ledgerOrgFlags = {
  'target-org': Flags.string({
    char: 'o',
    summary: messages.getMessage('flags.target-org.summary'),
  }),
  'org-id': Flags.string({
    summary: messages.getMessage('flags.org-id.summary'),
    description: messages.getMessage('flags.org-id.description'),
    parse: async (text) => orgIdOf(text),
  }),
};

/**
 * Which org is named once. Not by `exclusive` of the flags: the parser's error would show their values, and an access
 * token may be one of them (S1).
 * @throws SfError (2)
 */
export function assertOneOrg(flags: { readonly [flag: string]: unknown }): void {
  const given = ['target-org', 'org-id', 'global'].filter((name) => flags[name] !== undefined && flags[name] !== false);
  if (given.length < 2) return;
  const names = given.map((name) => `--${name}`).join(' and ');
  throw messages.createError('error.oneOrg', [names], [], exitCodes.usage);
}

/** Answers yes to the command's question. */
export const noPromptFlag = Flags.boolean({ summary: messages.getMessage('flags.no-prompt.summary') });

/** The flags of commands on settings: one org's, or with `--global` those of all orgs. Give them to `settingsScope`. */
export const settingsScopeFlags = {
  'target-org': Flags.string({
    char: 'o',
    summary: messages.getMessage('flags.target-org.summary'),
  }),
  'org-id': Flags.string({
    summary: messages.getMessage('flags.org-id.summary'),
    description: messages.getMessage('flags.org-id.description'),
    parse: async (text) => orgIdOf(text),
  }),
  global: Flags.boolean({
    summary: messages.getMessage('flags.global.summary'),
  }),
};

const ageUnitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An age such as `45m`, `12h` or `7d`, in milliseconds. */
export const ageFlag = Flags.custom<number>({
  parse: (text) => {
    const parts = /^(\d{1,6})([mhd])$/.exec(text.trim());
    const unit = ageUnitsMs[parts?.[2] ?? ''];
    if (parts === null || unit === undefined) throw messages.createError('error.age', [text], [], exitCodes.usage);
    return Promise.resolve(Number(parts[1]) * unit);
  },
});

/** The time that was so long ago, ISO 8601 UTC. */
export function timeBefore(ageMs: number): string {
  return new Date(Date.parse(systemClock.now()) - ageMs).toISOString();
}
