import { isOpen, type ExportError } from '../export-error.js';
import type { JobLedger, Ledger } from '../ports/ledger.js';
import { endingOf, endingOfWait, endsTheRun, type Ending } from '../run/job-result.js';
import { takeLease } from '../run/lease.js';
import { isTaken, type RetryFilter } from './retry-filter.js';
import { JobRetry } from './retry-job.js';
import { allLeft, countsOf, type JobRetryResult, type SkipReason } from './retry-result.js';
import type { RetryDeps, RetryableJob, WaitingJob } from './retryable-job.js';

export type RetryJobsOutcome = {
  readonly jobs: readonly JobRetryResult[];
  /** Rows that were tried and still fail. */
  readonly failing: readonly ExportError[];
  /** What ended the retry, if it is to be told as an error; `jobs` says what had been done. */
  readonly error?: unknown;
};

export type RetryJobsOptions = RetryFilter & {
  /** How long to wait for a job that runs elsewhere; milliseconds. */
  readonly lockWaitMs: number;
};

type OneRetry = {
  readonly result: JobRetryResult;
  readonly failing: readonly ExportError[];
  readonly ending: Ending;
  /** How many rows of the limit it used up. */
  readonly taken: number;
};

/** Retries jobs one after the other, each under its lease. A busy job is left out; a stop of the org ends all. */
export async function retryJobs(
  jobs: readonly WaitingJob[],
  options: RetryJobsOptions,
  ledger: Ledger,
  deps: RetryDeps,
): Promise<RetryJobsOutcome> {
  const results: JobRetryResult[] = [];
  const failing: ExportError[] = [];
  let left = options.limit ?? Infinity;
  for (const [index, job] of jobs.entries()) {
    const one =
      left > 0
        ? await retryOne(job, { ...options, limit: left }, ledger, deps)
        : notBegun(job, { status: 'completedWithErrors', stoppedBy: null }, 'limit');
    results.push(one.result);
    failing.push(...one.failing);
    left -= one.taken;
    const { error, stoppedBy } = one.ending;
    if (!endsTheRun(one.ending)) continue;
    const later = jobs.slice(index + 1).map((of) => notBegun(of, { status: 'stopped', stoppedBy }, 'stopped').result);
    return { jobs: [...results, ...later], failing, ...(error === undefined ? {} : { error }) };
  }
  return { jobs: results, failing };
}

async function retryOne(
  job: WaitingJob,
  options: RetryJobsOptions,
  ledger: Ledger,
  deps: RetryDeps,
): Promise<OneRetry> {
  let held: JobLedger;
  try {
    held = await takeLease(job.given?.name ?? job.name, ledger, deps, options.lockWaitMs);
  } catch (thrown) {
    return stoppedBefore(job, endingOfWait(thrown, deps.signal));
  }
  let one: OneRetry;
  try {
    one = await retryHeld(job, options, held, deps);
  } catch (thrown) {
    one = stoppedBefore(job, endingOf(thrown));
  }
  try {
    // Also when the end could not be written: the next job of this process, and others, need the lease.
    await held.close();
  } catch (thrown) {
    if (one.ending.error === undefined) one = { ...one, ending: endingOf(thrown) };
  }
  return one;
}

/** The job under its lease: what waits, and what to do about it, is asked anew. */
async function retryHeld(
  waiting: WaitingJob,
  options: RetryJobsOptions,
  held: JobLedger,
  deps: RetryDeps,
): Promise<OneRetry> {
  for (const former of waiting.given?.formerly ?? []) await held.adopt(former);
  const pending = held.openErrors().filter((error) => isTaken(error, options));
  const now = { ...waiting, name: held.id.name, pending: pending.length };
  if (pending.length === 0) return notBegun(now, { status: 'completed', stoppedBy: null }, 'stopped');
  const spec = waiting.given ?? held.job()?.snapshot ?? null;
  if (spec === null) return notBegun(now, { status: 'failed', stoppedBy: null }, 'no-definition');
  const callsBefore = deps.org.apiCalls();
  const job = await deps.prepare(spec, pending).catch(endingOf);
  if ('sink' in job) return retryPending(job, pending, held, { options, deps });
  // Calls that the checks cost are counted whatever comes of them (A1).
  const apiCalls = deps.org.apiCalls() - callsBefore;
  await held.commit({ apiCalls, orgUsage: deps.org.budget.orgUsage });
  deps.org.budget.committed(apiCalls);
  if ('status' in job) return notBegun(now, job, 'stopped', { apiCalls });
  return notBegun(now, { status: 'failed', stoppedBy: null }, 'checks', { apiCalls, warnings: [...job.problems] });
}

async function retryPending(
  job: RetryableJob,
  pending: readonly ExportError[],
  held: JobLedger,
  { options, deps }: { readonly options: RetryJobsOptions; readonly deps: RetryDeps },
): Promise<OneRetry> {
  const retry = new JobRetry(job, { pending, limit: options.limit ?? Infinity }, held, deps);
  let ending: Ending = { status: 'completed', stoppedBy: null };
  try {
    await retry.run();
  } catch (thrown) {
    ending = endingOf(thrown);
  }
  const ids = new Set([...pending.map(({ id }) => id), ...retry.tried]);
  const rows = [...ids].flatMap((id) => held.exportError(id) ?? []);
  const failing = rows.filter((error) => isOpen(error) && retry.tried.has(error.id));
  if (ending.status === 'completed' && rows.some(isOpen)) ending = { ...ending, status: 'completedWithErrors' };
  try {
    await retry.progress.end(ending.status, ending.stoppedBy);
  } catch (thrown) {
    if (ending.error === undefined) ending = endingOf(thrown);
  }
  const result = {
    job: job.spec.name,
    status: ending.status,
    attempted: retry.attempted,
    ...countsOf(rows, retry),
    movedPast: retry.movedPast,
    unpaused: retry.unpaused,
    apiCalls: retry.progress.apiCalls,
    durationMs: retry.progress.durationMs,
    stoppedBy: ending.stoppedBy,
    warnings: retry.warnings,
  };
  return { result, failing, ending, taken: retry.taken };
}

function stoppedBefore(job: WaitingJob, ending: Ending): OneRetry {
  return notBegun(job, ending, ending.stoppedBy?.code === 'busy' ? 'busy' : 'stopped');
}

/** A job of which no row was tried, all for one reason. */
function notBegun(
  job: WaitingJob,
  ending: Ending,
  reason: SkipReason,
  more: Partial<Pick<JobRetryResult, 'apiCalls' | 'warnings'>> = {},
): OneRetry {
  const result: JobRetryResult = {
    job: job.name,
    status: ending.status,
    attempted: 0,
    ...allLeft(reason, job.pending),
    movedPast: false,
    unpaused: false,
    apiCalls: 0,
    durationMs: 0,
    stoppedBy: ending.stoppedBy,
    warnings: [],
    ...more,
  };
  return { result, failing: [], ending, taken: 0 };
}
