import { Messages } from '@salesforce/core';
import { exitCodes } from '../core/exit-codes.js';
import type { Ledger } from '../core/ports/ledger.js';
import {
  isHidden,
  isSettingName,
  nearestSetting,
  resolveSettings,
  settingCatalogue,
  settingNames,
  type SettingName,
  type SettingRow,
  type SettingValues,
} from '../core/settings.js';
import { commandForAllOrgs, commandLine } from '../report/command-line.js';
import { escapeText } from '../report/escape.js';
import { assertOneOrg } from './flags.js';
import { localOrg, type OrgFlags } from './local-org.js';
import { openLedger } from './store.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'settings');

export type ScopeFlags = OrgFlags & { readonly global?: boolean; readonly store?: string };

/** Whose settings a command is about: one org's, or those that hold for all. */
export type SettingsScope = {
  readonly ledger: Ledger;
  /** The org's id, or `global`: as settings are stored. */
  readonly scope: string;
  readonly orgId: string | null;
  /** `org Ann@example.com`, `all orgs`. */
  readonly words: string;
  /** A settings command for the same scope, to be typed. */
  readonly command: (...words: readonly string[]) => string;
};

export async function settingsScope(flags: ScopeFlags): Promise<SettingsScope> {
  assertOneOrg(flags);
  const ledger = openLedger(flags.store);
  const store = flags.store ?? null;
  if (flags.global === true) {
    const command = (...words: readonly string[]): string =>
      commandForAllOrgs(store, ['settings', ...words, '--global']);
    return { ledger, scope: 'global', orgId: null, words: 'all orgs', command };
  }
  const org = await localOrg(flags);
  const context = { ...org, store };
  const command = (...words: readonly string[]): string => commandLine(context, ['settings', ...words], 'ledger');
  return { ledger, scope: org.orgId, orgId: org.orgId, words: `org ${org.username ?? org.orgId}`, command };
}

/** @throws SfError (2) no such setting */
export function settingNamed(name: string): SettingName {
  if (isSettingName(name)) return name;
  const near = nearestSetting(name);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw messages.createError(
    'error.unknownSetting',
    [escapeText(name), hint],
    [settingNames.join(', ')],
    exitCodes.usage,
  );
}

/** @throws SfError (2) not a value of this setting */
export function settingValue<N extends SettingName>(name: N, text: string): SettingValues[N] {
  const parsed = settingCatalogue[name].parse(text);
  if (parsed.ok) return parsed.value;
  const { values } = settingCatalogue[name];
  throw messages.createError('error.settingValue', [name, parsed.problem, escapeText(text)], [values], exitCodes.usage);
}

/** `pause-on-export-errors` exists only while `export-to-crm` is on. @throws SfError */
export function refuseHidden(name: SettingName, rows: readonly SettingRow[], at: SettingsScope): void {
  if (!isHidden(name, resolveSettings({ rows, orgId: at.orgId }))) return;
  throw messages.createError('error.hiddenSetting', [name, at.words], [at.command('set', 'export-to-crm', 'true')]);
}
