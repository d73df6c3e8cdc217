import type { JobLedger, Ledger, LedgerFault } from '../ports/ledger.js';
import type { RunDeps } from './run-job.js';

/**
 * Takes the lease of a job; while another process has it, whoever watches is told what is waited for (C3). After a wait
 * it is asked again whether anything may be exported at all.
 */
export async function takeLease(name: string, ledger: Ledger, deps: RunDeps, waitMs: number): Promise<JobLedger> {
  const { org, signal, reporter } = deps;
  let waited = false;
  const onWait = ({ message }: LedgerFault): void => {
    waited = true;
    reporter.emit({ type: 'busy', job: name, ms: waitMs, reason: message });
  };
  const held = await ledger.openJob({ orgId: org.orgId, name }, { waitMs, signal, onWait });
  try {
    if (waited) await deps.assertSwitchedOn();
    return held;
  } catch (thrown) {
    await held.close();
    throw thrown;
  }
}
