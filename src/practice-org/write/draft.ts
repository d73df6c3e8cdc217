import type { OrgState } from '../org-state.js';
import type { Field } from '../schema/definitions.js';
import type { DraftRow, FieldValue } from '../values.js';
import type { Change, WriteContext } from './change.js';
import { formatDateTime } from './dates.js';

const autoNumber = ({ autoNumbers }: OrgState, object: string, field: Field): string => {
  const key = `${object}.${field.name}`;
  const n = (autoNumbers.get(key) ?? 0) + 1;
  autoNumbers.set(key, n);
  return (field.autoNumber ?? '{0}').replace(/\{(0+)\}/, (_, zeros: string) => String(n).padStart(zeros.length, '0'));
};

/** The owner that an active assignment rule gives. The header's default is TRUE (facts 6). */
const assignedOwner = ({ org, headers }: WriteContext, object: string): FieldValue | undefined => {
  if ((headers['sforce-auto-assign'] ?? 'TRUE').toUpperCase() === 'FALSE') return undefined;
  return org.assignmentRules.active(object)[0]?.ownerId;
};

const newRow = ({ org }: WriteContext, { object, id }: Change, stamp: string): DraftRow => {
  const row: DraftRow = { ...object.defaults };
  row.Id = id ?? '';
  for (const field of object.autoNumbers) row[field.name] = autoNumber(org, object.name, field);
  if ('OwnerId' in row) row.OwnerId = org.userId;
  row.CreatedDate = stamp;
  row.CreatedById = org.userId;
  return row;
};

/** Formulas and compound names, from the record's own fields. */
export const derive = ({ object }: Change, row: DraftRow): void => {
  for (const field of object.derivedFields) {
    const value = field.formula?.value ?? field.derived;
    if (value) row[field.name] = value(row);
  }
};

/** The record as it would be saved, before triggers. On update the upsert key keeps its stored spelling. */
export const draftOf = (context: WriteContext, change: Change): DraftRow => {
  const { org } = context;
  const stamp = formatDateTime(org.now());
  if (change.operation === 'insert') change.id ??= org.ids.next(change.object.definition.keyPrefix);
  const row: DraftRow = change.old ? { ...change.old } : newRow(context, change, stamp);
  for (const [field, value] of change.input.values) {
    if (change.operation === 'update' && change.key?.field === field) continue;
    row[field.name] = value;
  }
  const owner = assignedOwner(context, change.object.name);
  if (owner !== undefined) row.OwnerId = owner;
  if (change.operation === 'insert' && row.Name === null && change.object.field('Name')?.defaultedOnCreate === true) {
    row.Name = change.id ?? null;
  }
  row.LastModifiedDate = stamp;
  row.LastModifiedById = org.userId;
  row.SystemModstamp = stamp;
  derive(change, row);
  return row;
};
