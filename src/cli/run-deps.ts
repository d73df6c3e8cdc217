import { createHash } from 'node:crypto';
import { ApiBudget } from '../core/budget/api-budget.js';
import { budgetedFacts } from '../core/budget/budgeted-facts.js';
import type { Ledger, LedgerView } from '../core/ports/ledger.js';
import type { OrgFacts } from '../core/ports/org.js';
import type { Reporter } from '../core/ports/reporter.js';
import type { OrgTransport } from '../core/ports/transport.js';
import { patientFacts } from '../core/run/patient-facts.js';
import type { RunDeps } from '../core/run/run-job.js';
import { createOrgFacts } from '../org/org-facts.js';
import { createOrgTransport } from '../org/org-transport.js';
import { systemClock, systemRandom } from './clock.js';
import type { ConnectedOrg } from './connected-org.js';
import type { PrepareContext } from './prepare-jobs.js';

export type MachineDeps = RunDeps & { readonly transport: OrgTransport };

export type RunDepsParts = {
  readonly connected: ConnectedOrg;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly ledger: Ledger;
  /** Throws where nothing may be exported into the org. */
  readonly assertSwitchedOn: (view: LedgerView) => void;
  /** The ledger as the command found it. */
  readonly view: LedgerView;
};

/** What run and retry need of the machine and the org. */
export function runDeps(parts: RunDepsParts): MachineDeps {
  const { connected, reporter, signal, ledger, view } = parts;
  const { orgId, connection } = connected;
  const transport = createOrgTransport(connection, connected);
  const [clock, random] = [systemClock, systemRandom];
  const budget = new ApiBudget({ orgId, clock, ledger, transport }, view);
  const asked = budgetedFacts(createOrgFacts(transport), budget);
  const facts = patientFacts(asked, { job: 'checks', clock, random, reporter, signal });
  return {
    transport,
    org: { orgId, facts, apiCalls: transport.calls, budget },
    clock,
    random,
    reporter,
    signal,
    assertSwitchedOn: async () => parts.assertSwitchedOn(await ledger.read()),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
  };
}

/** What the checks before a run or retry need, but for what the command itself says. */
export function prepareContext({ transport, org }: MachineDeps, view: LedgerView): Omit<PrepareContext, 'flags'> {
  return {
    transport,
    facts: org.facts,
    describe: describedOnce(org.facts),
    orgId: org.orgId,
    settings: view.settings,
    jobs: view.jobs,
    monotonicMs: () => systemClock.monotonicMs(),
  };
}

function describedOnce(facts: OrgFacts): OrgFacts['describe'] {
  const describes = new Map<string, ReturnType<OrgFacts['describe']>>();
  return (object) => {
    const known = describes.get(object.toLowerCase()) ?? facts.describe(object);
    describes.set(object.toLowerCase(), known);
    return known;
  };
}

/**
 * Calls that no job has committed (of checks that failed, of jobs that did not begin) go to the ledger too (A1). What
 * the command came to stands without that, so a ledger that cannot take them is only told (`onLost`).
 */
export async function keepAccounts(
  { org }: MachineDeps,
  ledger: Ledger,
  onLost: (calls: number, reason: unknown) => void,
): Promise<void> {
  const calls = org.budget.uncommitted;
  if (calls === 0) return;
  try {
    await ledger.addApiCalls(org.orgId, { calls, org: org.budget.orgUsage });
    org.budget.committed(calls);
  } catch (thrown) {
    onLost(calls, thrown);
  }
}
