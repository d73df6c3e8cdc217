import { shown } from '../values.js';
import { toId18 } from '../ids.js';
import { isGood } from './change.js';
import type { Change, WriteContext } from './change.js';

/** The row a change is about, so that a fault may look at it before the save has found it. */
const rowOf = ({ org }: WriteContext, { object, id, input }: Change): Change['old'] => {
  const full = toId18(shown(id ?? input.id ?? ''));
  return full === undefined ? undefined : org.database.table(object.name).get(full);
};

/**
 * Errors that a test scripted for records: locks, maintenance, full storage. Asked once per collection and object, before
 * anything is looked at, whatever the passes of the save; a `batch` fault takes all records of the object with it.
 */
export const applyRecordFaults = (context: WriteContext, changes: Change[]): void => {
  for (const object of new Set(changes.map((change) => change.object))) {
    const batch = changes.filter((change) => change.object === object && isGood(change));
    for (const change of batch) change.old = rowOf(context, change);
    for (const fault of context.org.faults.forRecords(batch)) {
      const hit = batch.filter((change) => isGood(change) && fault.hits(change));
      if (hit.length === 0) continue;
      fault.use();
      for (const change of fault.scope === 'batch' ? batch.filter(isGood) : hit) change.errors = [fault.error];
    }
  }
};
