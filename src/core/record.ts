import type { ApiError } from './api-error.js';

/** A place in a source: `row` counts from 1 and leaves the header out; `line` (files only) counts from 1 with it. */
export type Position = { readonly row: number; readonly line?: number };

/** Three states, everywhere (P11): `undefined` is absent (leave the field alone), `null` clears it, text is a value. */
export type Cell = string | null | undefined;

/**
 * Where a row ends, in the terms of its source (for a file: the offset of the byte behind its line break).
 * Opaque to the core: only the source that made it reads it.
 */
export type SourceCursor = number;

/** One row as its source gave it. A broken row keeps its place and says what is wrong with it. */
export type SourceRow =
  | { readonly kind: 'row'; readonly position: Position; readonly cells: readonly Cell[]; readonly end: SourceCursor }
  | { readonly kind: 'broken'; readonly position: Position; readonly error: ApiError; readonly end: SourceCursor };

/** A value as it is stored in an ExportError's payload; a nested object is a lookup by the parent's external ID. */
export type PayloadValue = string | number | boolean | null | { readonly [field: string]: PayloadValue };

/**
 * The fields of one record. A number whose digits a double would lose stands here as its text;
 * `PreparedRecord.json` always has the literal digits.
 */
export type Payload = { readonly [field: string]: PayloadValue };

/** What makes two records the same (design.md 2): `canonical` decides, `display` is the key as it was written. */
export type RecordKey = { readonly canonical: string; readonly display: string };

/** A record that may be sent. */
export type PreparedRecord = {
  readonly kind: 'prepared';
  readonly position: Position;
  readonly end: SourceCursor;
  readonly key: RecordKey;
  readonly payload: Payload;
  /** The fields as one JSON object, numbers with the digits of the source (P12), without `attributes`. */
  readonly json: string;
  /** Canonical key of the record of the same object that a self-lookup names; its window must end before this record. */
  readonly selfLookupKeys: readonly string[];
};

/**
 * Text that a Composite request would take for a reference to another of its subrequests (API 4.1). There is no way
 * to escape it, so such a record must not be in one.
 */
export function looksLikeReference(record: Pick<PreparedRecord, 'json'>): boolean {
  return record.json.includes('@{');
}

/** A record that a check refused before sending: it fails in its place and is never part of a request. */
export type RefusedRecord = {
  readonly kind: 'refused';
  readonly position: Position;
  readonly end: SourceCursor;
  readonly key: RecordKey;
  readonly payload: Payload | null;
  readonly errors: readonly ApiError[];
};

export type EncodedRecord = PreparedRecord | RefusedRecord;

/** Turns rows of a source into records for one object; made once per run from mapping, columns and describe. */
export type RecordEncoder = { encode(row: SourceRow): EncodedRecord };

/** The key of a record that has no usable one: it is told from others by its place alone. */
export function keyOfRow(row: number): RecordKey {
  const text = `#row:${row}`;
  return { canonical: text, display: text };
}

export function isRowKey(canonical: string): boolean {
  return canonical.startsWith('#row:');
}
