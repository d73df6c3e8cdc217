import { compareNumbers, isNumberValue } from '../exact-number.js';
import type { FieldValue } from '../values.js';

export type ConditionOperator =
  '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'startsWith' | 'matches' | 'in' | 'isBlank' | 'isNotBlank';

/** One comparison of a declarative rule; several in a list must all hold. */
export type FieldCondition = { field: string; op: ConditionOperator; value?: FieldValue | FieldValue[] };

const isBlank = (value: unknown): boolean => value === null || value === undefined || value === '';

const compare = (a: FieldValue, b: FieldValue): number => {
  if (isNumberValue(a) && isNumberValue(b)) return compareNumbers(a, b);
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
};

const TESTS: Record<ConditionOperator, (actual: FieldValue, expected: FieldValue | FieldValue[]) => boolean> = {
  '=': (actual, expected) => compare(actual, expected as FieldValue) === 0,
  '!=': (actual, expected) => compare(actual, expected as FieldValue) !== 0,
  '<': (actual, expected) => !isBlank(actual) && compare(actual, expected as FieldValue) < 0,
  '<=': (actual, expected) => !isBlank(actual) && compare(actual, expected as FieldValue) <= 0,
  '>': (actual, expected) => !isBlank(actual) && compare(actual, expected as FieldValue) > 0,
  '>=': (actual, expected) => !isBlank(actual) && compare(actual, expected as FieldValue) >= 0,
  contains: (actual, expected) => String(actual ?? '').includes(String(expected)),
  startsWith: (actual, expected) => String(actual ?? '').startsWith(String(expected)),
  matches: (actual, expected) => new RegExp(String(expected)).test(String(actual ?? '')),
  in: (actual, expected) => [expected].flat().some((one) => compare(actual, one) === 0),
  isBlank: (actual) => isBlank(actual),
  isNotBlank: (actual) => !isBlank(actual),
};

/** Whether a record meets all conditions; `=` compares text exactly, numbers by value. */
export const meets = (
  record: Readonly<Record<string, unknown>>,
  conditions: FieldCondition | FieldCondition[],
): boolean =>
  [conditions].flat().every(({ field, op, value }) => TESTS[op]((record[field] ?? null) as FieldValue, value ?? null));

export const isOperator = (text: unknown): text is ConditionOperator =>
  typeof text === 'string' && Object.hasOwn(TESTS, text);
