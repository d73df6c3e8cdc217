import type { ExportError } from '../export-error.js';
import type { JobSpec } from '../job.js';
import type { PreparedJob } from '../run/prepared-job.js';
import type { RunDeps } from '../run/run-job.js';

/** A job that passed its checks, so that its pending rows may be sent again. */
export type RetryableJob = PreparedJob & {
  /** Setting `retry-max-attempts`; 0 = retry for ever. */
  readonly maxRetries: number;
};

/** A job with rows that wait for a retry, as they were when the retry began. */
export type WaitingJob = {
  readonly name: string;
  /** A definition given to this retry, which stands before the stored one. */
  readonly given: JobSpec | null;
  /** How many rows, for when the job cannot be begun. */
  readonly pending: number;
};

/** Why a job does not pass its checks, in words. */
export type ChecksFailed = { readonly problems: readonly string[] };

export type RetryDeps = RunDeps & {
  /**
   * Checks a job, once its lease is held: a run that had it may have stored another definition meanwhile.
   * @throws OrgFault
   */
  readonly prepare: (spec: JobSpec, pending: readonly ExportError[]) => Promise<RetryableJob | ChecksFailed>;
};
