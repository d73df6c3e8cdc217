import type { Ledger } from '../core/ports/ledger.js';
import type { CommandContext } from '../report/command-line.js';
import { assertOneOrg } from './flags.js';
import { localOrg, type OrgFlags } from './local-org.js';
import { openLedger } from './store.js';

/** What a command works with that needs an org's part of the ledger and nothing else. */
export type LedgerCommand = { readonly ledger: Ledger; readonly context: CommandContext };

export async function ledgerCommand(flags: OrgFlags & { readonly store?: string }): Promise<LedgerCommand> {
  assertOneOrg(flags);
  const org = await localOrg(flags);
  return { ledger: openLedger(flags.store), context: { ...org, store: flags.store ?? null } };
}
