import { createHash } from 'node:crypto';
import type { Connection } from '@salesforce/core';
import type { LedgerView } from '../core/ports/ledger.js';
import type { OrgFacts } from '../core/ports/org.js';
import type { Reporter } from '../core/ports/reporter.js';
import type { OrgTransport } from '../core/ports/transport.js';
import { patientFacts } from '../core/run/patient-facts.js';
import type { RunDeps } from '../core/run/run-job.js';
import { createOrgFacts } from '../org/org-facts.js';
import { createOrgTransport } from '../org/org-transport.js';
import { systemClock, systemRandom } from './clock.js';
import type { PrepareContext } from './prepare-jobs.js';

export type MachineDeps = RunDeps & { readonly transport: OrgTransport };

/** What run and retry need of the machine and the org. */
export function runDeps(connection: Connection, orgId: string, reporter: Reporter, signal: AbortSignal): MachineDeps {
  const transport = createOrgTransport(connection);
  const [clock, random] = [systemClock, systemRandom];
  const facts = patientFacts(createOrgFacts(transport), { job: 'checks', clock, random, reporter, signal });
  return {
    transport,
    org: { orgId, facts, apiCalls: transport.calls },
    clock,
    random,
    reporter,
    signal,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
  };
}

/** What the checks before a run or retry need, but for what the command itself says. */
export function prepareContext(
  { transport, org }: MachineDeps,
  view: LedgerView,
): Omit<PrepareContext, 'flags' | 'dryRun'> {
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
