import { Messages, type Org } from '@salesforce/core';
import { exitCodeOf, exitCodes, overallStatus, type ExitCode } from '../core/exit-codes.js';
import type { ExportError } from '../core/export-error.js';
import type { JobSpec } from '../core/job.js';
import type { LedgerView } from '../core/ports/ledger.js';
import type { Reporter } from '../core/ports/reporter.js';
import { isTaken, type RetryFilter } from '../core/retry/retry-filter.js';
import { retryJobs } from '../core/retry/retry-jobs.js';
import { shownErrors, type JobRetryResult, type RetryResult, type SkipReason } from '../core/retry/retry-result.js';
import type { RetryableJob } from '../core/retry/retryable-job.js';
import { endingOf, type Ending } from '../core/run/job-result.js';
import { resolveSettings } from '../core/settings.js';
import { orgOfConnection } from './connected-org.js';
import { toSfError } from './faults.js';
import { takeInterrupts } from './interrupts.js';
import { prepareJobs, type JobProblem, type Prepared } from './prepare-jobs.js';
import { sourceColumnsOf } from './retry-columns.js';
import { prepareContext, runDeps, type MachineDeps } from './run-deps.js';
import { openLedger } from './store.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.retry');

export type RetryRequest = {
  readonly org: Org;
  readonly apiVersion: string | undefined;
  readonly store: string | undefined;
  /** Only these jobs. */
  readonly jobs: readonly string[] | undefined;
  readonly filter: RetryFilter;
  /** Definitions that stand before the ones the last runs stored. */
  readonly specs: readonly JobSpec[];
  readonly lockWaitMs: number;
  readonly reporter: Reporter;
  readonly warn: (message: string) => void;
};

export type RetryOutcome = { readonly result: RetryResult; readonly exitCode: ExitCode };

type Waiting = { readonly job: string; readonly pending: readonly ExportError[]; readonly spec: JobSpec | null };

/** Composes all ports for one retry, and runs it. @throws SfError with `data` = what was done */
export async function runRetry(request: RetryRequest): Promise<RetryOutcome> {
  try {
    return await compose(request);
  } catch (fault) {
    throw toSfError(fault);
  }
}

async function compose(request: RetryRequest): Promise<RetryOutcome> {
  const { orgId, username } = orgOfConnection(request.org);
  const ledger = openLedger(request.store);
  const view = await ledger.read();
  if (!resolveSettings({ rows: view.settings, orgId })['export-to-crm'].value) {
    throw messages.createError('error.switchedOff');
  }
  const waiting = waitingJobs(view, orgId, request);
  // Nothing pending: no API call at all (design.md 4.2).
  if (waiting.length === 0) return outcomeOf({ orgId, username, jobs: [], failing: [] });
  const interrupts = takeInterrupts(() => request.warn(messages.getMessage('warning.interrupted')));
  try {
    const deps = runDeps(request.org.getConnection(request.apiVersion), orgId, request.reporter, interrupts.signal);
    const checked = await check(waiting, view, deps);
    if ('ending' in checked) return stoppedBefore(checked.ending, { orgId, username, waiting });
    const { jobs, problems } = checked;
    const maxRetries = resolveSettings({ rows: view.settings, orgId })['retry-max-attempts'].value;
    const retryable: RetryableJob[] = jobs.map((job) => ({ ...job, maxRetries }));
    const filter = { ...request.filter, lockWaitMs: request.lockWaitMs };
    const done = await retryJobs(retryable, filter, ledger, deps);
    const left = [...withoutDefinition(waiting), ...failedChecks(waiting, problems)];
    const all = { orgId, username, jobs: [...withBusyCounts(done.jobs, waiting), ...left], failing: done.failing };
    const outcome = outcomeOf(all);
    if (done.error !== undefined) throw toSfError(done.error, outcome.result);
    return outcome;
  } finally {
    interrupts.release();
  }
}

/** Checks the jobs as a run does; a source that cannot be read is none of its reasons to refuse one (R1). */
async function check(
  waiting: readonly Waiting[],
  view: LedgerView,
  deps: MachineDeps,
): Promise<Prepared | { readonly ending: Ending }> {
  try {
    return await prepareJobs(
      waiting.flatMap(({ spec }) => spec ?? []),
      {
        ...prepareContext(deps, view),
        flags: {},
        dryRun: false,
        columnsWithoutSource: (spec) => sourceColumnsOf(spec, pendingOf(waiting, spec.name)),
      },
    );
  } catch (thrown) {
    return { ending: endingOf(thrown) };
  }
}

