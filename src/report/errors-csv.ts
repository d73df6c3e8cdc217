import { stringify } from 'csv-stringify/sync';
import type { ApiError } from '../core/api-error.js';
import type { ExportError } from '../core/export-error.js';
import type { Payload, PayloadValue } from '../core/record.js';
import { escapeText, spreadsheetText, terminalJson } from './escape.js';

/** What a spreadsheet cell holds: a number stands for itself, text is told from formulas, null is an empty cell. */
type SheetCell = string | number | null;

/** No field has such a name: a custom one ends in `__c` or the like, a standard one has no underscores at all. */
const prefix = 'error__';

/** What is known of the row. Text that only people read is escaped for a terminal too: files get looked at with `cat`. */
const facts: readonly (readonly [string, (row: ExportError) => SheetCell])[] = [
  ['id', (row) => row.id],
  ['job', (row) => row.job],
  ['object', (row) => row.object],
  ['operation', (row) => row.operation],
  ['key', (row) => row.key],
  ['source', (row) => escapeText(row.source)],
  ['row', (row) => row.row],
  ['line', (row) => row.line],
  ['status', (row) => row.status],
  ['category', (row) => row.category],
  ['statusCodes', (row) => joined(row.errors, ({ statusCode }) => statusCode)],
  ['messages', (row) => joined(row.errors, ({ message }) => message)],
  ['fields', (row) => joined(row.errors, ({ fields }) => fields.join(', '))],
  ['attempts', (row) => row.attempts],
  ['retries', (row) => row.retries],
  ['firstFailedAt', (row) => row.firstFailedAt],
  ['lastFailedAt', (row) => row.lastFailedAt],
  ['settledAt', (row) => row.settledAt],
  ['recordId', (row) => row.recordId],
  ['note', (row) => (row.note === null ? null : escapeText(row.note))],
  ['payload', payloadState],
];

function joined(errors: readonly ApiError[], part: (error: ApiError) => string): string {
  return errors.map((error) => escapeText(part(error))).join(' | ');
}

/** Empty cells of fields must not be taken for empty fields where the record is not in the ledger. */
function payloadState({ payload, payloadOmitted }: ExportError): string {
  if (payload !== null) return 'stored';
  return payloadOmitted === null ? 'none' : 'too large';
}

export type ErrorsCsv = {
  /** The file in pieces, from its byte order mark on, without which Excel takes UTF-8 for something else. */
  readonly text: Iterable<string>;
  /** Cells that got an apostrophe, known when the text was read to its end. */
  readonly apostrophes: () => number;
};

const rowsPerPiece = 500;

/**
 * ExportErrors for a spreadsheet: what is known of each, then the fields of the records as a CSV source names them
 * (`Relation.Field__c` for a lookup by the parent's key), so that they can be mended and exported again. A field that
 * is not set is an empty cell, one that is to be cleared `#N/A`.
 */
export function errorsCsv(rows: readonly ExportError[]): ErrorsCsv {
  const fields = [...new Set(rows.flatMap(({ payload }) => [...fieldsOf(payload).keys()]))];
  let apostrophes = 0;
  const safe = (cell: SheetCell): SheetCell => {
    if (typeof cell !== 'string') return cell;
    const text = spreadsheetText(cell);
    if (text !== cell) apostrophes += 1;
    return text;
  };
  const cellsOf = (row: ExportError): SheetCell[] => {
    const payload = fieldsOf(row.payload);
    return [...facts.map(([, cell]) => cell(row)), ...fields.map((field) => payload.get(field) ?? null)].map(safe);
  };
  const pieces = function* (): Generator<string> {
    const header = [...facts.map(([name]) => prefix + name), ...fields].map(safe);
    yield `\ufeff${csvText([header])}`;
    for (let at = 0; at < rows.length; at += rowsPerPiece) {
      yield csvText(rows.slice(at, at + rowsPerPiece).map(cellsOf));
    }
  };
  return { text: pieces(), apostrophes: () => apostrophes };
}

function csvText(records: readonly SheetCell[][]): string {
  // All text in quotes: what is in it starts no new cell, line breaks included.
  return stringify(records as SheetCell[][], { quoted_string: true });
}

function fieldsOf(payload: Payload | null): ReadonlyMap<string, SheetCell> {
  return new Map(Object.entries(payload ?? {}).map(([name, value]) => fieldOf(name, value)));
}

function fieldOf(name: string, value: PayloadValue): readonly [string, SheetCell] {
  if (typeof value !== 'object' || value === null) return [name, cellOf(value)];
  const key = Object.entries(value).find(([inner]) => inner !== 'attributes');
  return key === undefined ? [name, null] : [`${name}.${key[0]}`, cellOf(key[1])];
}

function cellOf(value: PayloadValue): SheetCell {
  if (value === null) return '#N/A';
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'boolean' ? String(value) : value;
}

/** ExportErrors as `errors list --json` has them, one on each line; exact, whatever is in them. */
export function* errorsJson(rows: readonly ExportError[]): Generator<string> {
  yield '[';
  for (const [index, row] of rows.entries()) yield `${index === 0 ? '' : ','}\n${terminalJson(row, 0)}`;
  yield '\n]\n';
}
