/**
 * Numbers that keep their digits. A Salesforce number has up to 18 digits, a double holds 15 to 17: what a double
 * would change is kept as an ExactNumber, everything else stays a plain number.
 */

type Decimal = { negative: boolean; digits: string; /** power of ten of the last digit */ exponent: number };

const NUMBER_SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

const parseDecimal = (text: string): Decimal | undefined => {
  const match = NUMBER_SHAPE.exec(text.trim());
  if (!match || `${match[2] ?? ''}${match[3] ?? ''}` === '') return undefined;
  const fraction = match[3] ?? '';
  const all = `${match[2] ?? ''}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { negative: false, digits: '0', exponent: 0 };
  return {
    negative: match[1] === '-',
    digits,
    exponent: Number(match[4] ?? 0) - fraction.length + (all.length - digits.length),
  };
};

const isSame = (a: Decimal, b: Decimal): boolean =>
  a.negative === b.negative && a.digits === b.digits && a.exponent === b.exponent;

const toText = ({ negative, digits, exponent }: Decimal): string => {
  const sign = negative ? '-' : '';
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
};

const rawJson = (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON;

/** A number with more digits than a double keeps. JSON shows all of them. */
export class ExactNumber {
  public readonly text: string;

  public constructor(text: string) {
    this.text = text;
  }

  public toString(): string {
    return this.text;
  }

  public toJSON(): unknown {
    return rawJson(this.text);
  }
}

export type NumberValue = number | ExactNumber;

export const isNumberValue = (value: unknown): value is NumberValue =>
  typeof value === 'number' || value instanceof ExactNumber;

const fromDecimal = (decimal: Decimal): NumberValue => {
  const text = toText(decimal);
  const double = Number(text);
  const back = parseDecimal(String(double));
  return back && isSame(back, decimal) ? double : new ExactNumber(text);
};

/** Reads a decimal literal without losing digits; undefined if it is none. */
export const readNumber = (text: string): NumberValue | undefined => {
  const decimal = parseDecimal(text);
  return decimal && Math.abs(decimal.exponent) < 400 ? fromDecimal(decimal) : undefined;
};

const decimalOf = (value: NumberValue): Decimal =>
  parseDecimal(String(value)) ?? { negative: false, digits: '0', exponent: 0 };

/** Digits left of the decimal point; 0 for |x| < 1. */
export const integerDigits = (value: NumberValue): number => {
  if (typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER) {
    const whole = Math.trunc(Math.abs(value));
    return whole === 0 ? 0 : String(whole).length;
  }
  const { digits, exponent } = decimalOf(value);
  return digits === '0' ? 0 : Math.max(0, digits.length + exponent);
};

/** Cuts decimals beyond `scale`, as the org silently does (facts 2.2). */
export const cutToScale = (value: NumberValue, scale: number): NumberValue => {
  if (Number.isInteger(value)) return value;
  const { negative, digits, exponent } = decimalOf(value);
  const surplus = -exponent - scale;
  if (surplus <= 0) return value;
  return readNumber(toText({ negative, digits: digits.slice(0, -surplus) || '0', exponent: -scale })) ?? value;
};

/** By value: 1.0 equals 1, and 18 digits are compared as 18 digits. */
export const compareNumbers = (a: NumberValue, b: NumberValue): number => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [decimalOf(a), decimalOf(b)];
  const low = Math.min(x.exponent, y.exponent);
  const whole = (d: Decimal): bigint => BigInt(`${d.negative ? '-' : ''}${d.digits}${'0'.repeat(d.exponent - low)}`);
  const difference = whole(x) - whole(y);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
