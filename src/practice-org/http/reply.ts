import type { ServerResponse } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';

export type Reply = { status: number; headers: Record<string, string>; text: string | undefined };

const JSON_TYPE = 'application/json;charset=UTF-8';
/** Below this, compressing costs more than it saves. */
const WORTH_COMPRESSING = 512;

export const jsonReply = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: body === undefined ? headers : { 'Content-Type': JSON_TYPE, ...headers },
  text: body === undefined ? undefined : JSON.stringify(body),
});

export const htmlReply = (status: number, title: string): Reply => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=UTF-8' },
  text: `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
});

const compress = (text: string, accepts: string): { bytes: Buffer; encoding?: string } => {
  const bytes = Buffer.from(text);
  if (bytes.length < WORTH_COMPRESSING) return { bytes };
  if (/\bgzip\b/i.test(accepts)) return { bytes: gzipSync(bytes, { level: 1 }), encoding: 'gzip' };
  if (/\bdeflate\b/i.test(accepts)) return { bytes: deflateSync(bytes, { level: 1 }), encoding: 'deflate' };
  return { bytes };
};

/** Sends the answer, compressed if the client accepts it (facts 2.7). `accepts` is the Accept-Encoding header. */
export const send = (response: ServerResponse, { status, headers, text }: Reply, accepts: string): void => {
  if (response.destroyed) return;
  if (text === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const { bytes, encoding } = compress(text, accepts);
  const extra = encoding === undefined ? {} : { 'Content-Encoding': encoding };
  response.writeHead(status, { ...headers, ...extra, 'Content-Length': String(bytes.length) }).end(bytes);
};

/** Sends the headers of the whole answer and half of its body. */
export const sendHalf = (response: ServerResponse, { status, headers, text = '' }: Reply, sent: () => void): void => {
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...headers, 'Content-Length': String(bytes.length) });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), sent);
};
