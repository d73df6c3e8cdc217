import type { JobLedger, Ledger } from '../ports/ledger.js';
import type { RunDeps } from './run-job.js';

/** Takes the lease of a job; while another process has it, whoever watches is told what is waited for (C3). */
export function takeLease(name: string, ledger: Ledger, deps: RunDeps, waitMs: number): Promise<JobLedger> {
  const { org, signal, reporter } = deps;
  return ledger.openJob(
    { orgId: org.orgId, name },
    {
      waitMs,
      signal,
      onWait: ({ message }) => reporter.emit({ type: 'busy', job: name, ms: waitMs, reason: message }),
    },
  );
}
