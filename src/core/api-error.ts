/**
 * One error of one record, as the org (or a check before sending) gave it. Every error of a record is kept, with its
 * code and fields, never the message alone (P10). Messages are translated by the org: decide by code and fields only.
 */
export type ApiError = {
  /** The API's StatusCode, or one of our own `LOCAL_…` codes for checks made before sending. */
  readonly statusCode: string;
  readonly message: string;
  /** API names of the fields the error is about; empty when the org named none. */
  readonly fields: readonly string[];
};

/** Who can mend an error: the data's owner, whoever owns the org's automation, an admin of rights or limits, time. */
export type ErrorCategory = 'data' | 'automation' | 'permission' | 'limit' | 'transient' | 'unknown';
