import type { OrgState } from '../org-state.js';
import type { RecordError } from '../errors.js';
import type { Field } from '../schema/definitions.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { Transaction } from '../store/transaction.js';
import type { DraftRow, FieldValue, JsonObject, Row } from '../values.js';

/** What a write needs to know: the org, its transaction and the headers of the request or subrequest (lower case). */
export type WriteContext = { org: OrgState; tx: Transaction; headers: Readonly<Record<string, string>> };

/** A lookup set by the external id of the other record (facts 3.6). */
export type ReferenceInput = { field: Field; target: string; keyField: Field; value: FieldValue };

/** A record of a request after parsing: known fields with converted values. */
export type RecordInput = {
  object: ObjectSchema;
  /** the Id as sent, not checked yet */
  id?: unknown;
  values: Map<Field, FieldValue>;
  references: ReferenceInput[];
  errors: RecordError[];
  /** the record as sent, without `attributes` */
  sent: JsonObject;
};

/** One record on its way through a save. */
export type Change = {
  object: ObjectSchema;
  operation: 'insert' | 'update' | 'delete';
  input: RecordInput;
  id?: string;
  /** upsert only */
  key?: { field: Field; value: FieldValue; sent: unknown };
  old?: Row;
  draft?: DraftRow;
  errors: RecordError[];
  /** upsert only: whether the record is inserted */
  created?: boolean;
};

export const isGood = (change: Change): boolean => change.errors.length === 0;
