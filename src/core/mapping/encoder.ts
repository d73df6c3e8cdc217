import type { ApiError } from '../api-error.js';
import type { FieldDescribe } from '../describe.js';
import { keyOfRow } from '../record.js';
import type { Cell, EncodedRecord, PayloadValue, Position, RecordEncoder, RecordKey, SourceCursor } from '../record.js';
import { canonicalKey } from './canonical-key.js';
import { localCodes } from './converted.js';
import { conversionError, payloadEntry } from './field-plan.js';
import type { FieldPlan, Step } from './field-plan.js';
import { RecentKeys } from './recent-keys.js';

/** The fields of a record, and which of them makes its key. */
export type RecordPlan = {
  readonly object: string;
  readonly keyField: FieldDescribe;
  readonly fields: readonly FieldPlan[];
};

/** What came of the cells of one record, field by field. */
class Draft {
  public json = '';
  public readonly payload: Record<string, PayloadValue> = {};
  public readonly errors: ApiError[] = [];
  public readonly selfLookups: string[] = [];
  /** Canonical keys under other key fields of this record. */
  public readonly aliases: Array<readonly [field: string, canonical: string]> = [];
  public key: RecordKey | undefined;
  public keyRefused = false;

  public append(member: string): void {
    this.json += this.json === '' ? member : `,${member}`;
  }
}

/** Makes the encoder of a plan. It remembers keys of the last records only, so its memory does not grow. */
export function encoderOf(plan: RecordPlan): RecordEncoder {
  const roles = plan.fields.map((field) => roleOf(field, plan));
  const recent = new RecentKeys(roles.filter((role) => role === 'alias').length);
  return {
    encode: (row) =>
      row.kind === 'broken'
        ? { ...placeOf(row), kind: 'refused', key: keyOfRow(row.position.row), payload: null, errors: [row.error] }
        : encodeCells(plan, roles, recent, row.cells, placeOf(row)),
  };
}

type Place = { readonly position: Position; readonly end: SourceCursor };

function placeOf(row: Place): Place {
  return { position: row.position, end: row.end };
}

function encodeCells(
  plan: RecordPlan,
  roles: readonly Role[],
  recent: RecentKeys,
  cells: readonly Cell[],
  place: Place,
): EncodedRecord {
  const draft = new Draft();
  plan.fields.forEach((field, i) => add(draft, field, roles[i]!, field.read(cells), recent));
  if (draft.key === undefined && !draft.keyRefused) draft.errors.push(missingKey(plan.keyField));
  const key = draft.key ?? keyOfRow(place.position.row);
  if (draft.errors.length > 0) return { kind: 'refused', ...place, key, payload: draft.payload, errors: draft.errors };
  for (const [field, canonical] of draft.aliases) recent.add(field, canonical, key.canonical);
  const json = `{${draft.json}}`;
  return { kind: 'prepared', ...place, key, payload: draft.payload, json, selfLookupKeys: draft.selfLookups };
}

function add(draft: Draft, plan: FieldPlan, role: Role, step: Step, recent: RecentKeys): void {
  if (step === undefined) return;
  if (step === null) {
    if (role === 'key') return;
    draft.append(plan.nullJson);
    draft.payload[plan.target.field.name] = null;
    return;
  }
  const { text, converted } = step;
  const [name, value] = payloadEntry(plan.target, converted.ok ? converted.value : text);
  draft.payload[name] = value;
  if (!converted.ok) {
    draft.errors.push(conversionError(plan, text, converted));
    if (role === 'key') draft.keyRefused = true;
    return;
  }
  draft.append(plan.prefix + converted.json + plan.suffix);
  if (role === 'plain') return;
  const canonical = canonicalKey(text, plan.target.valueField);
  if (canonical === undefined) return;
  if (role === 'key') draft.key = { canonical, display: text.trim() };
  else if (role === 'parent') draft.selfLookups.push(canonical);
  else if (role === 'alias') draft.aliases.push([plan.target.field.name, canonical]);
  else {
    const parent = recent.find(plan.target.valueField.name, canonical);
    if (parent !== undefined) draft.selfLookups.push(parent);
  }
}

/**
 * `key`: makes the record's key. `parent`: a self-lookup by the job's key field. `alias`: another key field of the
 * record, by which a self-lookup of a later record may name it; `parent-by-alias`: such a self-lookup.
 */
type Role = 'key' | 'parent' | 'alias' | 'parent-by-alias' | 'plain';

function roleOf({ target }: FieldPlan, plan: RecordPlan): Role {
  const { field, valueField, relation } = target;
  if (relation === undefined) {
    if (field.name === plan.keyField.name) return 'key';
    const named = plan.fields.some((other) => isSelf(other, plan) && other.target.valueField.name === field.name);
    return named ? 'alias' : 'plain';
  }
  if (relation.object !== plan.object) return 'plain';
  return valueField.name === plan.keyField.name ? 'parent' : 'parent-by-alias';
}

function isSelf(field: FieldPlan, plan: RecordPlan): boolean {
  return field.target.relation?.object === plan.object;
}

function missingKey(field: FieldDescribe): ApiError {
  return {
    statusCode: localCodes.missingKey,
    message: `${field.name} is empty: without its external ID a record can be neither found nor told from others.`,
    fields: [field.name],
  };
}
