import type { ExportError } from '../export-error.js';
import type { JobStatus, StoppedBy } from '../run-record.js';

/** Why pending rows were left alone by a retry. */
export type SkipReason =
  /** another process runs the job */
  | 'busy'
  /** the row lies behind the checkpoint of its job: the next run sends it */
  | 'behind-checkpoint'
  /** the payload was too large to store and the row is gone from the source */
  | 'no-data'
  /** the definition, the object or its fields no longer pass the checks */
  | 'checks'
  /** the job's definition was never stored: run it once */
  | 'no-definition'
  /** the retry stopped before it came to them */
  | 'stopped';

export type JobRetryResult = {
  job: string;
  status: JobStatus;
  attempted: number;
  resolved: number;
  superseded: number;
  stillFailing: number;
  quarantined: number;
  skipped: { reason: SkipReason; count: number }[];
  /** The job was paused on a record that the org accepted now: the next run goes on behind it. */
  movedPast: boolean;
  apiCalls: number;
  durationMs: number;
  stoppedBy: StoppedBy | null;
  warnings: string[];
};

/** The `--json` contract of `retry` (design.md 4; fields are added, never renamed). */
export type RetryResult = {
  orgId: string;
  username: string | null;
  status: JobStatus;
  attempted: number;
  resolved: number;
  superseded: number;
  stillFailing: number;
  quarantined: number;
  skipped: { reason: SkipReason; count: number }[];
  /** The first 100 rows that still fail. */
  errors: ExportError[];
  apiCalls: number;
  jobs: JobRetryResult[];
};

export const shownErrors = 100;
