import type { FieldDescribe } from '../describe.js';
import { isNumberType } from '../mapping/canonical-key.js';
import { parseDecimal } from '../mapping/decimal.js';
import { shown } from '../mapping/field-plan.js';
import { didYouMean, nearMiss } from '../mapping/near-miss.js';
import type { PayloadValue } from '../record.js';
import type { FindingSeverity } from './finding.js';

/** Something about one value of one field that the describe can tell. */
export type ValueProblem = {
  readonly severity: Extract<FindingSeverity, 'refusal' | 'warning'>;
  /** As the org would name it. */
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  /** Told apart from others of its kind by this: a value that a picklist does not have. */
  readonly value?: string;
};

/**
 * What the org would probably say of a converted value, seen from the describe alone (API 2.2). Validation rules,
 * record types and dependent picklists it does not know.
 */
export function valueProblems(field: FieldDescribe, value: PayloadValue): ValueProblem[] {
  if (value === null) return nullProblems(field);
  if (typeof value === 'object' || typeof value === 'boolean') return [];
  if (isNumberType(field.type)) return numberProblems(field, String(value));
  if (typeof value === 'number') return [];
  if (field.type === 'picklist' || field.type === 'multipicklist') return picklistProblems(field, value);
  return field.type === 'reference' ? [] : lengthProblems(field, value);
}

function nullProblems(field: FieldDescribe): ValueProblem[] {
  if (field.nillable) return [];
  const message = `${field.name} must not be empty, and this clears it.`;
  return [
    {
      severity: 'refusal',
      code: 'REQUIRED_FIELD_MISSING',
      message,
      advice: 'Give it a value, or leave the cell empty: then the field stays as it is.',
    },
  ];
}

/** The org trims text at both ends before it counts. */
function lengthProblems(field: FieldDescribe, text: string): ValueProblem[] {
  const { length } = text.trim();
  if (field.length === 0 || length <= field.length) return [];
  const message = `${field.name} holds ${field.length} characters; ${shown(text)} has ${length}.`;
  return [
    {
      severity: 'refusal',
      code: 'STRING_TOO_LONG',
      message,
      advice: 'Shorten the value in the source, or lengthen the field in the org.',
    },
  ];
}

function numberProblems(field: FieldDescribe, text: string): ValueProblem[] {
  const value = parseDecimal(text);
  const whole = field.type === 'int' ? field.digits : field.precision - field.scale;
  if (value === undefined || whole <= 0 || value.digits.length + value.exponent <= whole) return [];
  const message = `${field.name} takes ${whole} digits before the decimal point; ${shown(text)} has more.`;
  return [
    {
      severity: 'refusal',
      code: 'NUMBER_OUTSIDE_VALID_RANGE',
      message,
      advice: 'Correct the value in the source, or widen the field in the org.',
    },
  ];
}

function picklistProblems(field: FieldDescribe, text: string): ValueProblem[] {
  const values = field.picklistValues.filter(({ active }) => active).map(({ value }) => value);
  if (values.length === 0) return [];
  const chosen = field.type === 'multipicklist' ? text.split(';') : [text];
  const known = new Set(values.map(sameSpelling));
  return chosen.filter((value) => !known.has(sameSpelling(value))).map((value) => unknownValue(field, value, values));
}

function unknownValue(field: FieldDescribe, value: string, values: readonly string[]): ValueProblem {
  const hint = didYouMean(nearMiss(value, values));
  const message = `${field.name} has no active value ${shown(value)}.${hint}`;
  if (field.restrictedPicklist) {
    const advice = 'Translate it with "values" in the mapping, correct it in the source, or add the value in Setup.';
    return { severity: 'refusal', code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, advice, value };
  }
  const advice =
    'The picklist is not restricted, so the org takes it; translate it with "values" in the mapping if it is not meant.';
  return { severity: 'warning', code: 'PICKLIST_VALUE_UNKNOWN', message, advice, value };
}

/** The org matches picklist values without regard to case, and trims them. */
function sameSpelling(value: string): string {
  return value.trim().toLowerCase();
}
