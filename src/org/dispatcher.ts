import { setDefaults, setDispatcher } from '@jsforce/jsforce-node/lib/request.js';
import '@jsforce/jsforce-node/lib/transport.js';
import { EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici';
import { faultMessage } from '../core/fault-reasons.js';
import { OrgFault } from '../core/ports/sink.js';
import type { WireLimits } from './http-wire.js';

/**
 * Sockets to one host. jsforce knows no cap (API 10.1); the setting `concurrency` ends at 10 windows in flight, and the
 * rest is for the questions asked beside them.
 */
const mostSockets = 16;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The way to the org: sockets of our own, with a cap and a time limit to connect, through the proxy that the CLI is
 * told to use. As jsforce does, any of the four variables is taken for both protocols; unlike jsforce, `NO_PROXY`
 * counts.
 * @throws OrgFault the proxy setting is no address
 */
export function createDispatcher(limits: WireLimits, env: Environment = process.env): Dispatcher {
  const proxies = [env['http_proxy'], env['HTTP_PROXY'], env['https_proxy'], env['HTTPS_PROXY']];
  const firstOf = (...of: readonly (string | undefined)[]): string =>
    of.find((text) => text !== undefined && text !== '') ?? '';
  try {
    return new EnvHttpProxyAgent({
      httpProxy: firstOf(...proxies),
      httpsProxy: firstOf(...proxies.slice(2), ...proxies),
      noProxy: firstOf(env['no_proxy'], env['NO_PROXY']),
      connections: mostSockets,
      connectTimeout: limits.connectMs,
      allowH2: false,
      // Of the connection to the proxy itself: how long it may take to reach the org behind it.
      clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: limits.connectMs }),
    });
  } catch (cause) {
    // The value may hold a password: it is not shown.
    const message = faultMessage('bad-proxy', 'HTTPS_PROXY or HTTP_PROXY');
    throw new OrgFault('refused', message, { reason: 'bad-proxy' }, { cause });
  }
}

/**
 * How the first request ended that jsforce made by itself since the watch was set back. With JWT, core goes on to try
 * other addresses when the right one refuses; what those say is of no account.
 */
export type LoginWatch = { status: number | undefined; error: Error | undefined };

export function setBack(watch: LoginWatch): void {
  Object.assign(watch, { status: undefined, error: undefined });
}

/**
 * What jsforce does by itself, the refresh of a login, takes the same way to the org: else a login that nobody answers
 * would hold a run for minutes, through another proxy at that (API 10.1). What it throws then has lost its cause, so
 * its requests are watched.
 */
export function leadLogins(dispatcher: Dispatcher, limits: WireLimits): LoginWatch {
  const watch: LoginWatch = { status: undefined, error: undefined };
  const limited = dispatcher.compose((dispatch) => (options, handler) => {
    const half = limits.loginMs / 2;
    return dispatch({ ...options, headersTimeout: half, bodyTimeout: half }, wholeAnswer(handler, watch));
  });
  setDefaults({ httpProxy: undefined, followRedirect: true });
  setDispatcher(limited);
  return watch;
}

/**
 * Gives an answer on only when all of it is there: where one breaks off in the middle, jsforce either waits for ever or
 * ends the whole process with an error that nobody can catch.
 */
function wholeAnswer(handler: Dispatcher.DispatchHandler, watch: LoginWatch): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  const isFirst = watch.status === undefined && watch.error === undefined;
  let start: (() => void) | undefined;
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onResponseStart: (controller, status, headers, message) => {
      if (isFirst) watch.status = status;
      start = () => handler.onResponseStart?.(controller, status, headers, message);
    },
    onResponseData: (_controller, chunk) => void chunks.push(Buffer.from(chunk)),
    onResponseEnd: (controller, trailers) => {
      start?.();
      for (const chunk of chunks) handler.onResponseData?.(controller, chunk);
      handler.onResponseEnd?.(controller, trailers);
    },
    onResponseError: (controller, error) => {
      if (isFirst) watch.error = error;
      handler.onResponseError?.(controller, error);
    },
  };
}