/** The org stopped the retry before the first record: nothing was tried, and the next retry is as good. */
function stoppedBefore(
  ending: Ending,
  of: Omit<Parts, 'jobs' | 'failing'> & { waiting: readonly Waiting[] },
): RetryOutcome {
  const { status, stoppedBy } = ending;
  const jobs = of.waiting.map((one) => ({ ...leftAlone(one, 'stopped', []), status, stoppedBy }));
  const outcome = outcomeOf({ orgId: of.orgId, username: of.username, jobs, failing: [] });
  if (ending.error !== undefined) throw toSfError(ending.error, outcome.result);
  return outcome;
}

/** The jobs that have pending rows to take, with the definition to work from: the given one, else the stored one. */
function waitingJobs(view: LedgerView, orgId: string, request: RetryRequest): Waiting[] {
  const taken = view.exportErrors.filter(
    (error) =>
      error.orgId === orgId &&
      (request.jobs === undefined || request.jobs.includes(error.job)) &&
      isTaken(error, request.filter),
  );
  return [...Map.groupBy(taken, (error) => error.job)].map(([job, pending]) => {
    const stored = view.jobs.find((one) => one.orgId === orgId && one.name === job)?.snapshot ?? null;
    return { job, pending, spec: request.specs.find((spec) => spec.name === job) ?? stored };
  });
}

function pendingOf(waiting: readonly Waiting[], job: string): readonly ExportError[] {
  return waiting.find((one) => one.job === job)?.pending ?? [];
}

function withBusyCounts(jobs: readonly JobRetryResult[], waiting: readonly Waiting[]): JobRetryResult[] {
  return jobs.map((job) => {
    const busy = job.skipped.some(({ reason }) => reason === 'busy');
    return busy ? { ...job, skipped: [{ reason: 'busy', count: pendingOf(waiting, job.job).length }] } : job;
  });
}

function withoutDefinition(waiting: readonly Waiting[]): JobRetryResult[] {
  const nameless = waiting.filter(({ spec }) => spec === null);
  return nameless.map((one) => leftAlone(one, 'no-definition', []));
}

/** A job that no longer passes its checks keeps its rows; the others are retried all the same. */
function failedChecks(waiting: readonly Waiting[], problems: readonly JobProblem[]): JobRetryResult[] {
  return waiting.flatMap((one) => {
    const words = problems.filter((problem) => problem.job === one.job).map((problem) => problem.message);
    return words.length === 0 ? [] : [leftAlone(one, 'checks', words)];
  });
}

function leftAlone(waiting: Waiting, reason: SkipReason, warnings: string[]): JobRetryResult {
  return {
    job: waiting.job,
    status: 'failed',
    attempted: 0,
    resolved: 0,
    superseded: 0,
    stillFailing: 0,
    quarantined: 0,
    skipped: [{ reason, count: waiting.pending.length }],
    movedPast: false,
    apiCalls: 0,
    durationMs: 0,
    stoppedBy: null,
    warnings,
  };
}

type Parts = {
  readonly orgId: string;
  readonly username: string | null;
  readonly jobs: readonly JobRetryResult[];
  readonly failing: readonly ExportError[];
};

function outcomeOf({ orgId, username, jobs, failing }: Parts): RetryOutcome {
  const sum = (of: (job: JobRetryResult) => number): number => jobs.reduce((total, job) => total + of(job), 0);
  const result: RetryResult = {
    orgId,
    username,
    status: overallStatus(jobs),
    attempted: sum((job) => job.attempted),
    resolved: sum((job) => job.resolved),
    superseded: sum((job) => job.superseded),
    stillFailing: sum((job) => job.stillFailing),
    quarantined: sum((job) => job.quarantined),
    skipped: skippedOf(jobs),
    errors: failing.slice(0, shownErrors),
    apiCalls: sum((job) => job.apiCalls),
    jobs: [...jobs],
  };
  return { result, exitCode: jobs.length === 0 ? exitCodes.done : exitCodeOf(jobs) };
}

function skippedOf(jobs: readonly JobRetryResult[]): RetryResult['skipped'] {
  const groups = Map.groupBy(
    jobs.flatMap((job) => job.skipped),
    ({ reason }) => reason,
  );
  return [...groups].map(([reason, of]) => ({ reason, count: of.reduce((total, one) => total + one.count, 0) }));
}
