import { recordError } from '../errors.js';
import type { RecordError } from '../errors.js';
import type { Behaviour } from '../org-state.js';
import { shown } from '../values.js';
import { isGood } from './change.js';
import type { Change, WriteContext } from './change.js';
import { applyRecordFaults } from './record-faults.js';
import { saveChunk } from './save.js';

const MAX_REPEATS = 12;

export type SaveResult = { id?: string; success: boolean; errors: RecordError[]; created?: boolean };

/** How a failed all-or-none collection looks: rolled back, or (the trap of facts 4.2) as if the good ones were saved. */
export type FailureForm = 'rolledBack' | 'asIfSaved';

export type SaveOptions = { allOrNone: boolean; failureForm?: FailureForm };

/** The same Id more than twelve times in one update is refused; up to twelve are saved one after the other (facts 3.5). */
const refuseRepeats = (changes: Change[]): void => {
  const byId = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.operation !== 'update' || change.key !== undefined) continue;
    const id = shown(change.input.id ?? '').slice(0, 15);
    byId.set(id, [...(byId.get(id) ?? []), change]);
  }
  for (const same of byId.values()) {
    if (same.length <= MAX_REPEATS) continue;
    const message =
      `Maximum number of duplicate updates in one batch (${MAX_REPEATS} allowed). ` +
      `Attempt to update Id more than once in this Api call: ${shown(same[0]?.input.id)}`;
    for (const change of same) change.errors.push(recordError('DUPLICATE_VALUE', message, ['Id']));
  }
};

const chunkName = ({ object, operation }: Change): string => `${object.name} ${operation}`;

const append = (chunks: Map<string, Change[]>, name: string, change: Change): void => {
  const chunk = chunks.get(name);
  if (chunk) chunk.push(change);
  else chunks.set(name, [change]);
};

/** An upsert is saved as one chunk of inserts and one of updates, so that each trigger sees one kind. */
const upsertChunks = (changes: Change[]): Change[][] => {
  const halves = new Map<string, Change[]>();
  for (const change of changes) append(halves, chunkName(change), change);
  return [...halves.values()];
};

/** Runs of one object and one operation, in order; a repeated Id opens a new chunk. */
const chunksOf = (changes: Change[]): Change[][] => {
  const chunks: Change[][] = [];
  let ids = new Set<string>();
  for (const change of changes) {
    const last = chunks.at(-1);
    const id = change.operation === 'update' ? shown(change.input.id ?? '').slice(0, 15) : '';
    const fits = last?.[0] !== undefined && chunkName(last[0]) === chunkName(change) && (id === '' || !ids.has(id));
    if (fits) last.push(change);
    else {
      chunks.push([change]);
      ids = new Set();
    }
    ids.add(id);
  }
  return chunks;
};

const noteCommits = ({ tx, org, headers }: WriteContext, changes: Change[]): void => {
  const keepsMru = !/updatemru\s*=\s*false/i.test(headers['sforce-mru'] ?? '');
  for (const { operation, object, id = '', input, key, errors } of changes) {
    if (errors.length > 0) continue;
    tx.note({ operation, object: object.name, id, fields: input.sent, ...(key ? { externalId: key.sent } : {}) });
    if (keepsMru && operation !== 'delete') org.recentlyViewed.push(id);
  }
};

const asResult = ({ errors, id, created }: Change): SaveResult => {
  const made = created === undefined ? {} : { created };
  if (errors.length === 0) return { id, success: true, errors: [], ...made };
  return { success: false, errors: errors.map(({ statusCode, message, fields }) => ({ statusCode, message, fields })) };
};

const ROLLED_BACK = 'Record rolled back because not all records were valid and the request was using AllOrNone header';
const HALTED = 'The transaction was rolled back since another operation in the same transaction failed.';

/** The records whose own errors are shown; the others only say that they were rolled back (facts 3.3). */
const namedOf = (changes: Change[], rollback: Behaviour['rollback']): Change[] => {
  const bad = changes.filter((change) => !isGood(change));
  if (rollback === 'all') return bad;
  return bad.slice(...(rollback === 'first' ? [0, 1] : [-1]));
};

const rolledBack = ({ org }: WriteContext, changes: Change[]): SaveResult[] => {
  const { rollback, rolledBackCode, rolledBackIds } = org.behaviour;
  const named = new Set(namedOf(changes, rollback));
  const message = rolledBackCode === 'PROCESSING_HALTED' ? HALTED : ROLLED_BACK;
  return changes.map((change) => {
    const own = named.has(change) ? asResult(change) : { errors: [recordError(rolledBackCode, message)] };
    const ghost = rolledBackIds && !named.has(change) && change.id !== undefined ? { id: change.id } : {};
    return {
      ...ghost,
      success: false,
      errors: own.errors,
      ...(change.key === undefined ? {} : { created: true }),
    };
  });
};

/**
 * Saves the changes of one sObject Collections call, in request order.
 *
 * @returns a result per change, and whether any failed
 */
export const saveCollection = (
  context: WriteContext,
  changes: Change[],
  { allOrNone, failureForm = 'rolledBack' }: SaveOptions,
): { results: SaveResult[]; failed: boolean } => {
  const start = context.tx.savepoint();
  refuseRepeats(changes);
  const isUpsert = changes.some(({ key }) => key !== undefined);
  applyRecordFaults(context, changes);
  for (const chunk of isUpsert ? upsertChunks(changes) : chunksOf(changes)) saveChunk(context, chunk, allOrNone);
  const failed = !changes.every(isGood);
  if (failed && allOrNone) {
    context.tx.rollbackTo(start);
    const results = failureForm === 'rolledBack' ? rolledBack(context, changes) : changes.map(asResult);
    return { results, failed };
  }
  noteCommits(context, changes);
  return { results: changes.map(asResult), failed };
};
