import { Messages, type SfError } from '@salesforce/core';
import { exitCodeOf, exitCodes, overallStatus, type ExitCode } from '../core/exit-codes.js';
import { isOpen, type ExportError } from '../core/export-error.js';
import type { JobSpec } from '../core/job.js';
import type { Ledger, LedgerView } from '../core/ports/ledger.js';
import type { Reporter } from '../core/ports/reporter.js';
import { dryRunJob } from '../core/run/dry-run.js';
import { endingOf, notBegun, standing } from '../core/run/job-result.js';
import type { PreparedJob } from '../core/run/prepared-job.js';
import { runJobs, type RunJobsOutcome } from '../core/run/run-jobs.js';
import { RowsMissing } from '../core/run/stop.js';
import type { JobResult, RunResult } from '../core/run-result.js';
import type { SettingValues } from '../core/settings.js';
import { escapeText } from '../report/escape.js';
import { systemClock } from './clock.js';
import { toSfError } from './faults.js';
import { takeInterrupts } from './interrupts.js';
import { accountsWarning } from './accounts-warning.js';
import { connectOrg } from './connected-org.js';
import { assertSwitchedOn } from './main-switch.js';
import { prepareJobs, type JobProblem, type Prepared } from './prepare-jobs.js';
import { keepAccounts, prepareContext, runDeps, type MachineDeps } from './run-deps.js';
import { withActions } from './stop-actions.js';
import { openLedger } from './store.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.run');

export type RunRequest = {
  /** Login, alias or access token; undefined: the default org. */
  readonly org: string | undefined;
  readonly apiVersion: string | undefined;
  readonly store: string | undefined;
  readonly specs: readonly JobSpec[];
  readonly flags: Partial<SettingValues>;
  readonly restart: boolean;
  readonly fromRow: number | undefined;
  readonly dryRun: boolean;
  readonly lockWaitMs: number;
  readonly reporter: Reporter;
  readonly warn: (message: string) => void;
};

export type RunOutcome = {
  readonly result: RunResult;
  readonly exitCode: ExitCode;
  readonly specs: ReadonlyMap<string, JobSpec>;
  readonly openErrors: readonly ExportError[];
  /** What the run is to end with, after its result was shown; its `data` is the result. */
  readonly error?: SfError;
};

/** Composes all ports for one run, runs it, and returns what it came to. @throws SfError */
export async function runExport(request: RunRequest): Promise<RunOutcome> {
  try {
    return await compose(request);
  } catch (fault) {
    throw toSfError(inWords(fault));
  }
}

async function compose(request: RunRequest): Promise<RunOutcome> {
  const connected = await connectOrg(request.org, request.apiVersion);
  const { orgId, username } = connected;
  const ledger = openLedger(request.store);
  const view = await ledger.read();
  const switchedOn = (now: LedgerView): void =>
    assertSwitchedOn(now, { orgId, username, store: request.store ?? null });
  if (!request.dryRun) switchedOn(view);
  const interrupts = takeInterrupts(() => request.warn(messages.getMessage('warning.interrupted')));
  const { reporter, warn } = request;
  const { signal } = interrupts;
  const deps = runDeps({ connected, reporter, signal, ledger, view, assertSwitchedOn: switchedOn });
  let outcome: RunJobsOutcome;
  try {
    outcome = await checkAndRun(request, ledger, view, deps);
  } finally {
    // A dry run changes nothing anywhere, its calls in the accounts included (design.md 4.2).
    if (!request.dryRun) await keepAccounts(deps, ledger, accountsWarning(warn));
    interrupts.release();
  }
  const result: RunResult = {
    orgId,
    username,
    status: overallStatus(outcome.jobs),
    dryRun: request.dryRun,
    jobs: outcome.jobs.map(withActions),
    apiUse: deps.org.budget.result(),
  };
  return {
    result,
    exitCode: exitCodeOf(outcome.jobs),
    specs: new Map(request.specs.map((spec) => [spec.name, spec])),
    openErrors: await openErrorsOf(request, orgId).catch(unlessToldAnyway(outcome.error)),
    // A run that ended with an error still says what it had done (X1).
    ...(outcome.error === undefined ? {} : { error: toSfError(inWords(outcome.error), result) }),
  };
}

async function checkAndRun(
  request: RunRequest,
  ledger: Ledger,
  view: LedgerView,
  deps: MachineDeps,
): Promise<RunJobsOutcome> {
  const context = {
    ...prepareContext(deps, view),
    flags: request.flags,
  };
  let prepared: Prepared;
  try {
    prepared = await prepareJobs(request.specs, context);
  } catch (thrown) {
    return await notChecked(request.specs, thrown, deps, ledger);
  }
  if (prepared.problems.length > 0) throw problemsError(prepared.problems);
  const { jobs } = prepared;
  return request.dryRun ? dryRunJobs(jobs, view, deps) : runJobs(jobs, request, ledger, deps);
}

/** The org stopped the run before the first job began: each job says so, and the next run goes on (design.md 5). */
async function notChecked(
  specs: readonly JobSpec[],
  thrown: unknown,
  deps: MachineDeps,
  ledger: Ledger,
): Promise<RunJobsOutcome> {
  const ending = endingOf(thrown);
  if (ending.stoppedBy === null) throw thrown;
  const apiCalls = deps.transport.calls();
  const jobs = await Promise.all(
    specs.map(async (spec, index) => {
      const job = { spec, apiCalls: index === 0 ? apiCalls : 0, warnings: [] };
      return notBegun(job, ending, await standing(job, ledger, deps.org.orgId));
    }),
  );
  return { jobs, ...(ending.error === undefined ? {} : { error: ending.error }) };
}

async function openErrorsOf(request: RunRequest, orgId: string): Promise<ExportError[]> {
  const view = await openLedger(request.store).read();
  return view.exportErrors.filter((error) => error.orgId === orgId && isOpen(error));
}

/** A ledger that cannot be read is told once: by what the run ends with, if it ends with something. */
function unlessToldAnyway(error: unknown): (thrown: unknown) => ExportError[] {
  return (thrown) => {
    if (error === undefined) throw thrown;
    return [];
  };
}

async function dryRunJobs(
  jobs: readonly PreparedJob[],
  view: LedgerView,
  { org, signal }: MachineDeps,
): Promise<RunJobsOutcome> {
  const results: JobResult[] = [];
  for (const job of jobs) {
    const startedMs = systemClock.monotonicMs();
    const elapsedMs = (): number => systemClock.monotonicMs() - startedMs;
    const names = [job.spec.name, ...job.spec.formerly];
    const ofOrg = view.jobs.filter((known) => known.orgId === org.orgId);
    const known = names.flatMap((name) => ofOrg.find((one) => one.name === name) ?? [])[0];
    results.push(await dryRunJob(job, { signal, elapsedMs, known, budget: org.budget, before: results }));
  }
  return { jobs: results };
}

/** All that keeps the jobs from running, at once; nothing was sent. */
function problemsError(problems: readonly JobProblem[]): SfError {
  const lines = problems.map((problem) => `  ${problem.job}: ${escapeText(problem.message)}`);
  const error = messages.createError('error.checks', [lines.join('\n')]);
  error.setData({ problems: problems.map((problem) => ({ ...problem, fault: undefined })) });
  error.exitCode = exitCodes.failed;
  return error;
}

function inWords(thrown: unknown): unknown {
  if (!(thrown instanceof RowsMissing)) return thrown;
  const { source, rows, missing } = thrown;
  return messages.createError('error.rowsMissing', [source, rows, rows + missing + 1]);
}
