import { ApiError } from '../errors.js';
import type { OrgState } from '../org-state.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { Transaction } from '../store/transaction.js';
import { isJsonObject } from '../values.js';
import type { JsonObject } from '../values.js';
import type { WriteContext } from '../write/change.js';
import type { InputContext } from '../write/input.js';

/** One REST request, or one subrequest of a Composite request: both go through the same resources. */
export type ApiRequest = {
  org: OrgState;
  tx: Transaction;
  method: string;
  /** `/services/data/v66.0/…`, still percent-encoded */
  path: string;
  query: URLSearchParams;
  /** names in lower case */
  headers: Readonly<Record<string, string>>;
  body: unknown;
  /** text of the whole request body, for positions in messages */
  bodyText: string;
  /** set inside Composite: `allOrNone` of the outer request */
  outer?: { allOrNone: boolean };
};

/** A request whose resource is known. */
export type Call = ApiRequest & {
  /** `/services/data/v66.0` */
  base: string;
  /** 66 for v66.0 */
  version: number;
  /** the named segments of the route, decoded */
  params: Record<string, string>;
  /** runs another request through the resources: Composite needs it */
  dispatch: (request: ApiRequest) => Answer;
};

export type Answer = {
  status: number;
  /** undefined = no body */
  body?: unknown;
  headers?: Record<string, string>;
  /** a part failed though the status is 200 (a record of a collection): Composite all-or-none asks for it */
  failed?: boolean;
};

export type Handler = (call: Call) => Answer;

export const ok = (body: unknown, headers?: Record<string, string>): Answer => ({
  status: 200,
  body,
  ...(headers ? { headers } : {}),
});

export const writeContext = ({ org, tx, headers }: Call): WriteContext => ({ org, tx, headers });

export const inputContext = ({ org, bodyText }: Call): InputContext => ({
  schema: org.schema,
  badFields: org.behaviour.badFields,
  body: bodyText,
});

/** @throws ApiError 404: an object that the user may not read does not exist for this user */
export const objectOf = ({ org }: Call, name: string): ObjectSchema => {
  const object = org.schema.readable(name);
  if (!object) throw ApiError.notFound();
  return object;
};

/** @throws ApiError 400 if the body is no JSON object */
export const bodyObject = ({ body }: Call): JsonObject => {
  if (isJsonObject(body)) return body;
  throw ApiError.of(400, 'JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body.');
};

/** Rounds down: an HTTP date knows whole seconds only. */
const secondsOf = (httpDate: string | undefined): number | undefined => {
  if (httpDate === undefined) return undefined;
  const time = Date.parse(httpDate);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
};

/**
 * Conditional requests (facts 2.3).
 *
 * @param modified seconds since the epoch
 * @returns 304 if the client has it already, else undefined
 * @throws ApiError 412 if it changed since `If-Unmodified-Since`
 */
export const conditional = ({ headers, method }: Call, modified: number): Answer | undefined => {
  const since = secondsOf(headers['if-modified-since']);
  const unmodified = secondsOf(headers['if-unmodified-since']);
  if (unmodified !== undefined && modified > unmodified) {
    throw ApiError.of(412, 'PRECONDITION_FAILED', 'The precondition of the request was not met.');
  }
  return method === 'GET' && since !== undefined && modified <= since ? { status: 304 } : undefined;
};
