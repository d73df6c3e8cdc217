import type { Answer } from '../http/call.js';
import { isNumberValue } from '../exact-number.js';
import { isJsonObject } from '../values.js';
import { REFERENCE } from './composite-input.js';
import type { Subrequest } from './composite-input.js';

export type Answers = Map<string, Answer>;

class InvalidReference extends Error {}

/** Follows `.field` and `[n]` into the answer; names are case-sensitive, and only scalars can be referred to (facts 4.1). */
const lookUp = (answers: Answers, name: string, path: string): string => {
  const answer = answers.get(name);
  const steps = path.match(/[A-Za-z0-9_]+/g) ?? [];
  let value: unknown = answer && answer.status < 300 ? answer.body : undefined;
  for (const step of steps) {
    if (Array.isArray(value)) value = value[Number(step)] as unknown;
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  const isScalar = typeof value === 'string' || typeof value === 'boolean' || isNumberValue(value);
  if (isScalar) return String(value);
  const full = `${name}${path}`;
  throw new InvalidReference(`Invalid reference specified. No value for ${full} found in ${name}`);
};

const substituteText = (text: string, answers: Answers, encode: (value: string) => string): string =>
  text.includes('@{')
    ? text.replace(REFERENCE, (_, name: string, path: string) => encode(lookUp(answers, name, path)))
    : text;

const substituteValue = (value: unknown, answers: Answers): unknown => {
  if (typeof value === 'string') return substituteText(value, answers, String);
  if (Array.isArray(value)) return value.map((item) => substituteValue(item, answers));
  if (!isJsonObject(value) || isNumberValue(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substituteValue(item, answers)]));
};

export type ResolvedSubrequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: unknown;
};

/** Puts the values of earlier answers in place. @returns the message of the error if one is not there */
export const substitute = (subrequest: Subrequest, answers: Answers): ResolvedSubrequest | string => {
  try {
    const url = substituteText(subrequest.url, answers, encodeURIComponent);
    const at = url.indexOf('?');
    return {
      method: subrequest.method,
      path: at < 0 ? url : url.slice(0, at),
      query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)),
      headers: subrequest.httpHeaders,
      body: subrequest.references.length > 0 ? substituteValue(subrequest.body, answers) : subrequest.body,
    };
  } catch (error) {
    if (error instanceof InvalidReference) return error.message;
    throw error;
  }
};
