import { recordError } from '../errors.js';
import type { RecordError } from '../errors.js';
import { ChunkFailure, runTriggers } from './apex-runner.js';
import { isGood } from './change.js';
import type { Change, WriteContext } from './change.js';
import { derive, draftOf } from './draft.js';
import { erase } from './erase.js';
import { prepare } from './prepare.js';
import { checkRecord, checkUnique } from './record-checks.js';

const MAX_ATTEMPTS = 3;

const TOO_MANY_RETRIES = recordError(
  'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  'Too many batch retries in the presence of Apex triggers and partial failures.',
);

/** Writes one record that passed all checks, so that the next of its chunk meets it in unique fields. */
const write = (context: WriteContext, change: Change): void => {
  checkUnique(context, change);
  if (!isGood(change) || !change.draft) return;
  context.tx.put(context.org.database.table(change.object.name), Object.freeze(change.draft));
};

/** Deletes all rows of the chunk at once; the same Id again finds its row gone. */
const deleteRows = (context: WriteContext, changes: Change[]): void => {
  const ids = new Set<string>();
  for (const change of changes) {
    const id = change.id ?? '';
    if (ids.has(id)) change.errors.push(recordError('ENTITY_IS_DELETED', 'entity is deleted'));
    ids.add(id);
  }
  const [first] = changes;
  if (first) erase(context, first.object, ids);
};

/** One pass over the chunk: before triggers, checks, save, after triggers. */
const runAttempt = (context: WriteContext, live: Change[]): void => {
  if (live[0]?.operation !== 'delete') for (const change of live) change.draft = draftOf(context, change);
  runTriggers(context, live, 'before');
  for (const change of live) {
    if (change.operation === 'delete' || !change.draft) continue;
    derive(change, change.draft);
    if (isGood(change)) checkRecord(context, change);
  }
  const good = live.filter(isGood);
  if (good[0]?.operation === 'delete') deleteRows(context, good);
  else for (const change of good) write(context, change);
  runTriggers(context, good.filter(isGood), 'after');
};

const failAll = (changes: Change[], error: RecordError): void => {
  for (const change of changes) change.errors = [error];
};

/**
 * Up to three passes (facts 3.4): what fails is set aside, the rest is rolled back and saved anew, triggers included;
 * Apex limits begin anew each time, statics do not. Without triggers a second pass would change nothing, so there is none.
 */
const runAttempts = (context: WriteContext, chunk: Change[], allOrNone: boolean): void => {
  const { tx, org } = context;
  const start = tx.savepoint();
  const used = tx.limits.used;
  const hasTriggers = org.triggers.active(chunk[0]?.object.name ?? '').length > 0;
  let live = chunk.filter(isGood);
  let isComplete = live.length === chunk.length;
  for (let attempt = 1; live.length > 0; attempt += 1) {
    if (attempt > 1) tx.limits.restore(used);
    runAttempt(context, live);
    isComplete &&= live.every(isGood);
    if (isComplete || allOrNone || !hasTriggers) return;
    tx.rollbackTo(start);
    if (attempt === MAX_ATTEMPTS) return failAll(live, TOO_MANY_RETRIES);
    live = live.filter(isGood);
    isComplete = true;
  }
};

/**
 * Saves one chunk: at most 200 changes of one object and one operation. Changes that fail carry errors afterwards; with
 * `allOrNone` the caller rolls back, else the good ones are saved.
 */
export const saveChunk = (context: WriteContext, chunk: Change[], allOrNone: boolean): void => {
  const start = context.tx.savepoint();
  for (const change of chunk) prepare(context, change);
  const live = chunk.filter(isGood);
  try {
    runAttempts(context, chunk, allOrNone);
  } catch (error) {
    if (!(error instanceof ChunkFailure)) throw error;
    context.tx.rollbackTo(start);
    failAll(live, error.error);
  }
};
