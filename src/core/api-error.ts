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

/** Longer than any text of Salesforce's own; what is longer quotes a value, which the payload or the source has. */
const longestMessage = 10_000;

/** A message as it may be kept: some repeat the value they are about, and so the whole of a huge cell. */
export function keptMessage(message: string): string {
  if (message.length <= longestMessage) return message;
  const head = message.slice(0, longestMessage).replace(/[\ud800-\udbff]$/, '');
  return `${head}… (${message.length.toLocaleString('en-US')} characters)`;
}
