import { recordError } from '../errors.js';
import type { RecordError } from '../errors.js';
import { toId18 } from '../ids.js';
import type { OrgState } from '../org-state.js';
import type { Field } from '../schema/definitions.js';
import type { Change, ReferenceInput } from './change.js';

const wrongType = (field: Field, value: unknown): RecordError =>
  recordError('MALFORMED_ID', `${field.label}: id value of incorrect type: ${String(value)}`, [field.name]);

/** Owner must be active, a record type must belong to the object (facts 7.2, 7.4). */
const checkTarget = (org: OrgState, change: Change, field: Field, id: string): RecordError | undefined => {
  const target = org.database.byId(id);
  if (!target) return recordError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (field.name === 'OwnerId' && target.row.IsActive === false) {
    const owner = `operation performed with inactive user [${id}] as owner of ${change.object.label.toLowerCase()}`;
    return recordError('INACTIVE_OWNER_OR_USER', owner);
  }
  if (field.name === 'RecordTypeId' && target.row.SobjectType !== change.object.name) {
    const message = `${field.label}: this ID value isn't valid for the user: ${id}`;
    return recordError('INVALID_CROSS_REFERENCE_KEY', message, [field.name]);
  }
  return undefined;
};

/** Checks a lookup that was given as an Id. @returns the 18-character Id, or the error */
export const checkLookup = (org: OrgState, change: Change, field: Field, value: string): string | RecordError => {
  const id = toId18(value);
  const object = id === undefined ? undefined : org.schema.byKeyPrefix(id);
  if (id === undefined || !object || !field.referenceTo.includes(object.name)) return wrongType(field, value);
  if (org.database.table(object.name).deleted(id)) return recordError('ENTITY_IS_DELETED', 'entity is deleted');
  return checkTarget(org, change, field, id) ?? id;
};

/**
 * Finds the record behind an external id. Only rows that are there before the call count, so a parent of the same
 * collection is not seen; the message shows the value in lower case, as the org does (facts 3.6).
 */
export const resolveReference = (org: OrgState, change: Change, reference: ReferenceInput): string | RecordError => {
  const { target, keyField, value } = reference;
  const [id, ...more] = org.database.table(target).idsOf(keyField, value) ?? [];
  const shown = String(value).toLowerCase();
  if (id === undefined) {
    const place = `for field ${keyField.name} in entity ${target}`;
    return recordError('INVALID_FIELD', `Foreign key external ID: ${shown} not found ${place}`);
  }
  if (more.length > 0) {
    const message = `${keyField.name}: more than one record found for external id field: [${[id, ...more].join(', ')}]`;
    return recordError('DUPLICATE_EXTERNAL_ID', message, [keyField.name]);
  }
  return checkTarget(org, change, reference.field, id) ?? id;
};
