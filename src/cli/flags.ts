import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { orgIdOf } from './local-org.js';
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
 * The org of a command that only needs the ledger: a login on this machine, or the org's id; else the default org.
 * Give the flags to `localOrg`.
 */
export const ledgerOrgFlags = {
  'target-org': Flags.string({
    char: 'o',
    summary: messages.getMessage('flags.target-org.summary'),
    exclusive: ['org-id'],
  }),
  'org-id': Flags.string({
    summary: messages.getMessage('flags.org-id.summary'),
    description: messages.getMessage('flags.org-id.description'),
    parse: async (text) => orgIdOf(text),
    exclusive: ['target-org'],
  }),
};

/** Answers yes to the command's question. */
export const noPromptFlag = Flags.boolean({ summary: messages.getMessage('flags.no-prompt.summary') });

/** The flags of commands on settings: one org's, or with `--global` those of all orgs. Give them to `settingsScope`. */
export const settingsScopeFlags = {
  'target-org': Flags.string({
    char: 'o',
    summary: messages.getMessage('flags.target-org.summary'),
    exclusive: ['org-id', 'global'],
  }),
  'org-id': Flags.string({
    summary: messages.getMessage('flags.org-id.summary'),
    description: messages.getMessage('flags.org-id.description'),
    parse: async (text) => orgIdOf(text),
    exclusive: ['target-org', 'global'],
  }),
  global: Flags.boolean({
    summary: messages.getMessage('flags.global.summary'),
    exclusive: ['target-org', 'org-id'],
  }),
};
