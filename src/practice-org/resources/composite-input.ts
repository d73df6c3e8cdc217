import { ApiError } from '../errors.js';
import { isJsonObject } from '../values.js';
import type { JsonObject } from '../values.js';

const MAX_SUBREQUESTS = 25;
const MAX_HEAVY = 5;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const INHERITED = ['accept', 'authorization', 'content-type'];
const HEAVY = /\/services\/data\/v\d+\.\d\/(?:query|queryAll|composite\/sobjects)(?:[/?]|$)/i;

export type Subrequest = {
  method: string;
  url: string;
  referenceId: string;
  httpHeaders: Record<string, string>;
  body: unknown;
  /** the referenceIds that its URL and body refer to */
  references: string[];
};

/** `@{ref.field}`, `@{ref[0].id}`: letters are significant (facts 4.1). */
export const REFERENCE = /@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}/g;

/** Looking through the bodies is dear, so it is done only where the whole request holds a reference at all. */
const referencesIn = (url: string, body: unknown): string[] =>
  [...`${url} ${JSON.stringify(body) ?? ''}`.matchAll(REFERENCE)].map((match) => match[1] ?? '');

const malformed = (message: string): ApiError => ApiError.of(400, 'JSON_PARSER_ERROR', message);

/** Headers by lower-case name. @throws ApiError 400 for one that every subrequest inherits (facts 4.1) */
const readHeaders = (raw: unknown): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(isJsonObject(raw) ? raw : {})) {
    const key = name.toLowerCase();
    if (INHERITED.includes(key)) {
      throw ApiError.of(400, 'INVALID_HTTP_HEADER', `The header ${name} is not allowed in httpHeaders of a subrequest`);
    }
    headers[key] = String(value);
  }
  return headers;
};

const readSubrequest = (raw: unknown, mayRefer: boolean): Subrequest => {
  if (!isJsonObject(raw)) throw malformed('Every composite subrequest is an object');
  const { method, url, referenceId, httpHeaders, body } = raw;
  if (typeof method !== 'string' || !METHODS.includes(method)) throw malformed(`Invalid method: ${String(method)}`);
  if (typeof url !== 'string') throw malformed('Every composite subrequest needs a url');
  if (typeof referenceId !== 'string') throw malformed('Every composite subrequest needs a referenceId');
  if (!/^[A-Za-z0-9_]+$/.test(referenceId)) {
    throw ApiError.of(400, 'INVALID_INPUT', `Invalid referenceId: ${referenceId}. Use letters, digits and underscores`);
  }
  const references = mayRefer ? referencesIn(url, body) : [];
  return { method, url, referenceId, httpHeaders: readHeaders(httpHeaders), body, references };
};

/**
 * The subrequests of a Composite body, all checked before the first is run.
 *
 * @throws ApiError 400: shape, more than 25, more than 5 queries and collections, the same referenceId twice
 */
export const readSubrequests = ({ compositeRequest }: JsonObject, bodyText: string): Subrequest[] => {
  if (!Array.isArray(compositeRequest)) throw malformed('The request body needs a list named compositeRequest');
  const mayRefer = bodyText.includes('@{');
  const subrequests = compositeRequest.map((raw) => readSubrequest(raw, mayRefer));
  if (subrequests.length > MAX_SUBREQUESTS) {
    throw ApiError.of(400, 'LIMIT_EXCEEDED', `Limit of ${MAX_SUBREQUESTS} subrequests exceeded`);
  }
  if (subrequests.filter(({ url }) => HEAVY.test(url)).length > MAX_HEAVY) {
    const message = `Limit of ${MAX_HEAVY} query, queryAll and sObject Collections subrequests exceeded`;
    throw ApiError.of(400, 'LIMIT_EXCEEDED', message);
  }
  if (new Set(subrequests.map(({ referenceId }) => referenceId)).size < subrequests.length) {
    throw ApiError.of(400, 'INVALID_INPUT', 'Every referenceId may be used once');
  }
  return subrequests;
};
