import { Messages, type SfError } from '@salesforce/core';
import { exitCodeOf, exitCodes, overallStatus, type ExitCode } from '../core/exit-codes.js';
import type { ExportError } from '../core/export-error.js';
import type { JobSpec } from '../core/job.js';
import type { LedgerView } from '../core/ports/ledger.js';
import type { Reporter } from '../core/ports/reporter.js';
import { isTaken, type RetryFilter } from '../core/retry/retry-filter.js';
import { retryJobs, type RetryJobsOutcome } from '../core/retry/retry-jobs.js';
import { shownErrors, skippedOf, type JobRetryResult, type RetryResult } from '../core/retry/retry-result.js';
import type { RetryDeps } from '../core/retry/retryable-job.js';
import { waitingJobs } from '../core/retry/waiting-jobs.js';
import { resolveSettings } from '../core/settings.js';
import { escapeText } from '../report/escape.js';
import { accountsWarning } from './accounts-warning.js';
import { connectOrg } from './connected-org.js';
import { toSfError } from './faults.js';
import { takeInterrupts } from './interrupts.js';
import { assertSwitchedOn } from './main-switch.js';
import { prepareJobs } from './prepare-jobs.js';
import { sourceColumnsOf } from './retry-columns.js';
import { chosenRows } from './retry-choice.js';
import { keepAccounts, prepareContext, runDeps, type MachineDeps } from './run-deps.js';
import { withActions } from './stop-actions.js';
import { openLedger } from './store.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.retry');

export type RetryRequest = {
  /** Login, alias or access token; undefined: the default org. */
  readonly org: string | undefined;
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

/** `error`: what the retry is to end with, after its result was shown; its `data` is the result. */
export type RetryOutcome = { readonly result: RetryResult; readonly exitCode: ExitCode; readonly error?: SfError };

/** Composes all ports for one retry, and runs it. @throws SfError */
export async function runRetry(request: RetryRequest): Promise<RetryOutcome> {
  try {
    return await compose(request);
  } catch (fault) {
    throw toSfError(fault);
  }
}

async function compose(request: RetryRequest): Promise<RetryOutcome> {
  const connected = await connectOrg(request.org, request.apiVersion);
  const { orgId, username } = connected;
  const ledger = openLedger(request.store);
  const view = await ledger.read();
  const context = { orgId, username, store: request.store ?? null };
  const switchedOn = (now: LedgerView): void => assertSwitchedOn(now, context);
  switchedOn(view);
  const { filter, isOfJob } = chosenRows(view, { ...request, context });
  const pending = view.exportErrors.filter((error) => error.orgId === orgId && error.status === 'pending');
  const taken = pending.filter((error) => isOfJob(error) && isTaken(error, filter));
  const waiting = waitingJobs(
    taken,
    request.specs,
    view.jobs.filter((job) => job.orgId === orgId),
  );
  const base = { orgId, username, notChosen: pending.length - taken.length };
  // Nothing pending: no API call at all (design.md 4.2).
  if (waiting.length === 0) return outcomeOf({ jobs: [], failing: [] }, base);
  const interrupts = takeInterrupts(() => request.warn(messages.getMessage('warning.interrupted')));
  const { reporter, warn } = request;
  const { signal } = interrupts;
  const deps = runDeps({ connected, reporter, signal, ledger, view, assertSwitchedOn: switchedOn });
  try {
    const options = { ...filter, lockWaitMs: request.lockWaitMs };
    return outcomeOf(await retryJobs(waiting, options, ledger, retryDeps(deps, view)), base);
  } finally {
    await keepAccounts(deps, ledger, accountsWarning(warn));
    interrupts.release();
  }
}

/** Checks a job as a run does; a source that cannot be read is none of the reasons to refuse one (R1). */
function retryDeps(deps: MachineDeps, view: LedgerView): RetryDeps {
  const { orgId } = deps.org;
  const context = { ...prepareContext(deps, view), flags: {} };
  const maxRetries = resolveSettings({ rows: view.settings, orgId })['retry-max-attempts'].value;
  return {
    ...deps,
    prepare: async (spec, pending) => {
      const columnsWithoutSource = (): string[] => sourceColumnsOf(spec, pending);
      const { jobs, problems } = await prepareJobs([spec], { ...context, columnsWithoutSource });
      const [job] = jobs;
      return job === undefined ? { problems: problems.map(({ message }) => message) } : { ...job, maxRetries };
    },
  };
}

type Base = Pick<RetryResult, 'orgId' | 'username' | 'notChosen'>;

function outcomeOf({ jobs, failing, error }: RetryJobsOutcome, base: Base): RetryOutcome {
  const result = resultOf(jobs, failing, base);
  const exitCode = jobs.length === 0 ? exitCodes.done : exitCodeOf(jobs);
  if (error !== undefined) return { result, exitCode, error: toSfError(error, result) };
  if (exitCode !== exitCodes.failed) return { result, exitCode };
  const unfit = jobs.filter((job) => job.status === 'failed');
  return { result, exitCode, error: unfitError(unfit, result) };
}

/** Jobs that cannot be retried as they are defined keep their rows; the others were retried all the same. */
function unfitError(unfit: readonly JobRetryResult[], result: RetryResult): SfError {
  const lines = unfit.flatMap(({ job, warnings, skipped }) => {
    const words = skipped.some(({ reason }) => reason === 'no-definition')
      ? [messages.getMessage('info.noDefinition')]
      : warnings;
    return words.map((word) => `  ${job}: ${escapeText(word)}`);
  });
  const error = messages.createError('error.checks', [lines.join('\n')], [], exitCodes.failed);
  return toSfError(error, result);
}

function resultOf(jobs: readonly JobRetryResult[], failing: readonly ExportError[], base: Base): RetryResult {
  const sum = (of: (job: JobRetryResult) => number): number => jobs.reduce((total, job) => total + of(job), 0);
  return {
    orgId: base.orgId,
    username: base.username,
    status: overallStatus(jobs),
    attempted: sum((job) => job.attempted),
    resolved: sum((job) => job.resolved),
    superseded: sum((job) => job.superseded),
    stillFailing: sum((job) => job.stillFailing),
    quarantined: sum((job) => job.quarantined),
    skipped: skippedOf(jobs),
    notChosen: base.notChosen,
    errors: failing.slice(0, shownErrors),
    apiCalls: sum((job) => job.apiCalls),
    jobs: jobs.map(withActions),
  };
}
