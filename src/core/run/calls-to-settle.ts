import { transientPolicy } from './backoff.js';

/** Of the rights, once per window. */
const describes = 1;

/**
 * API calls that must be left before records are sent which nothing is known of yet, so that one among them that the
 * org refuses is found and settled, and a lock waited for, without stopping in between (A1). It follows the searches of
 * `settle-pausing` and `settle-logging`: the window; the collection that failed as one; its halves down to one record;
 * and where a record is named, what lies before it and that record alone.
 *
 * Not the worst case: each further failing record, or an org that names an ever earlier one, takes more. What comes
 * after that is made only while there is room, and if there is none the job stops at its checkpoint.
 */
export function callsToSettle(records: number, collectionSize: number, pauseOnErrors: boolean): number {
  const inCollection = Math.min(records, collectionSize);
  const halvings = inCollection > 1 ? Math.ceil(Math.log2(inCollection)) : 0;
  const collection = records > inCollection ? 1 : 0;
  // Each halving sends both halves; pausing, an innocent that was named for its company is tried alone besides.
  const named = records > 1 ? 2 : 0;
  const search = pauseOnErrors ? 3 * halvings + named : 2 * halvings;
  return 1 + collection + search + describes + transientPolicy.tries;
}
