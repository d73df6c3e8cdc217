export type ParsedSetting<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** What values of a setting look like: how they are read from a command line, and known again in a ledger. */
export type Kind<T> = {
  /** The values it takes, for people. */
  readonly values: string;
  /** What a number counts, where that is shown behind it. */
  readonly unit?: string;
  /** From the text of a command line; the problem reads on after the name: `batch-size must be …`. */
  readonly parse: (text: string) => ParsedSetting<T>;
  /** Is a stored value one of this kind? A ledger may have been edited by hand. */
  readonly accepts: (value: unknown) => value is T;
};

const booleanWords = new Map([
  ['true', true],
  ['on', true],
  ['false', false],
  ['off', false],
]);

export const boolean: Kind<boolean> = {
  values: 'true or false',
  parse: (text) => {
    const value = booleanWords.get(text.trim().toLowerCase());
    return value === undefined ? { ok: false, problem: 'must be true or false' } : { ok: true, value };
  },
  accepts: (value) => typeof value === 'boolean',
};

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Kind<number> {
  const values =
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  const accepts = (value: unknown): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
  const parse = (text: string): ParsedSetting<number> => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    return accepts(value) ? { ok: true, value } : { ok: false, problem: `must be ${values}` };
  };
  return { values, parse, accepts };
}

export function wordOr<W extends string>(word: W, kind: Kind<number>): Kind<W | number> {
  const values = `${word}, or ${kind.values}`;
  return {
    values,
    parse: (text) => {
      if (text.trim().toLowerCase() === word) return { ok: true, value: word };
      const parsed = kind.parse(text);
      return parsed.ok ? parsed : { ok: false, problem: `must be ${values}` };
    },
    accepts: (value): value is W | number => value === word || kind.accepts(value),
  };
}

/** With or without the sign: `10`, `10%`, `10 %`. All of it is no reserve but a stop, so 99 is the most. */
export function percentage(): Kind<number> {
  const { accepts } = wholeNumber(0, 99);
  const values = 'a whole percentage from 0 % to 99 %';
  const parse = (text: string): ParsedSetting<number> => {
    const digits = /^(\d+)\s*%?$/.exec(text.trim())?.[1];
    const value = digits === undefined ? Number.NaN : Number(digits);
    return accepts(value) ? { ok: true, value } : { ok: false, problem: `must be ${values}` };
  };
  return { values, unit: '%', parse, accepts };
}
