import { ApiError } from '../errors.js';
import type { Answer, ApiRequest, Handler } from '../http/call.js';
import * as collections from './collections.js';
import { composite } from './composite.js';
import { describe, describeAll, describeBasic } from './describe.js';
import { limits, resourceList } from './org-facts.js';
import { query, queryAll, queryMore } from './query.js';
import * as rows from './rows.js';
import { toolingQuery } from './tooling.js';

type Route = { pattern: string[]; handlers: Record<string, Handler> };

const route = (pattern: string, handlers: Record<string, Handler>): Route => ({
  pattern: pattern.split('/').filter((segment) => segment !== ''),
  handlers,
});

/** What an API version offers; a segment with `:` is a parameter. The first that fits is taken. */
const ROUTES: Route[] = [
  route('', { GET: resourceList }),
  route('limits', { GET: limits }),
  route('sobjects', { GET: describeAll }),
  route('sobjects/:object', { GET: describeBasic, POST: rows.createRow }),
  route('sobjects/:object/describe', { GET: describe }),
  route('sobjects/:object/:id', { GET: rows.getRow, PATCH: rows.updateRow, DELETE: rows.deleteRow }),
  route('sobjects/:object/:field/:value', {
    GET: rows.getRowByKey,
    PATCH: rows.upsertRow,
    DELETE: rows.deleteRowByKey,
  }),
  route('query', { GET: query }),
  route('queryAll', { GET: queryAll }),
  route('query/:locator', { GET: queryMore }),
  route('queryAll/:locator', { GET: queryMore }),
  route('tooling/query', { GET: toolingQuery }),
  route('composite', { POST: composite }),
  route('composite/sobjects', {
    POST: collections.createCollection,
    PATCH: collections.updateCollection,
    DELETE: collections.deleteCollection,
  }),
  route('composite/sobjects/:object', { GET: collections.retrieveByQuery, POST: collections.retrieveByBody }),
  route('composite/sobjects/:object/:field', { PATCH: collections.upsertCollection }),
];

const paramsOf = ({ pattern }: Route, segments: string[]): Record<string, string> | undefined => {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
};

const PATH = /^\/services\/data\/v(\d+)\.0(\/.*)?$/;
const OLDEST_VERSION = 31;
const NEWEST_VERSION = 68;

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw ApiError.notFound();
  }
};

/** `POST …/sobjects/S/Id` inserts, and is the only POST on a row (facts 2.8). */
const handlersFor = ({ pattern, handlers }: Route, params: Record<string, string>): Record<string, Handler> =>
  pattern.join('/') === 'sobjects/:object/:id' && params.id?.toLowerCase() === 'id'
    ? { POST: rows.createRow }
    : handlers;

/**
 * Finds the resource of a path and runs it.
 *
 * @throws ApiError 404 no such resource or version, 405 method not allowed, 410 retired version, and what the resource throws
 */
export const dispatch = (request: ApiRequest): Answer => {
  const match = PATH.exec(request.path);
  const version = Number(match?.[1]);
  if (!match || version > NEWEST_VERSION) throw ApiError.notFound();
  if (version < OLDEST_VERSION) throw ApiError.of(410, 'UNSUPPORTED_API_VERSION', 'This API version is retired');
  const segments = (match[2] ?? '')
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
  for (const candidate of ROUTES) {
    const params = paramsOf(candidate, segments);
    if (!params) continue;
    const handlers = handlersFor(candidate, params);
    const handler = handlers[request.method] ?? (request.method === 'HEAD' ? handlers.GET : undefined);
    if (handler) return handler({ ...request, base: `/services/data/v${version}.0`, version, params, dispatch });
    const allowed = Object.keys(handlers).sort().join(',');
    throw ApiError.of(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${request.method}' not allowed. Allowed are ${allowed}`);
  }
  throw ApiError.notFound();
};
