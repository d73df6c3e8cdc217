import type { ExportError } from '../export-error.js';
import type { FaultReason } from '../fault-reasons.js';
import type { JobRecord } from '../job.js';
import { LedgerFault, type Ledger } from '../ports/ledger.js';
import { OrgFault } from '../ports/sink.js';
import { noCounts, type JobStatus, type RunCounts, type StopCode, type StoppedBy } from '../run-record.js';
import type { JobResult, PausedOnResult } from '../run-result.js';
import type { PreparedJob } from './prepared-job.js';
import { BudgetStop, RunStop } from './stop.js';

/** How a job's run ended when it did not end by itself: a stop the next run goes on from, or a failure to be told. */
export type Ending = { readonly status: JobStatus; readonly stoppedBy: StoppedBy | null; readonly error?: unknown };

/** Table of design.md 3.3 and 5, from what was thrown to how the job ended. */
export function endingOf(thrown: unknown): Ending {
  if (thrown instanceof BudgetStop) {
    const { message, setting } = thrown;
    return { status: 'stopped', stoppedBy: { code: 'budget', message, setting } };
  }
  if (thrown instanceof RunStop) return stopped(thrown.code, thrown.message);
  if (thrown instanceof LedgerFault && (thrown.code === 'busy' || thrown.code === 'lease-lost')) {
    return stopped('busy', thrown.message);
  }
  const code = thrown instanceof OrgFault ? stopCodeOf(thrown) : undefined;
  if (thrown instanceof OrgFault && code !== undefined) {
    const ending = stopped(code, thrown.message, thrown.facts.reason);
    return code === 'login' ? { ...ending, error: thrown } : ending;
  }
  return { status: 'failed', stoppedBy: null, error: thrown };
}

/** undefined: a failure that the next run would only meet again. */
function stopCodeOf({ kind, facts }: OrgFault): StopCode | undefined {
  switch (kind) {
    case 'login':
    case 'org-limit':
      return kind;
    case 'wait':
      return facts.reason === 'no-route' ? 'unavailable' : 'org-limit';
    case 'maintenance':
    case 'not-sent':
    case 'outcome-unknown':
      return 'unavailable';
    case 'too-large':
    case 'refused':
      return undefined;
  }
}

/** Waiting for a lease ends early when the run is interrupted, and then the lease was never the matter. */
export function endingOfWait(thrown: unknown, signal: AbortSignal): Ending {
  return signal.aborted ? stopped('interrupted', 'Interrupted while waiting for the job.') : endingOf(thrown);
}

/** The other jobs would meet the same: a stop of the org or the person ends the whole run, a busy job does not. */
export function endsTheRun(ending: Ending): boolean {
  return ending.error !== undefined || (ending.stoppedBy !== null && ending.stoppedBy.code !== 'busy');
}

/** A job that did not begin: where it stands is what the ledger knew of it. */
export function notBegun(
  job: Pick<PreparedJob, 'spec' | 'apiCalls' | 'warnings'>,
  ending: Ending,
  { record, pausedError }: Standing,
): JobResult {
  const { apiCalls, warnings } = job;
  return jobResult({ job, ending, apiCalls, durationMs: 0, record, pausedError, warnings });
}

/** Where a job stands, by the ledger alone. */
export type Standing = Pick<JobResultFacts, 'record' | 'pausedError'>;

export async function standing(job: Pick<PreparedJob, 'spec'>, ledger: Ledger, orgId: string): Promise<Standing> {
  const { jobs, exportErrors } = await ledger.read();
  const record = jobs.find((known) => known.orgId === orgId && known.name === job.spec.name);
  const pausedId = record?.pausedOn?.exportErrorId;
  return { record, pausedError: exportErrors.find((error) => error.id === pausedId) };
}

export type JobResultFacts = {
  readonly job: Pick<PreparedJob, 'spec'>;
  readonly ending: Pick<Ending, 'status' | 'stoppedBy'>;
  readonly counts?: RunCounts;
  readonly apiCalls: number;
  readonly durationMs: number;
  readonly record: JobRecord | undefined;
  readonly pausedError: ExportError | undefined;
  readonly warnings: readonly string[];
  readonly estimatedApiCalls?: number | undefined;
};

export function jobResult(facts: JobResultFacts): JobResult {
  const { job, ending, record } = facts;
  return {
    job: job.spec.name,
    object: job.spec.object,
    operation: job.spec.operation,
    status: ending.status,
    ...(facts.counts ?? noCounts),
    apiCalls: facts.apiCalls,
    durationMs: facts.durationMs,
    api: 'rest',
    checkpoint: { row: record?.checkpoint.row ?? 0, line: record?.checkpoint.line ?? null },
    pausedOn: pausedOnResult(record, facts.pausedError),
    stoppedBy: ending.stoppedBy,
    waitingFor: null,
    bulkJobIds: [],
    warnings: [...facts.warnings],
    ...(facts.estimatedApiCalls === undefined ? {} : { estimatedApiCalls: facts.estimatedApiCalls }),
  };
}

/** The record a job is paused on, as results and `status` show it. */
export function pausedOnResult(record: JobRecord | undefined, error: ExportError | undefined): PausedOnResult | null {
  const pausedOn = record?.pausedOn;
  if (pausedOn === null || pausedOn === undefined || error === undefined) return null;
  return {
    row: pausedOn.row,
    line: pausedOn.line,
    key: error.key,
    exportErrorId: error.id,
    exportErrorStatus: error.status,
    since: pausedOn.since,
    attempts: error.attempts,
    errors: [...error.errors],
  };
}

function stopped(code: StopCode, message: string, reason?: FaultReason): Ending {
  return { status: 'stopped', stoppedBy: { code, ...(reason === undefined ? {} : { reason }), message } };
}
