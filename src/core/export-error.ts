import type { ApiError, ErrorCategory } from './api-error.js';
import type { Operation } from './job.js';
import type { Payload } from './record.js';

export const openStatuses = ['pending', 'quarantined'] as const;
export const settledStatuses = ['resolved', 'superseded', 'discarded'] as const;
export type ExportErrorStatus = (typeof openStatuses)[number] | (typeof settledStatuses)[number];

/** A payload that was too large to store (over 32 KB): what is needed to recognise it and its fields. */
export type OmittedPayload = { readonly bytes: number; readonly sha256: string; readonly fields: readonly string[] };

/** One record that was refused: a row of the ExportErrors table (design.md 4 and 4.1). */
export type ExportError = {
  readonly id: string;
  readonly orgId: string;
  readonly job: string;
  readonly object: string;
  readonly operation: Operation;
  readonly externalId: string;
  /** The key as written, for people; `canonicalKey` decides. */
  readonly key: string;
  readonly canonicalKey: string;
  /** What the record came from, for people: the path of the file. */
  readonly source: string;
  readonly row: number;
  readonly line: number | null;
  /** The first row of the key that is still owed to the org; `retry` merges the key's rows from here on (R1). */
  readonly firstRow: number;
  /** What was sent; null when it could not be made (broken row) or was too large (`payloadOmitted`). */
  readonly payload: Payload | null;
  readonly payloadOmitted: OmittedPayload | null;
  /** Fields of the payload that earlier refused rows of the key set, whether or not the one at `row` did too (R3). */
  readonly olderFields: readonly string[];
  /** The last row of the key that was accepted after this one had been refused; it took its fields out (R3). */
  readonly newerRow: number | null;
  readonly errors: readonly ApiError[];
  readonly category: ErrorCategory;
  readonly status: ExportErrorStatus;
  /** Runs and retries in which the record was refused; 1 when the row opens (H3). */
  readonly attempts: number;
  /** The part of `attempts` that `retry` made, since the row was last requeued: `retry-max-attempts` counts by it. */
  readonly retries: number;
  /** Number of the run in which it was last refused; order goes by it, never by the times (K1). */
  readonly run: number;
  readonly firstFailedAt: string;
  readonly lastFailedAt: string;
  readonly settledAt: string | null;
  /** Id of the record in the org, once accepted. */
  readonly recordId: string | null;
  /** Why persons changed it, with user and time: one line for each change, the newest last. */
  readonly note: string | null;
};

export function isOpen(error: Pick<ExportError, 'status'>): boolean {
  return (openStatuses as readonly string[]).includes(error.status);
}
