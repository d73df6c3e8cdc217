import type { FieldDescribe } from '../describe.js';
import { isIdType } from './canonical-key.js';
import { convertDate, convertDateTime, convertTime } from './convert-time.js';
import { localCodes, refuse, textValue } from './converted.js';
import type { Converted } from './converted.js';
import { canonicalDecimal, exactNumber, isWhole, parseDecimal } from './decimal.js';
import type { Decimal } from './decimal.js';
import { toId18 } from './salesforce-id.js';

/** Turns the text of a cell into the value of one field. The text is never empty. */
export type Converter = (text: string) => Converted;

/**
 * The converter for a field, by its type in the describe. It refuses only what cannot be sent at all; whether a text is
 * too long or a picklist knows the value is the org's to say, for its settings decide. Text is never trimmed.
 */
export function converterOf(field: FieldDescribe): Converter {
  if (isIdType(field.type)) return convertId;
  switch (field.type) {
    case 'double':
    case 'currency':
    case 'percent':
      return convertDecimal;
    case 'int':
    case 'long':
      return convertWhole;
    case 'boolean':
      return convertBoolean;
    case 'date':
      return convertDate;
    case 'datetime':
      return convertDateTime;
    case 'time':
      return convertTime;
    default:
      return textValue;
  }
}

/** The converter for a field whose value is a key (external ID, key of a lookup): text is trimmed, blank is no key. */
export function keyConverterOf(field: FieldDescribe): Converter {
  const convert = converterOf(field);
  return (text) => {
    const key = text.trim();
    return key === '' ? refuse('is blank, and a key must not be', localCodes.missingKey) : convert(key);
  };
}

/** Digits stay as they were written (P12): they go into the JSON as they are, never through a double. */
function convertDecimal(text: string): Converted {
  const value = parseDecimal(text);
  if (value === undefined)
    return refuse('is not a number; write digits with a decimal point and nothing else, for instance 1234.5');
  return numberValue(value, value.literal);
}

function convertWhole(text: string): Converted {
  const value = parseDecimal(text);
  if (value === undefined) return refuse('is not a number; write digits and nothing else, for instance 1234');
  if (!isWhole(value)) return refuse('has decimals, and the field takes whole numbers only');
  // 12.0 and 1e3 are whole numbers, but the API reads neither as one.
  const literal = canonicalDecimal(value);
  return literal.includes('e') ? refuse('is larger than any whole number field can hold') : numberValue(value, literal);
}

function numberValue(value: Decimal, literal: string): Converted {
  return { ok: true, json: literal, value: exactNumber(value) ?? literal };
}

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function convertBoolean(text: string): Converted {
  const value = booleans.get(text.trim().toLowerCase());
  if (value === undefined) {
    return refuse('is neither true nor false (nor 1, 0); translate other words with "values" in the mapping');
  }
  return { ok: true, json: String(value), value };
}

/** Ids are sent with 18 characters. */
function convertId(text: string): Converted {
  const id = toId18(text);
  return id === undefined
    ? refuse('is not a Salesforce Id: 15 characters, or 18 whose last three fit the others', localCodes.badId)
    : textValue(id);
}
