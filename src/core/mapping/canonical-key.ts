import type { FieldDescribe } from '../describe.js';
import type { Cell } from '../record.js';
import { canonicalDecimal, parseDecimal } from './decimal.js';
import { toId18 } from './salesforce-id.js';

const numberTypes = new Set(['int', 'long', 'double', 'currency', 'percent']);
const idTypes = new Set(['id', 'reference']);
const reserved = /^#+row:/;

export function isNumberType(type: string): boolean {
  return numberTypes.has(type);
}

export function isIdType(type: string): boolean {
  return idTypes.has(type);
}

/**
 * What decides whether two records are the same (design.md 2): trimmed, NFC, Ids with 18 characters, number fields by
 * value, lower case where the org matches without regard to case: a unique field that is not `caseSensitive`. A field
 * that is not unique matches exactly, whatever its describe says (API 2.8): there `A-1` and `a-1` are two records.
 * @returns undefined when there is no usable key: absent, null, blank, or no number or Id where the field is one
 */
export function canonicalKey(cell: Cell, field: FieldDescribe): string | undefined {
  if (cell === undefined || cell === null) return undefined;
  const text = cell.trim();
  if (text === '') return undefined;
  if (isNumberType(field.type)) {
    const value = parseDecimal(text);
    return value === undefined ? undefined : canonicalDecimal(value);
  }
  if (isIdType(field.type)) return toId18(text);
  const composed = text.normalize('NFC');
  const key = field.unique && !field.caseSensitive ? composed.toLowerCase().normalize('NFC') : composed;
  // A key that reads like `#row:7` must not be taken for the record without key in row 7 (record.ts, keyOfRow).
  return reserved.test(key) ? `#${key}` : key;
}
