import { isOpen, type ExportError } from '../export-error.js';
import type { JobLedger, Ledger } from '../ports/ledger.js';
import type { JobStatus } from '../run-record.js';
import { endingOf, endingOfWait, endsTheRun, type Ending } from '../run/job-result.js';
import type { RunDeps } from '../run/run-job.js';
import { isTaken, type RetryFilter } from './retry-filter.js';
import { JobRetry } from './retry-job.js';
import type { JobRetryResult } from './retry-result.js';
import type { RetryableJob } from './retryable-job.js';

export type RetryJobsOutcome = {
  readonly jobs: readonly JobRetryResult[];
  /** Rows that were tried and still fail. */
  readonly failing: readonly ExportError[];
  /** What ended the retry, if it is to be told as an error; `jobs` says what had been done. */
  readonly error?: unknown;
};

type OneRetry = { readonly result: JobRetryResult; readonly failing: readonly ExportError[]; readonly ending: Ending };

/** Retries jobs one after the other, each under its lease. A busy job is left out; a stop of the org ends all. */
export async function retryJobs(
  jobs: readonly RetryableJob[],
  filter: RetryFilter & { readonly lockWaitMs: number },
  ledger: Ledger,
  deps: RunDeps,
): Promise<RetryJobsOutcome> {
  const results: JobRetryResult[] = [];
  const failing: ExportError[] = [];
  let left = filter.limit ?? Infinity;
  for (const job of jobs) {
    const one = await retryOne(job, { ...filter, limit: left }, ledger, deps);
    results.push(one.result);
    failing.push(...one.failing);
    left -= one.result.attempted;
    const { error } = one.ending;
    if (endsTheRun(one.ending)) return { jobs: results, failing, ...(error === undefined ? {} : { error }) };
  }
  return { jobs: results, failing };
}

async function retryOne(
  job: RetryableJob,
  filter: RetryFilter & { readonly lockWaitMs: number },
  ledger: Ledger,
  deps: RunDeps,
): Promise<OneRetry> {
  let held: JobLedger;
  try {
    const id = { orgId: deps.org.orgId, name: job.spec.name };
    held = await ledger.openJob(id, { waitMs: filter.lockWaitMs, signal: deps.signal });
  } catch (thrown) {
    return notBegun(job, endingOfWait(thrown, deps.signal));
  }
  // Asked again under the lease: a run may have settled some meanwhile.
  const pending = held
    .openErrors()
    .filter((error) => isTaken(error, filter))
    .slice(0, filter.limit);
  const retry = new JobRetry(job, pending, held, deps);
  let ending: Ending = { status: 'completed', stoppedBy: null };
  try {
    if (pending.length > 0) await retry.run();
  } catch (thrown) {
    ending = endingOf(thrown);
  }
  const rows = pending.flatMap(({ id }) => held.exportError(id) ?? []);
  const failing = rows.filter((error) => isOpen(error) && retry.touched.has(error.id));
  if (ending.status === 'completed' && rows.some(isOpen)) ending = { ...ending, status: 'completedWithErrors' };
  try {
    if (pending.length > 0) await retry.progress.end(ending.status, ending.stoppedBy);
  } catch (thrown) {
    if (ending.error === undefined) ending = endingOf(thrown);
  }
  try {
    // Also when the end could not be written: the next job of this process, and others, need the lease.
    await held.close();
  } catch (thrown) {
    if (ending.error === undefined) ending = endingOf(thrown);
  }
  return { ending, failing, result: resultOf(job, retry, rows, ending) };
}

function resultOf(job: RetryableJob, retry: JobRetry, rows: readonly ExportError[], ending: Ending): JobRetryResult {
  const count = (status: ExportError['status']): number => rows.filter((error) => error.status === status).length;
  const resolved = count('resolved');
  const superseded = count('superseded');
  const touched = rows.filter((error) => retry.touched.has(error.id));
  const quarantined = touched.filter((error) => error.status === 'quarantined').length;
  const skipped = [...retry.skipped].map(([reason, of]) => ({ reason, count: of }));
  const known = resolved + superseded + skipped.reduce((sum, one) => sum + one.count, 0);
  const untried = rows.filter((error) => isOpen(error) && !retry.touched.has(error.id)).length;
  const stopped = rows.length - known - touched.filter(isOpen).length;
  if (ending.stoppedBy !== null && stopped > 0 && untried > 0) skipped.push({ reason: 'stopped', count: stopped });
  return {
    job: job.spec.name,
    status: ending.status,
    attempted: retry.attempted,
    resolved,
    superseded,
    stillFailing: touched.filter(isOpen).length - quarantined,
    quarantined,
    skipped,
    movedPast: retry.movedPast,
    apiCalls: retry.progress.apiCalls,
    durationMs: retry.progress.durationMs,
    stoppedBy: ending.stoppedBy,
    warnings: retry.warnings,
  };
}

function notBegun(job: RetryableJob, ending: Ending): OneRetry {
  const status: JobStatus = ending.status;
  const result: JobRetryResult = {
    job: job.spec.name,
    status,
    attempted: 0,
    resolved: 0,
    superseded: 0,
    stillFailing: 0,
    quarantined: 0,
    skipped: ending.stoppedBy?.code === 'busy' ? [{ reason: 'busy', count: 1 }] : [],
    movedPast: false,
    apiCalls: job.apiCalls,
    durationMs: 0,
    stoppedBy: ending.stoppedBy,
    warnings: [],
  };
  return { result, failing: [], ending };
}
