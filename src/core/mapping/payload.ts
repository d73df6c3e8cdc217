import type { ApiError } from '../api-error.js';
import { findField, findRelation } from '../describe.js';
import type { FieldDescribe, ObjectDescribe } from '../describe.js';
import { keyOfRow } from '../record.js';
import type { Cell, EncodedRecord, Payload, PayloadValue, Position, SourceCursor } from '../record.js';
import { localCodes } from './converted.js';
import { encoderOf } from './encoder.js';
import { planField } from './field-plan.js';
import type { FieldPlan } from './field-plan.js';
import { resolveTarget } from './target.js';
import type { RelatedDescribe } from './target.js';

/** The field a payload's entry sets: `Parent: {…}` and `ParentId: null` are the same field. */
export function payloadField(name: string, value: PayloadValue, describe: ObjectDescribe): string {
  const field = isNested(value) ? findRelation(describe, name) : findField(describe, name);
  return field?.name ?? name;
}

/** Names of the fields that a payload sets, a lookup always by the name of its field. */
export function payloadFields(payload: Payload, describe: ObjectDescribe): string[] {
  return Object.entries(payload).map(([name, value]) => payloadField(name, value, describe));
}

/** A newer payload over an older one, field by field (R3): what the newer does not set stays. */
export function mergePayloads(older: Payload, newer: Payload, describe: ObjectDescribe): Payload {
  const set = new Set(payloadFields(newer, describe));
  const kept = Object.entries(older).filter(([name, value]) => !set.has(payloadField(name, value, describe)));
  return { ...Object.fromEntries(kept), ...newer };
}

export type PayloadContext = {
  readonly describe: ObjectDescribe;
  readonly externalId: string;
  readonly relatedDescribe: RelatedDescribe;
};

/**
 * Turns a stored payload back into a record (R1), by the describe as it is now: numbers become literals again, and
 * what could not be converted when it was stored is tried once more.
 * @returns a refused record when a field is gone, or a value still cannot be sent
 */
export function encodePayload(
  payload: Payload,
  context: PayloadContext,
  place: { readonly position: Position; readonly end: SourceCursor },
): EncodedRecord {
  const { describe } = context;
  const related: RelatedDescribe = (object) => (object === describe.name ? describe : context.relatedDescribe(object));
  const key = findField(describe, context.externalId);
  const cells: Cell[] = [];
  const fields: FieldPlan[] = [];
  const errors: ApiError[] = [];
  for (const [name, value] of Object.entries(payload)) {
    const { label, cell } = flatten(name, value);
    const resolved = resolveTarget(label, describe, related);
    if ('problem' in resolved) errors.push(goneField(name, resolved.problem.message));
    else if (!isWritable(resolved.target.field, key))
      errors.push(goneField(name, `${label} may no longer be written.`));
    else {
      const source = { index: cells.push(cell) - 1, column: label };
      const isKey = resolved.target.relation === undefined && resolved.target.field === key;
      fields.push(planField(label, resolved.target, source, isKey));
    }
  }
  if (key === undefined) {
    errors.push(goneField(context.externalId, `${describe.name} has no field "${context.externalId}" any more.`));
    return { kind: 'refused', ...place, key: keyOfRow(place.position.row), payload, errors };
  }
  const record = encoderOf({ object: describe.name, keyField: key, fields }).encode({ kind: 'row', ...place, cells });
  if (errors.length === 0) return record;
  return { ...place, kind: 'refused', key: record.key, payload, errors: [...errors, ...errorsOf(record)] };
}

function isNested(value: PayloadValue): value is { readonly [field: string]: PayloadValue } {
  return typeof value === 'object' && value !== null;
}

/** An entry of a payload as a name in a mapping and the text of a cell. */
function flatten(name: string, value: PayloadValue): { label: string; cell: Cell } {
  if (!isNested(value)) return { label: name, cell: value === null ? null : String(value) };
  const inner = Object.entries(value).find(([key]) => key !== 'attributes');
  if (inner === undefined || isNested(inner[1])) return { label: name, cell: undefined };
  return { label: `${name}.${inner[0]}`, cell: inner[1] === null ? null : String(inner[1]) };
}

function isWritable(field: FieldDescribe, key: FieldDescribe | undefined): boolean {
  return field === key || field.createable || field.updateable;
}

function goneField(field: string, message: string): ApiError {
  return { statusCode: localCodes.unknownField, message, fields: [field] };
}

function errorsOf(record: EncodedRecord): readonly ApiError[] {
  return record.kind === 'refused' ? record.errors : [];
}
