/**
 * A number as decimal text says it: `digits` × 10^`exponent`, `digits` without leading or trailing zeros ('' is zero).
 * Never a double: a double loses digits behind the 15th (P12).
 */
export type Decimal = {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
  /** The number as a JSON literal, with the digits as they were written. */
  readonly literal: string;
};

const grammar = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?0*\d{1,3}))?$/;
const zero = 48;

/**
 * Reads what JSON calls a number, and what files hold besides: a leading `+`, leading zeros, `.5`, `5.`, spaces around.
 * @returns undefined when the text is no number; a comma, a unit, `NaN` and `Infinity` are none
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = grammar.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', power] = match;
  if (whole === '' && fraction === '') return undefined;
  const all = whole + fraction;
  // By hand, not by /0+$/: that takes quadratic time on a long cell of zeros.
  let end = all.length;
  while (end > 0 && all.charCodeAt(end - 1) === zero) end--;
  let start = 0;
  while (start < end && all.charCodeAt(start) === zero) start++;
  const exponent = start === end ? 0 : Number(power ?? 0) - fraction.length + (all.length - end);
  const negative = sign === '-';
  const literal = literalOf(negative, whole, fraction, power);
  return { negative: negative && start < end, digits: all.slice(start, end), exponent, literal };
}

function literalOf(negative: boolean, whole: string, fraction: string, power: string | undefined): string {
  let first = 0;
  while (first < whole.length - 1 && whole.charCodeAt(first) === zero) first++;
  const integer = whole === '' ? '0' : whole.slice(first);
  return `${negative ? '-' : ''}${integer}${fraction === '' ? '' : `.${fraction}`}${power === undefined ? '' : `e${power}`}`;
}

/** One text for one value: `1`, `1.0`, `01` and `1e0` are all `1`. Plain digits, but for very large and small ones. */
export function canonicalDecimal(value: Decimal): string {
  const { digits, exponent } = value;
  if (digits === '') return '0';
  const sign = value.negative ? '-' : '';
  const point = digits.length + exponent;
  if (point > 60 || point < -60) return `${sign}${digits}e${exponent}`;
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}0.${'0'.repeat(-point)}${digits}`;
}

export function isWhole(value: Decimal): boolean {
  return value.exponent >= 0;
}

/** The number as a double, if the double's own text has exactly this value; else undefined. */
export function exactNumber(value: Decimal): number | undefined {
  const number = Number(value.literal);
  // Up to 15 digits a double gives back what it got, unless it is out of range.
  if (value.digits.length <= 15 && Math.abs(value.exponent) < 250) return number === 0 ? 0 : number;
  const back = parseDecimal(String(number));
  const same =
    back !== undefined &&
    back.digits === value.digits &&
    back.exponent === value.exponent &&
    back.negative === value.negative;
  return same ? number : undefined;
}
