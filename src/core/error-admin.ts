import { discarded, quarantined, requeued, type Decision } from './error-life.js';
import { findErrors, type ErrorFilter } from './error-query.js';
import { isOpen, type ExportError, type ExportErrorStatus } from './export-error.js';
import type { JobRecord } from './job.js';

/** What an admin can do to rows of ExportErrors (design.md 4.1). */
export type ErrorAction = 'discard' | 'requeue' | 'quarantine';

/** Why a row was left as it is. */
export type UnchangedReason =
  /** resolved, superseded or discarded: its life is over */
  | 'settled'
  /** requeue: retry takes it already */
  | 'already-pending'
  | 'already-quarantined'
  /** discard: its job is paused on this record; `skip` moves the job past it */
  | 'paused-on'
  /** it was found by a filter that no longer finds it: a run or a retry changed it meanwhile */
  | 'changed'
  /** it is no longer in the ledger */
  | 'gone';

/** The `--json` contract of `errors discard`, `errors requeue` and `errors quarantine`. */
export type ErrorsChangeResult = {
  orgId: string;
  username: string | null;
  /** The rows that were changed, as they are now. */
  changed: ExportError[];
  /** The rows that were found and left as they are. */
  unchanged: { id: string; job: string; reason: UnchangedReason }[];
  /** Jobs that another process runs: nothing of them was changed. */
  busy: string[];
};

/** What an action would do, as far as the ledger tells before the leases are taken: what an admin is asked about. */
export type ErrorsPlan = {
  readonly action: ErrorAction;
  readonly changing: readonly ExportError[];
  readonly leaving: readonly { readonly row: ExportError; readonly reason: UnchangedReason }[];
};

export function planOf(rows: readonly ExportError[], action: ErrorAction, jobs: readonly JobRecord[]): ErrorsPlan {
  const judged = rows.map((row) => {
    const job = jobs.find(({ orgId, name }) => orgId === row.orgId && name === row.job);
    return { row, reason: whyUnchanged(row, action, job) };
  });
  return {
    action,
    changing: judged.flatMap(({ row, reason }) => (reason === null ? [row] : [])),
    leaving: judged.flatMap(({ row, reason }) => (reason === null ? [] : [{ row, reason }])),
  };
}

/** The rows a filter looks for if it names no status: those that the action can change. */
export const usualStatus: { readonly [A in ErrorAction]: ExportErrorStatus | 'open' } = {
  discard: 'open',
  requeue: 'quarantined',
  quarantine: 'pending',
};

/** Why an action leaves a row as it is; null: it changes the row. */
export function whyUnchanged(
  row: ExportError,
  action: ErrorAction,
  job: Pick<JobRecord, 'phase' | 'pausedOn'> | undefined,
): UnchangedReason | null {
  if (!isOpen(row)) return 'settled';
  if (action === 'requeue') return row.status === 'pending' ? 'already-pending' : null;
  if (action === 'quarantine') return row.status === 'quarantined' ? 'already-quarantined' : null;
  return job?.phase === 'paused' && job.pausedOn?.exportErrorId === row.id ? 'paused-on' : null;
}

/** What stays true of a row between the question and the lease. */
export type AdminRequest = {
  readonly action: ErrorAction;
  /** How the rows were found; undefined: by their ids. */
  readonly filter: ErrorFilter | undefined;
};

/** As `whyUnchanged`, for a row that is read again under its job's lease: it must still be what was asked about. */
export function whyUnchangedNow(
  row: ExportError | undefined,
  { action, filter }: AdminRequest,
  job: Pick<JobRecord, 'phase' | 'pausedOn'> | undefined,
): UnchangedReason | null {
  if (row === undefined) return 'gone';
  const reason = whyUnchanged(row, action, job);
  if (reason !== null || filter === undefined) return reason;
  return findErrors([row], filter).length === 0 ? 'changed' : null;
}

const events: { readonly [A in ErrorAction]: (open: ExportError, decision: Decision) => ExportError } = {
  discard: discarded,
  requeue: requeued,
  quarantine: quarantined,
};

/** An open row after the action. */
export function withAction(open: ExportError, action: ErrorAction, decision: Decision): ExportError {
  return events[action](open, decision);
}
