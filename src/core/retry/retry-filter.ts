import { hasCode } from '../error-query.js';
import type { ExportError } from '../export-error.js';

/** Which pending rows a retry takes. */
export type RetryFilter = {
  readonly ids?: readonly string[];
  readonly codes?: readonly string[];
  /** Only rows that first failed before this time, ISO 8601 UTC. */
  readonly failedBefore?: string;
  /** At most so many rows over all jobs, those of a job oldest first. */
  readonly limit?: number;
};

export function isTaken(error: ExportError, filter: RetryFilter): boolean {
  const { ids, codes, failedBefore } = filter;
  return (
    error.status === 'pending' &&
    (ids === undefined || ids.includes(error.id)) &&
    (codes === undefined || codes.some((code) => hasCode(error, code))) &&
    (failedBefore === undefined || error.firstFailedAt < failedBefore)
  );
}
