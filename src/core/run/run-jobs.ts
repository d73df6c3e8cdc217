import type { Ledger, JobLedger } from '../ports/ledger.js';
import type { JobResult } from '../run-result.js';
import { endingOf, endingOfWait, endsTheRun, jobResult, notBegun, standing, type Ending } from './job-result.js';
import type { PreparedJob } from './prepared-job.js';
import { JobRun, type RunDeps, type RunOptions } from './run-job.js';

export type RunJobsOptions = RunOptions & {
  /** How long to wait for a job that runs elsewhere; milliseconds. */
  readonly lockWaitMs: number;
};

export type RunJobsOutcome = {
  readonly jobs: readonly JobResult[];
  /** What ended the run, if it is to be told as an error; `jobs` says what had been done. */
  readonly error?: unknown;
};

/**
 * Runs jobs that passed their checks, in order. A job that pauses or is busy does not stop the others; a run-level
 * stop ends the run (design.md 4).
 */
export async function runJobs(
  jobs: readonly PreparedJob[],
  options: RunJobsOptions,
  ledger: Ledger,
  deps: RunDeps,
): Promise<RunJobsOutcome> {
  const results: JobResult[] = [];
  for (const job of jobs) {
    const waiting = await waitingFor(job, results, ledger, deps.org.orgId);
    const { result, ending } = waiting ?? (await runOne(job, options, ledger, deps));
    results.push(result);
    deps.reporter.emit({ type: 'job-ended', job: job.spec.name, result });
    if (endsTheRun(ending)) return { jobs: results, ...(ending.error === undefined ? {} : { error: ending.error }) };
  }
  return { jobs: results };
}

type OneRun = { readonly result: JobResult; readonly ending: Ending };

async function runOne(job: PreparedJob, options: RunJobsOptions, ledger: Ledger, deps: RunDeps): Promise<OneRun> {
  let jobLedger: JobLedger;
  try {
    const id = { orgId: deps.org.orgId, name: job.spec.name };
    jobLedger = await ledger.openJob(id, { waitMs: options.lockWaitMs, signal: deps.signal });
  } catch (thrown) {
    const ending = endingOfWait(thrown, deps.signal);
    return { ending, result: notBegun(job, ending, await standing(job, ledger, deps.org.orgId)) };
  }
  const { ending, run } = await runUnderLease(job, options, jobLedger, deps);
  const record = jobLedger.job();
  const pausedId = record?.pausedOn?.exportErrorId;
  const result = jobResult({
    job,
    ending,
    counts: run.progress.current,
    apiCalls: run.progress.apiCalls,
    durationMs: run.progress.durationMs,
    record,
    pausedError: pausedId === undefined ? undefined : jobLedger.exportError(pausedId),
    warnings: run.warnings,
  });
  return { ending, result };
}

async function runUnderLease(
  job: PreparedJob,
  options: RunJobsOptions,
  jobLedger: JobLedger,
  deps: RunDeps,
): Promise<{ ending: Ending; run: JobRun }> {
  let ending: Ending;
  let run: JobRun | undefined;
  try {
    for (const former of job.spec.formerly) await jobLedger.adopt(former);
    run = new JobRun(job, options, jobLedger, deps);
    ending = { status: await run.run(), stoppedBy: null };
  } catch (thrown) {
    ending = endingOf(thrown);
    run ??= new JobRun(job, options, jobLedger, deps);
  }
  const ended = ending;
  // What stopped the job is told rather than what went wrong afterwards.
  const keepFirst = (thrown: unknown): void => {
    if (ended.error === undefined && ended.stoppedBy === null) ending = endingOf(thrown);
  };
  await run.progress.end(ending.status, ending.stoppedBy).catch(keepFirst);
  await jobLedger.close().catch(keepFirst);
  return { ending, run };
}

/** The job waits if one that it names in `after` has not come to the end of its source, in this run or before. */
async function waitingFor(
  job: PreparedJob,
  results: readonly JobResult[],
  ledger: Ledger,
  orgId: string,
): Promise<OneRun | undefined> {
  const { after = [] } = job.spec;
  if (after.length === 0) return undefined;
  const { jobs } = await ledger.read();
  const isDone = (name: string): boolean => {
    const now = results.find((result) => result.job === name);
    if (now !== undefined) return now.status === 'completed' || now.status === 'completedWithErrors';
    return jobs.some((known) => known.orgId === orgId && known.name === name && known.phase === 'completed');
  };
  const missing = after.find((name) => !isDone(name));
  if (missing === undefined) return undefined;
  // It takes the exit code of what it waits for (design.md 4).
  const stoppedBy = results.find((result) => result.job === missing)?.stoppedBy ?? null;
  const ending: Ending = { status: 'waiting', stoppedBy };
  const result = notBegun(job, ending, await standing(job, ledger, orgId));
  const words = `It waits for the job ${missing}, which has not come to its end.`;
  return { ending: { ...ending, stoppedBy: null }, result: { ...result, warnings: [...result.warnings, words] } };
}
