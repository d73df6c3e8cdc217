import { isOpen, type ExportError } from '../export-error.js';
import type { JobStatus, StoppedBy } from '../run-record.js';

/** Why pending rows were left alone by a retry. */
export type SkipReason =
  /** another process runs the job */
  | 'busy'
  /** the row lies behind the checkpoint of its job: the next run sends it */
  | 'behind-checkpoint'
  /** the job is paused on the row, and its source could not be read to its place */
  | 'not-read'
  /** neither the source nor the ledger has its data */
  | 'no-data'
  /** the definition, the object or its fields no longer pass the checks */
  | 'checks'
  /** the job's definition was never stored: run it once */
  | 'no-definition'
  /** the row comes after as many as were asked for */
  | 'limit'
  /** the retry stopped before it came to them */
  | 'stopped';

export type Skipped = { reason: SkipReason; count: number };

export type JobRetryResult = RetryCounts & {
  job: string;
  status: JobStatus;
  attempted: number;
  /** The job was paused on a record that the org accepted now: the next run goes on behind it. */
  movedPast: boolean;
  /** The job was paused on a row that holds another record by now, or none: the next run goes on there. */
  unpaused: boolean;
  apiCalls: number;
  durationMs: number;
  stoppedBy: StoppedBy | null;
  warnings: string[];
};

/** The `--json` contract of `retry` (design.md 4; fields are added, never renamed). */
export type RetryResult = RetryCounts & {
  orgId: string;
  username: string | null;
  status: JobStatus;
  attempted: number;
  /** Pending rows of the org that the flags did not choose. */
  notChosen: number;
  /** The first 100 rows that still fail. */
  errors: ExportError[];
  apiCalls: number;
  jobs: JobRetryResult[];
};

export const shownErrors = 100;

/** What became of rows, in numbers; each row counts once. */
export type RetryCounts = {
  resolved: number;
  superseded: number;
  stillFailing: number;
  quarantined: number;
  skipped: Skipped[];
};

/** What a retry did about one row that is open at its end. */
export type Treated = {
  /** Rows that were sent, or refused again before sending. */
  readonly tried: ReadonlySet<string>;
  /** Rows that were left alone. */
  readonly left: ReadonlyMap<string, SkipReason>;
};

/** Rows that are open, were not tried and not left alone for a reason of their own count as `stopped`. */
export function countsOf(rows: readonly ExportError[], { tried, left }: Treated): RetryCounts {
  const skipped = new Map<SkipReason, number>();
  const counts = { resolved: 0, superseded: 0, stillFailing: 0, quarantined: 0 };
  for (const row of rows) {
    if (row.status === 'resolved' || row.status === 'superseded') counts[row.status] += 1;
    else if (isOpen(row) && tried.has(row.id))
      counts[row.status === 'quarantined' ? 'quarantined' : 'stillFailing'] += 1;
    else if (isOpen(row)) {
      const reason = left.get(row.id) ?? 'stopped';
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    }
  }
  return { ...counts, skipped: [...skipped].map(([reason, count]) => ({ reason, count })) };
}

/** The rows of a job that all were left alone for one reason. */
export function allLeft(reason: SkipReason, count: number): RetryCounts {
  return {
    resolved: 0,
    superseded: 0,
    stillFailing: 0,
    quarantined: 0,
    skipped: count === 0 ? [] : [{ reason, count }],
  };
}

/** Rows left alone, over all jobs. */
export function skippedOf(jobs: readonly RetryCounts[]): Skipped[] {
  const groups = Map.groupBy(
    jobs.flatMap((job) => job.skipped),
    ({ reason }) => reason,
  );
  return [...groups].map(([reason, of]) => ({ reason, count: of.reduce((total, one) => total + one.count, 0) }));
}
