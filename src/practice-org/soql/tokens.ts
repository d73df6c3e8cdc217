import { ApiError } from '../errors.js';

export type Token = {
  kind: 'name' | 'string' | 'number' | 'date' | 'symbol' | 'end';
  /** names as written; strings with escapes resolved */
  text: string;
  /** offset in the query */
  at: number;
};

const PATTERNS: Array<[Token['kind'] | 'space', RegExp]> = [
  ['space', /\s+/y],
  ['string', /'(?:[^'\\]|\\[\s\S])*'/y],
  ['date', /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2}))?/y],
  ['number', /[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['name', /[A-Za-z][\w]*(?:\.[A-Za-z][\w]*)*/y],
  ['symbol', /<=|>=|!=|<>|[=<>(),:]/y],
];

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

const unescape = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\([\s\S])/g, (_, char: string) => ESCAPES[char.toLowerCase()] ?? char);

/** The error of facts 2.4, with the place in the form that the org uses. */
export const malformed = (query: string, at: number, message: string, code = 'MALFORMED_QUERY'): ApiError => {
  const line = query.replace(/\s/g, ' ');
  const from = Math.max(0, at - 40);
  const place = `\n${line.slice(from, at + 20)}\n${' '.repeat(at - from)}^\nERROR at Row:1:Column:${at + 1}\n`;
  return ApiError.of(400, code, place + message);
};

/** Cuts a query into tokens. @throws ApiError 400 MALFORMED_QUERY */
export const tokenize = (query: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    let next = at;
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = at;
      const text = pattern.exec(query)?.[0];
      if (text === undefined) continue;
      if (kind !== 'space') tokens.push({ kind, text: kind === 'string' ? unescape(text) : text, at });
      next = at + text.length;
      break;
    }
    if (next === at) throw malformed(query, at, `line 1:${at} no viable alternative at character '${query[at] ?? ''}'`);
    at = next;
  }
  return [...tokens, { kind: 'end', text: '<EOF>', at: query.length }];
};
