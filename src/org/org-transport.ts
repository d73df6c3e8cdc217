import type { Connection } from '@salesforce/core';
import { OrgFault } from '../core/ports/sink.js';
import type { OrgRequest, OrgTransport } from '../core/ports/transport.js';
import { toOrgFault } from './org-fault.js';
import { readLimitInfo, type LimitInfo } from './limit-info.js';

type Wire = Connection['_transport'];
type WireResponse = { readonly statusCode: number; readonly headers?: Readonly<Record<string, string>> };

/**
 * jsforce repeats GET requests by itself (API 10.1); here every request is made once and whoever asks decides what may
 * be repeated. POST is never repeated by jsforce.
 */
const once = { retry: { maxRetries: 0, methods: [] } };

/** A request, and once more after the login was refreshed: a second 401 is final (design.md 3.3). */
const mostAttempts = 2;

/** The wire through a connection of the CLI: its login, its refresh, its proxy. */
export function createOrgTransport(connection: Connection): OrgTransport {
  let calls = 0;
  let told: { readonly info: LimitInfo; readonly calls: number } | undefined;
  const host = hostOf(connection.instanceUrl);
  return {
    apiVersion: connection.getApiVersion(),
    calls: () => calls,
    orgUsage: () => told && { used: told.info.used + calls - told.calls, max: told.info.max },
    request: async ({ method, path, body, headers: more }: OrgRequest): Promise<unknown> => {
      const attempt = new Attempts(connection._transport, host, () => (calls += 1));
      const url = `/services/data/v${connection.getApiVersion()}${path}`;
      const headers = { 'content-type': 'application/json', accept: 'application/json', ...more };
      const request = { method, url, headers, ...(body === undefined ? {} : { body }) };
      let answer: unknown;
      try {
        answer = await connection.request(request, { ...once, transport: attempt as unknown as never });
      } catch (error) {
        throw toOrgFault(error, { host, limitInfo: attempt.limitInfo, httpStatus: attempt.status });
      } finally {
        if (attempt.limitInfo !== undefined) told = { info: attempt.limitInfo, calls: attempt.ordinal };
      }
      if (typeof answer === 'string') {
        throw new OrgFault('outcome-unknown', 'The org answered with something that is not JSON.', { host });
      }
      return answer;
    },
  };
}

/**
 * Stands between jsforce and its transport for one request: counts what really goes over the wire (A1), and ends the
 * refreshing of a login that is refused again and again, which jsforce would go on with for ever (API 1.2).
 */
class Attempts {
  public limitInfo: LimitInfo | undefined;
  /** Of the last answer; undefined while there is none. */
  public status: number | undefined;
  /** Which of all requests the last one was. */
  public ordinal = 0;
  private made = 0;

  public constructor(
    private readonly wire: Wire,
    private readonly host: string,
    private readonly count: () => number,
  ) {}

  public httpRequest(...args: Parameters<Wire['httpRequest']>): ReturnType<Wire['httpRequest']> {
    if (this.made >= mostAttempts) {
      const facts = { statusCode: 'INVALID_SESSION_ID', httpStatus: 401, host: this.host };
      throw new OrgFault('login', 'The org refused the login again after it had been refreshed.', facts);
    }
    this.made += 1;
    this.ordinal = this.count();
    const response = this.wire.httpRequest(...args);
    this.status = undefined;
    response.then(
      ({ headers, statusCode }: WireResponse) => {
        this.status = statusCode;
        this.limitInfo = readLimitInfo(headers?.['sforce-limit-info']);
      },
      () => undefined,
    );
    return response;
  }
}

function hostOf(instanceUrl: string): string {
  try {
    return new URL(instanceUrl).host;
  } catch {
    return instanceUrl;
  }
}
