import type { Org } from '@salesforce/core';
import type { ObjectDescribe } from '../core/describe.js';
import { exitCodes } from '../core/exit-codes.js';
import type { LedgerView } from '../core/ports/ledger.js';
import type { OrgFacts } from '../core/ports/org.js';
import { orgOfConnection, type ConnectedOrg } from './connected-org.js';
import { takeInterrupts } from './interrupts.js';
import type { PrepareContext } from './prepare-jobs.js';
import { prepareContext, runDeps } from './run-deps.js';
import { openLedger } from './store.js';

export type OrgCheckRequest = {
  readonly org: Org;
  readonly apiVersion: string | undefined;
  readonly store: string | undefined;
};

/** What commands work with that ask an org about jobs and send it nothing. */
export type OrgCheck = ConnectedOrg & { readonly context: PrepareContext; readonly view: LedgerView };

/** Does such work. An interrupt ends the process at once: there is nothing to settle. */
export async function checkingOrg<T>(request: OrgCheckRequest, work: (check: OrgCheck) => Promise<T>): Promise<T> {
  const connected = orgOfConnection(request.org);
  const interrupts = takeInterrupts(() => process.exit(exitCodes.interrupted));
  try {
    const view = await openLedger(request.store).read();
    const connection = request.org.getConnection(request.apiVersion);
    const deps = runDeps(connection, connected.orgId, { emit: () => undefined }, interrupts.signal);
    const prepared = prepareContext(deps, view);
    const context: PrepareContext = { ...prepared, facts: remembering(prepared.facts), flags: {}, dryRun: true };
    return await work({ ...connected, context, view });
  } finally {
    interrupts.release();
  }
}

/** One describe, and one question for triggers, per object. */
function remembering(facts: OrgFacts): OrgFacts {
  const describes = new Map<string, Promise<ObjectDescribe | undefined>>();
  const triggers = new Map<string, Promise<boolean>>();
  return {
    describe: (object) => remembered(describes, object, () => facts.describe(object)),
    hasActiveTriggers: (object) => remembered(triggers, object, () => facts.hasActiveTriggers(object)),
  };
}

function remembered<T>(known: Map<string, Promise<T>>, object: string, ask: () => Promise<T>): Promise<T> {
  const answer = known.get(object.toLowerCase()) ?? ask();
  known.set(object.toLowerCase(), answer);
  return answer;
}
