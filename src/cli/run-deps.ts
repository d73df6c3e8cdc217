import { createHash } from 'node:crypto';
import type { OrgFacts } from '../core/ports/org.js';
import type { Reporter } from '../core/ports/reporter.js';
import type { OrgTransport } from '../core/ports/transport.js';
import type { RunDeps } from '../core/run/run-job.js';
import { systemClock, systemRandom } from './clock.js';

/** What run and retry need of the machine and the org. */
export function runDeps(
  orgId: string,
  transport: OrgTransport,
  facts: OrgFacts,
  reporter: Reporter,
  signal: AbortSignal,
): RunDeps {
  return {
    org: { orgId, facts, apiCalls: transport.calls },
    clock: systemClock,
    random: systemRandom,
    reporter,
    signal,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
  };
}
