import { cutToScale, integerDigits, isNumberValue } from '../exact-number.js';
import type { NumberValue } from '../exact-number.js';
import { recordError } from '../errors.js';
import type { RecordError } from '../errors.js';
import { isNumeric } from '../schema/definitions.js';
import type { Field } from '../schema/definitions.js';
import type { FieldValue } from '../values.js';

const EMAIL = /^[^\s@,;<>()"]+@[^\s@.,;<>()"]+(?:\.[^\s@.,;<>()"]+)+$/;
const MAX_MULTI_SELECT = 100;

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const checkLength = ({ label, name, length }: Field, value: string): RecordError[] => {
  if (length === 0 || value.length <= length) return [];
  const message = `${label}: data value too large: ${value} (max length=${length})`;
  return [recordError('STRING_TOO_LONG', message, [name])];
};

const checkPicklist = (field: Field, value: string): RecordError[] => {
  const chosen = field.type === 'multipicklist' ? value.split(';') : [value];
  if (chosen.length > MAX_MULTI_SELECT) {
    return [recordError('TOO_MANY_ENUM_VALUE', `${field.label}: too many values selected`, [field.name])];
  }
  if (!field.restrictedPicklist) return [];
  const bad = chosen.find((item) => !field.picklistValues.some((known) => sameText(known, item)));
  if (bad === undefined) return [];
  const message = `${field.label}: bad value for restricted picklist field: ${bad}`;
  return [recordError('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, [field.name])];
};

const checkNumber = (field: Field, value: NumberValue): RecordError[] => {
  const room = field.type === 'int' ? field.digits : field.precision - field.scale;
  if (integerDigits(value) <= room) return [];
  const message = `${field.label}: value outside of valid range on numeric field: ${String(value)}`;
  return [recordError('NUMBER_OUTSIDE_VALID_RANGE', message, [field.name])];
};

/** Checks one value against its field's describe: range, length, picklist, e-mail. Texts: facts 7.2. */
export const checkValue = (field: Field, value: FieldValue): RecordError[] => {
  if (isNumeric(field.type)) return isNumberValue(value) ? checkNumber(field, value) : [];
  if (typeof value !== 'string') return [];
  if (field.type === 'email' && !EMAIL.test(value)) {
    return [recordError('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${value}`, [field.name])];
  }
  if (field.type === 'picklist' || field.type === 'multipicklist') {
    return [...checkLength(field, value), ...checkPicklist(field, value)];
  }
  return field.type === 'reference' ? [] : checkLength(field, value);
};

/** The value as it is stored: decimals cut to the scale (facts 2.2), picklist values in the spelling of the list. */
export const storedValue = (field: Field, value: FieldValue): FieldValue => {
  if (isNumeric(field.type) && isNumberValue(value)) return cutToScale(value, field.scale);
  if (field.type === 'picklist' && typeof value === 'string') {
    return field.picklistValues.find((known) => sameText(known, value)) ?? value;
  }
  return value;
};
