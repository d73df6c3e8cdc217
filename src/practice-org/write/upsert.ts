import { recordError } from '../errors.js';
import { toId18 } from '../ids.js';
import type { Field } from '../schema/definitions.js';
import { matchKey } from '../store/table.js';
import { shown } from '../values.js';
import type { FieldValue } from '../values.js';
import type { Change, RecordInput, WriteContext } from './change.js';
import { storedValue } from './field-checks.js';

const keyOf = (input: RecordInput, field: Field): { value: FieldValue; sent: unknown } => {
  if (field.type === 'id') return { value: shown(input.id ?? '') || null, sent: input.id };
  const value = storedValue(field, input.values.get(field) ?? null);
  const name = Object.keys(input.sent).find((key) => key.toLowerCase() === field.name.toLowerCase());
  return { value, sent: name === undefined ? undefined : input.sent[name] };
};

/** Decides between insert and update: no match inserts, one updates, several are an error (facts 3.5). */
const decide = ({ org }: WriteContext, change: Change, field: Field, value: FieldValue): void => {
  const ids =
    field.type === 'id' ? [String(value)] : (org.database.table(change.object.name).idsOf(field, value) ?? []);
  if (ids.length > 1) {
    const message = `${field.name}: more than one record found for external id field: [${ids.join(', ')}]`;
    change.errors.push(recordError('DUPLICATE_EXTERNAL_ID', message, [field.name]));
    return;
  }
  const [id] = ids;
  if (id === undefined) return;
  change.operation = 'update';
  change.created = false;
  change.id = id;
};

const changeFor = (context: WriteContext, input: RecordInput, field: Field): Change => {
  const { value, sent } = keyOf(input, field);
  const change: Change = {
    object: input.object,
    operation: 'insert',
    input,
    key: { field, value, sent },
    errors: [],
    created: true,
  };
  if (field.type !== 'id' && input.id !== undefined) {
    change.errors.push(recordError('INVALID_FIELD', 'The Id field should not be specified in the sobject data.'));
  } else if (value !== null) decide(context, change, field, value);
  else if (field.type !== 'id' && input.errors.length === 0) {
    change.errors.push(recordError('MISSING_ARGUMENT', `${field.name} not specified`));
  }
  return change;
};

const dedupeKey = (field: Field, value: FieldValue): string =>
  field.type === 'id' ? (toId18(String(value)) ?? String(value)) : matchKey(field, value);

/** The same key twice in one request: none of those records is written (facts 3.5). */
const refuseRepeats = (changes: Change[], field: Field): void => {
  const byKey = new Map<string, Change[]>();
  for (const change of changes) {
    const value = change.key?.value ?? null;
    if (value === null) continue;
    const key = dedupeKey(field, value);
    byKey.set(key, [...(byKey.get(key) ?? []), change]);
  }
  for (const same of byKey.values()) {
    if (same.length < 2) continue;
    for (const change of same) {
      const message = `Duplicate external id specified: ${shown(change.key?.sent ?? change.key?.value)}`;
      change.errors = [recordError('DUPLICATE_VALUE', message, [field.name])];
    }
  }
};

/** Turns the records of an upsert into inserts and updates by the key field (external id, idLookup field or `Id`). */
export const upsertChanges = (context: WriteContext, inputs: RecordInput[], field: Field): Change[] => {
  const changes = inputs.map((input) => changeFor(context, input, field));
  refuseRepeats(changes, field);
  return changes;
};
