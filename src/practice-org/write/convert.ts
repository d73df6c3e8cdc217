import { isNumberValue, readNumber } from '../exact-number.js';
import type { NumberValue } from '../exact-number.js';
import { recordError } from '../errors.js';
import type { RecordError } from '../errors.js';
import { isNumeric } from '../schema/definitions.js';
import type { Field } from '../schema/definitions.js';
import { shown } from '../values.js';
import type { FieldValue } from '../values.js';
import { readDate, readDateTime, readTime } from './dates.js';

/**
 * A value, an error of the record, or text that the parser of the request already stumbles over (facts 3.7).
 */
export type Converted = { value: FieldValue } | { error: RecordError } | { unreadable: string };

const tokenOf = (raw: unknown): string => {
  if (typeof raw === 'string') return 'VALUE_STRING';
  if (isNumberValue(raw)) return Number.isInteger(raw) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT';
  if (typeof raw === 'boolean') return raw ? 'VALUE_TRUE' : 'VALUE_FALSE';
  return Array.isArray(raw) ? 'START_ARRAY' : 'START_OBJECT';
};

const unreadable = (type: string, raw: unknown): Converted => {
  const token = tokenOf(raw);
  const text = token === 'START_ARRAY' ? '[' : token === 'START_OBJECT' ? '{' : shown(raw);
  return {
    unreadable: `Cannot deserialize instance of ${type} from ${token} value ${text} or request may be missing a required field`,
  };
};

const orUnreadable = (type: string, raw: unknown, value: FieldValue | undefined): Converted =>
  value === undefined ? unreadable(type, raw) : { value };

const toNumber = (field: Field, raw: unknown): Converted => {
  const value: NumberValue | undefined =
    typeof raw === 'string' ? readNumber(raw) : isNumberValue(raw) ? raw : undefined;
  const isWhole = field.type !== 'int' || value === undefined || Number.isInteger(Number(value));
  return orUnreadable(field.type === 'int' ? 'int' : 'double', raw, isWhole ? value : undefined);
};

const toBoolean = (raw: unknown): Converted => {
  if (typeof raw === 'boolean') return { value: raw };
  const text = typeof raw === 'string' ? raw.toLowerCase() : '';
  return orUnreadable('boolean', raw, text === 'true' ? true : text === 'false' ? false : undefined);
};

const DATE_READERS = { date: readDate, datetime: readDateTime, time: readTime };

const isDateType = (type: string): type is keyof typeof DATE_READERS => type in DATE_READERS;

/** Text is trimmed, and blank text is no value at all. */
const toText = (field: Field, raw: unknown): Converted =>
  typeof raw === 'string' ? { value: raw.trim() || null } : unreadable(field.type, raw);

/** Reads one JSON value as a value of the field. JSON null clears a field; a checkbox has no empty state. */
export const convert = (field: Field, raw: unknown): Converted => {
  const { type, name, label } = field;
  if (raw === null) {
    if (type !== 'boolean') return { value: null };
    return { error: recordError('INVALID_TYPE_ON_FIELD_IN_RECORD', `${label}: value not of required type: `, [name]) };
  }
  if (isNumeric(type)) return toNumber(field, raw);
  if (type === 'boolean') return toBoolean(raw);
  if (!isDateType(type)) return toText(field, raw);
  return orUnreadable(type, raw, typeof raw === 'string' ? DATE_READERS[type](raw) : undefined);
};
