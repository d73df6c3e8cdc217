import { compareNumbers, isNumberValue, readNumber } from '../exact-number.js';
import { ApiError } from '../errors.js';
import { toId18 } from '../ids.js';
import { isNumeric } from '../schema/definitions.js';
import type { Field } from '../schema/definitions.js';
import type { FieldValue, Row } from '../values.js';
import { formatDateTime } from '../write/dates.js';
import type { Condition, Literal, Operator } from './query.js';

/** A column of a query, resolved against the schema; the value comes from the row or from its parent. */
export type Column = { field: Field; valueOf: (row: Row) => FieldValue };

type Predicate = (row: Row) => boolean;

const DAY = 86_400_000;

/** Start and end of a date literal as days from today. */
const DAYS: Record<string, (n: number) => [number, number]> = {
  YESTERDAY: () => [-1, -1],
  TODAY: () => [0, 0],
  TOMORROW: () => [1, 1],
  LAST_N_DAYS: (n) => [-n, 0],
  NEXT_N_DAYS: (n) => [1, n],
};

/** Text compares without regard to case unless the field is case sensitive. */
const compareValues = (field: Field, a: FieldValue, b: FieldValue): number => {
  if (isNumberValue(a) && isNumberValue(b)) return compareNumbers(a, b);
  const [x, y] = [String(a), String(b)];
  const exact = field.caseSensitive || field.type === 'id' || field.type === 'reference';
  const [p, q] = exact ? [x, y] : [x.toLowerCase(), y.toLowerCase()];
  return p < q ? -1 : p > q ? 1 : 0;
};

const likePattern = (text: string): RegExp => {
  const source = text
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%/g, '[\\s\\S]*')
    .replace(/_/g, '[\\s\\S]');
  return new RegExp(`^${source}$`, 'i');
};

const typeMismatch = (field: Field, value: FieldValue): ApiError =>
  ApiError.of(
    400,
    'INVALID_FIELD',
    `value of filter criterion for field '${field.name}' must be of type ${field.type}, not '${String(value)}'`,
  );

/** Checks a literal against the type of its field, and brings it to the stored form. */
const literalFor = (field: Field, value: FieldValue): FieldValue => {
  if (value === null) return value;
  if (isNumeric(field.type)) {
    if (!isNumberValue(value)) throw typeMismatch(field, value);
    return readNumber(String(value)) ?? value;
  }
  if (field.type === 'boolean' ? typeof value !== 'boolean' : typeof value !== 'string')
    throw typeMismatch(field, value);
  if (field.type !== 'id' && field.type !== 'reference') return value;
  const id = toId18(String(value));
  if (id === undefined) throw ApiError.of(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${String(value)}`);
  return id;
};

const test = (field: Field, operator: Operator, value: FieldValue, literal: FieldValue): boolean => {
  if (operator === 'LIKE') return typeof value === 'string' && likePattern(String(literal)).test(value);
  if (value === null || literal === null) {
    if (operator === '=') return value === literal;
    return operator === '!=' && value !== literal;
  }
  const order = compareValues(field, value, literal);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
};

/** A range of days for a date literal: equality means inside, comparison looks at the near edge. */
const dateTest = (
  column: Column,
  operator: Operator,
  { name, n }: { name: string; n: number },
  now: Date,
): Predicate => {
  const days = DAYS[name];
  if (!days) throw ApiError.of(400, 'MALFORMED_QUERY', `unexpected token: '${name}'`);
  const [from, to] = days(n);
  const day = (offset: number): string => formatDateTime(new Date(now.getTime() + offset * DAY)).slice(0, 10);
  const [first, last] = [day(from), day(to)];
  return (row) => {
    const value = column.valueOf(row);
    if (typeof value !== 'string') return operator === '!=';
    const date = value.slice(0, 10);
    const isInside = date >= first && date <= last;
    if (operator === '=') return isInside;
    if (operator === '!=') return !isInside;
    if (operator === '<') return date < first;
    if (operator === '>') return date > last;
    return operator === '<=' ? date <= last : date >= first;
  };
};

const keyOf = (field: Field, value: FieldValue): string =>
  field.caseSensitive || isNumberValue(value) || value === null ? String(value) : String(value).toLowerCase();

/** IN by a set: a check may ask for thousands of keys. */
const inList = (column: Column, values: FieldValue[]): Predicate => {
  const keys = new Set(values.map((value) => keyOf(column.field, value)));
  return (row) => keys.has(keyOf(column.field, column.valueOf(row)));
};

const hasSelected = (column: Column, values: FieldValue[]): Predicate => {
  const wanted = values.map((value) => String(value).toLowerCase().split(';'));
  return (row) => {
    const chosen = String(column.valueOf(row) ?? '')
      .toLowerCase()
      .split(';');
    return wanted.some((all) => all.every((item) => chosen.includes(item)));
  };
};

const comparison = (column: Column, operator: Operator, literals: Literal[], now: Date): Predicate => {
  const [first] = literals;
  if (first?.kind === 'dateLiteral') return dateTest(column, operator, first, now);
  const values = literals.map((literal) => (literal.kind === 'value' ? literalFor(column.field, literal.value) : null));
  if (operator === 'IN') return inList(column, values);
  if (operator === 'NOT IN') {
    const isIn = inList(column, values);
    return (row) => !isIn(row);
  }
  if (operator === 'INCLUDES') return hasSelected(column, values);
  if (operator === 'EXCLUDES') {
    const has = hasSelected(column, values);
    return (row) => !has(row);
  }
  return (row) => test(column.field, operator, column.valueOf(row), values[0] ?? null);
};

/** Compiles a condition to a test on rows. `resolve` finds columns and throws for those that are not there. */
export const compile = (condition: Condition, resolve: (path: string, at: number) => Column, now: Date): Predicate => {
  switch (condition.kind) {
    case 'not': {
      const part = compile(condition.part, resolve, now);
      return (row) => !part(row);
    }
    case 'and':
    case 'or': {
      const parts = condition.parts.map((part) => compile(part, resolve, now));
      return condition.kind === 'and'
        ? (row) => parts.every((part) => part(row))
        : (row) => parts.some((part) => part(row));
    }
    case 'compare':
      return comparison(resolve(condition.path, condition.at), condition.operator, condition.literals, now);
  }
};

/** Sort order of ORDER BY: nulls first unless the query says otherwise. */
export const byColumn =
  (column: Column, descending: boolean, nullsLast: boolean) =>
  (a: Row, b: Row): number => {
    const [x, y] = [column.valueOf(a), column.valueOf(b)];
    if (x === null || y === null) return x === y ? 0 : (x === null) === nullsLast ? 1 : -1;
    return compareValues(column.field, x, y) * (descending ? -1 : 1);
  };
