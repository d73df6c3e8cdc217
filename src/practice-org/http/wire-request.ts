import type { IncomingMessage } from 'node:http';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { ApiError } from '../errors.js';
import { parseJson } from '../json.js';

const MAX_URI = 16_384;
const MAX_BODY = 50 * 1024 * 1024;

/** A request as it came over the wire, body read and decompressed. */
export type WireRequest = {
  method: string;
  path: string;
  queryText: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  bodyText: string;
  /** the body as JSON, once it has been read as such */
  json?: unknown;
};

const inflate = (bytes: Buffer): Buffer => {
  try {
    return inflateSync(bytes);
  } catch {
    return inflateRawSync(bytes);
  }
};

const DECODERS: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gunzipSync,
  deflate: inflate,
  identity: (bytes) => bytes,
};

/** gzip and deflate are documented for request bodies (facts 2.7). */
const decompress = (bytes: Buffer, encoding: string): Buffer => {
  const decoder = DECODERS[encoding];
  if (!decoder) throw ApiError.of(415, 'UNSUPPORTED_MEDIA_TYPE', `Content-Encoding ${encoding} is not supported`);
  try {
    return decoder(bytes);
  } catch {
    throw ApiError.of(400, 'JSON_PARSER_ERROR', `The HTTP entity body is not ${encoding}`);
  }
};

const headersOf = (message: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  );

const readBytes = async (message: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= MAX_BODY) parts.push(part);
  }
  if (size > MAX_BODY) throw ApiError.of(413, 'REQUEST_ENTITY_TOO_LARGE', 'The request body is too large');
  return Buffer.concat(parts);
};

/** Path, query, headers and method; `?_HttpMethod=` overrides the method of a POST (facts 2.7). */
export const readHead = (message: IncomingMessage): Omit<WireRequest, 'bodyText'> => {
  const url = message.url ?? '/';
  const at = url.indexOf('?');
  const path = (at < 0 ? url : url.slice(0, at)).replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
  const queryText = at < 0 ? '' : url.slice(at + 1);
  const query = new URLSearchParams(queryText);
  const method = (message.method ?? 'GET').toUpperCase();
  const override = method === 'POST' ? query.get('_HttpMethod') : null;
  return { method: override?.toUpperCase() ?? method, path, queryText, query, headers: headersOf(message) };
};

/** @throws ApiError 413, 415, 400 */
export const readBody = async (message: IncomingMessage): Promise<string> => {
  const bytes = await readBytes(message);
  const encoding = (message.headers['content-encoding'] ?? 'identity').toLowerCase().trim();
  return (bytes.length === 0 ? bytes : decompress(bytes, encoding)).toString('utf8');
};

/** URI and header limits (facts 2.6). @throws ApiError 414 or 431 */
export const checkSize = (message: IncomingMessage): void => {
  const uri = Buffer.byteLength(message.url ?? '');
  if (uri > MAX_URI) throw ApiError.of(414, 'URI_TOO_LONG', `The URI is longer than ${MAX_URI} bytes`);
  const headers = message.rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (uri + headers > MAX_URI) {
    throw ApiError.of(431, 'REQUEST_HEADER_FIELDS_TOO_LARGE', `URI and headers are longer than ${MAX_URI} bytes`);
  }
};

/** The JSON body of an API call; undefined without one. @throws ApiError 415 or 400 */
export const readJsonBody = ({ method, headers, bodyText }: WireRequest): unknown => {
  if (bodyText === '' || method === 'GET' || method === 'HEAD' || method === 'DELETE') return undefined;
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json') {
    const message = `Content-Type header specified in HTTP request is not supported: ${type}`;
    throw ApiError.of(415, 'UNSUPPORTED_MEDIA_TYPE', message);
  }
  return parseJson(bodyText);
};
