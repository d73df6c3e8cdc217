import { readNumber } from './exact-number.js';
import { ApiError } from './errors.js';

/** Only literals this long, or with an exponent, can lose digits in a double; the reviver is slow, so it is kept for them. */
const MAY_LOSE_DIGITS = /\d[\d.]{15,}|\d[eE][+-]?\d/;

const position = (text: string, at: number): string => {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `[line:${line}, column:${at - before.lastIndexOf('\n')}]`;
};

/** The engine shows ten characters around an unexpected one, and names the offset only of some other mistakes. */
const EXCERPT = /Unexpected token '([\s\S])', (\.\.\.)?"([\s\S]*)"(?:\.\.\.)? is not valid JSON/;
const BEFORE_TOKEN = 10;

const offsetOf = (text: string, message: string): number => {
  const offset = /position (\d+)/.exec(message)?.[1];
  if (offset !== undefined) return Number(offset);
  const [, token = '', cut, excerpt = ''] = EXCERPT.exec(message) ?? [];
  if (token === '') return text.length;
  return text.indexOf(token, text.indexOf(excerpt) + (cut === undefined ? 0 : BEFORE_TOKEN));
};

const syntaxError = (text: string, error: unknown): ApiError => {
  const at = offsetOf(text, error instanceof Error ? error.message : String(error));
  const char = text[at];
  const what =
    char === undefined ? 'Unexpected end-of-input' : `Unexpected character ('${char}' (code ${char.charCodeAt(0)}))`;
  return ApiError.of(400, 'JSON_PARSER_ERROR', `${what}: was expecting a valid value at ${position(text, at)}`);
};

type ReviverContext = { source?: string };

/**
 * Parses a request body. Number literals that a double would change come out as ExactNumber.
 *
 * @throws ApiError 400 JSON_PARSER_ERROR
 */
export const parseJson = (text: string): unknown => {
  try {
    if (!MAY_LOSE_DIGITS.test(text)) return JSON.parse(text) as unknown;
    const revive = (_key: string, value: unknown, context?: ReviverContext): unknown =>
      typeof value === 'number' && context?.source !== undefined ? (readNumber(context.source) ?? value) : value;
    return JSON.parse(text, revive) as unknown;
  } catch (error) {
    throw syntaxError(text, error);
  }
};

/** Where a value stands in a body, as `[line:1, column:45]`; of the first equal value, which is near enough for a message. */
export const positionOf = (body: string, value: unknown): string => {
  const at = body.indexOf(JSON.stringify(value) ?? '');
  return position(body, Math.max(0, at));
};
