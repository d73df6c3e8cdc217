import { Messages } from '@salesforce/core';
import type { BudgetFacts } from '../core/budget/policy.js';
import { exitCodeOfStop, exitCodes } from '../core/exit-codes.js';
import type { LedgerView } from '../core/ports/ledger.js';
import { RunStop } from '../core/run/stop.js';
import { escapeText } from '../report/escape.js';
import { accountsWarning } from './accounts-warning.js';
import { connectOrg, type ConnectedOrg } from './connected-org.js';
import { takeInterrupts } from './interrupts.js';
import type { PrepareContext } from './prepare-jobs.js';
import { keepAccounts, prepareContext, runDeps } from './run-deps.js';
import { openLedger } from './store.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors');

export type OrgCheckRequest = {
  /** As `--target-org` names it; undefined: the default org. */
  readonly org: string | undefined;
  readonly apiVersion: string | undefined;
  readonly store: string | undefined;
  readonly warn: (message: string) => void;
};

/** What commands work with that ask an org about jobs and send it nothing. */
export type OrgCheck = ConnectedOrg & {
  readonly context: PrepareContext;
  readonly view: LedgerView;
  /** API calls that may still be made, as far as is known by now. */
  readonly budget: () => BudgetFacts;
};

/**
 * Does such work. Its API calls are in the accounts like all others (A1). An interrupt ends the process at once: there
 * is nothing to settle.
 * @throws SfError (75) the budget, or the org, allows no more calls
 */
export async function checkingOrg<T>(request: OrgCheckRequest, work: (check: OrgCheck) => Promise<T>): Promise<T> {
  const connected = await connectOrg(request.org, request.apiVersion);
  const ledger = openLedger(request.store);
  const view = await ledger.read();
  const interrupts = takeInterrupts(() => process.exit(exitCodes.interrupted));
  const reporter = { emit: (): void => undefined };
  const { signal } = interrupts;
  // What sends nothing needs no switch.
  const assertSwitchedOn = (): void => undefined;
  const deps = runDeps({ connected, reporter, signal, ledger, view, assertSwitchedOn });
  const context: PrepareContext = { ...prepareContext(deps, view), flags: {} };
  try {
    return await work({ ...connected, context, view, budget: () => deps.org.budget.facts() });
  } catch (thrown) {
    if (!(thrown instanceof RunStop)) throw thrown;
    throw messages.createError('error.stopped', [escapeText(thrown.message)], [], exitCodeOfStop[thrown.code]);
  } finally {
    await keepAccounts(deps, ledger, accountsWarning(request.warn));
    interrupts.release();
  }
}
