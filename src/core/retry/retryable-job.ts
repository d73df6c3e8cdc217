import type { PreparedJob } from '../run/prepared-job.js';

/** A job whose pending rows may be sent again. */
export type RetryableJob = PreparedJob & {
  /** Setting `retry-max-attempts`; 0 = retry for ever. */
  readonly maxRetries: number;
};
