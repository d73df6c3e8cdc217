import { recordError } from '../errors.js';
import { toId18 } from '../ids.js';
import type { Field } from '../schema/definitions.js';
import { shown } from '../values.js';
import type { Change, WriteContext } from './change.js';
import { checkValue, storedValue } from './field-checks.js';
import { checkLookup, resolveReference } from './references.js';

/** Object permission comes with the code of automation, not of permissions (facts 7.3). */
const checkPermission = ({ object, operation, errors }: Change): void => {
  const { createable, updateable, deletable } = object.permissions;
  const verb = operation === 'insert' ? 'inserted' : 'updated';
  if (operation === 'delete' ? deletable : operation === 'insert' ? createable : updateable) return;
  errors.push(
    operation === 'delete'
      ? recordError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id')
      : recordError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be ${verb}: ${object.label}`),
  );
};

const malformedId = ({ object, operation }: Change, sent: unknown, isId: boolean): ReturnType<typeof recordError> =>
  operation === 'delete' && !isId
    ? recordError('MALFORMED_ID', `malformed id ${shown(sent)}`)
    : recordError('MALFORMED_ID', `${object.label} ID: id value of incorrect type: ${shown(sent)}`, ['Id']);

/** Finds the row that an update or delete means (facts 3.5). */
const findRow = ({ org }: WriteContext, change: Change): void => {
  const { object, errors } = change;
  const sent = change.id ?? change.input.id;
  if (sent === undefined || sent === null || sent === '') {
    errors.push(recordError('MISSING_ARGUMENT', `Id not specified in an ${change.operation} call`));
    return;
  }
  const id = toId18(shown(sent));
  if (id === undefined || !id.startsWith(object.definition.keyPrefix)) {
    errors.push(malformedId(change, sent, id !== undefined));
    return;
  }
  const table = org.database.table(object.name);
  change.id = id;
  change.old = table.get(id);
  if (table.deleted(id)) errors.push(recordError('ENTITY_IS_DELETED', 'entity is deleted'));
  else if (!change.old) errors.push(recordError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'));
};

const isKeyOf = ({ key }: Change, field: Field): boolean => key?.field.name === field.name;

/** Field-level security, formulas, audit fields: one error names them all (facts 7.4). */
const checkWritable = (change: Change): void => {
  const { object, operation, input, errors } = change;
  if (operation === 'delete') return;
  if (operation === 'insert' && input.id !== undefined && input.id !== null && input.id !== '') {
    errors.push(recordError('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']));
  }
  const named = [...input.values.keys(), ...input.references.map(({ field }) => field)];
  const refused = named
    .filter((field) => !object.mayWrite(field, operation) && !(operation === 'update' && isKeyOf(change, field)))
    .map(({ name }) => name);
  if (refused.length === 0) return;
  const message =
    `Unable to create/update fields: ${refused.join(', ')}. Please check the security settings of this field and ` +
    'verify that it is read/write for your profile or permission set.';
  errors.push(recordError('INVALID_FIELD_FOR_INSERT_UPDATE', message, refused));
};

const checkValues = ({ org }: WriteContext, change: Change): void => {
  for (const [field, value] of change.input.values) {
    const errors = checkValue(field, value);
    change.errors.push(...errors);
    if (errors.length > 0) continue;
    if (field.type !== 'reference' || typeof value !== 'string') {
      change.input.values.set(field, storedValue(field, value));
      continue;
    }
    const found = checkLookup(org, change, field, value);
    if (typeof found === 'string') change.input.values.set(field, found);
    else change.errors.push(found);
  }
};

const resolveReferences = ({ org }: WriteContext, change: Change): void => {
  for (const reference of change.input.references) {
    const found = resolveReference(org, change, reference);
    if (typeof found === 'string') change.input.values.set(reference.field, found);
    else change.errors.push(found);
  }
};

/**
 * All that can be said of one record before any trigger runs: permission, Id, writable fields, values, references. The
 * errors of a record add up; a record without right or row is not looked at further.
 */
export const prepare = (context: WriteContext, change: Change): void => {
  if (change.errors.length > 0) return;
  checkPermission(change);
  if (change.errors.length > 0) return;
  if (change.operation !== 'insert') findRow(context, change);
  if (change.errors.length > 0) return;
  change.errors.push(...change.input.errors);
  checkWritable(change);
  checkValues(context, change);
  resolveReferences(context, change);
};
