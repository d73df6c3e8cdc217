import { restingStatus } from '../job-status.js';
import type { Ledger, LedgerView, JobLedger } from '../ports/ledger.js';
import type { AwaitedJob, JobResult } from '../run-result.js';
import {
  endingOf,
  endingOfWait,
  endsTheRun,
  jobResult,
  notBegun,
  standing,
  type Ending,
  type Standing,
} from './job-result.js';
import { takeLease } from './lease.js';
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
  const { orgId } = deps.org;
  for (const [index, job] of jobs.entries()) {
    const awaited = await awaitedBy(job, { jobs, results, ledger, orgId });
    const { result, ending } =
      awaited === undefined
        ? await runOne(job, options, ledger, deps)
        : { result: waiting(job, awaited, await standing(job, ledger, orgId)), ending: waitingIsNoStop };
    results.push(result);
    deps.reporter.emit({ type: 'job-ended', job: job.spec.name, result });
    if (!endsTheRun(ending)) continue;
    for (const later of jobs.slice(index + 1)) {
      results.push(stoppedWith(later, result, await standing(later, ledger, orgId).catch(() => unknownStanding)));
    }
    return { jobs: results, ...(ending.error === undefined ? {} : { error: ending.error }) };
  }
  return { jobs: results };
}

/** What ended the run may be that the ledger cannot be read. */
const unknownStanding: Standing = { record: undefined, pausedError: undefined };

const waitingIsNoStop: Ending = { status: 'waiting', stoppedBy: null };

type OneRun = { readonly result: JobResult; readonly ending: Ending };

async function runOne(job: PreparedJob, options: RunJobsOptions, ledger: Ledger, deps: RunDeps): Promise<OneRun> {
  let jobLedger: JobLedger;
  try {
    jobLedger = await takeLease(job.spec.name, ledger, deps, options.lockWaitMs);
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
    estimatedApiCalls: run.estimatedApiCalls,
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

type AwaitedFacts = {
  readonly jobs: readonly PreparedJob[];
  readonly results: readonly JobResult[];
  readonly ledger: Ledger;
  readonly orgId: string;
};

/** What the job waits for: one that it names in `after` and that did not come to its end, in this run or before. */
async function awaitedBy(job: PreparedJob, facts: AwaitedFacts): Promise<AwaitedJob | undefined> {
  const { after = [] } = job.spec;
  if (after.length === 0) return undefined;
  const view = await facts.ledger.read();
  for (const name of after) {
    const awaited = facts.results.find((result) => result.job === name) ?? restingJob(name, view, facts);
    if (isDone(awaited) && restingJob(name, view, facts).status === 'completed') continue;
    // What is at the bottom of it: its exit code is that of the job that waits (design.md 4).
    // One whose last row was left for its next run (its file changes) did not come to its end.
    const status = isDone(awaited) ? 'stopped' : awaited.status;
    return awaited.waitingFor ?? { job: name, status, stoppedBy: awaited.stoppedBy };
  }
  return undefined;
}

function isDone({ status }: Pick<AwaitedJob, 'status'>): boolean {
  return status === 'completed' || status === 'completedWithErrors';
}

/** A job that is no part of this run, as the ledger knows it; a renamed one that did not run since by its old name. */
function restingJob(
  name: string,
  view: LedgerView,
  { jobs, orgId }: AwaitedFacts,
): AwaitedJob & { waitingFor?: undefined } {
  const names = [name, ...(jobs.find(({ spec }) => spec.name === name)?.spec.formerly ?? [])];
  const known = names.flatMap((one) => view.jobs.find((of) => of.orgId === orgId && of.name === one) ?? []).at(0);
  return { job: name, status: known === undefined ? 'stopped' : restingStatus(known, 0), stoppedBy: null };
}

function waiting(job: PreparedJob, awaited: AwaitedJob, stands: Standing): JobResult {
  const result = notBegun(job, waitingIsNoStop, stands);
  const words = `It waits for the job ${awaited.job}, which has not come to its end.`;
  return { ...result, waitingFor: awaited, warnings: [...result.warnings, words] };
}

/** A job that was not begun because the one before it was stopped, and so would this one have been. */
function stoppedWith(job: PreparedJob, stopped: JobResult, stands: Standing): JobResult {
  const result = notBegun(job, { status: 'stopped', stoppedBy: stopped.stoppedBy }, stands);
  return { ...result, warnings: [...result.warnings, `Not begun: the run ended at the job ${stopped.job}.`] };
}
