import type { Connection } from '@salesforce/core';
import { OrgFault } from '../core/ports/sink.js';
import type { OrgRequest, OrgTransport } from '../core/ports/transport.js';
import { toOrgFault } from './org-fault.js';

/**
 * jsforce repeats GET requests by itself (API 10.1); here every request is made once and whoever asks decides what may
 * be repeated. POST is never repeated by jsforce.
 */
const once = { retry: { maxRetries: 0, methods: [] } };

/** The wire through a connection of the CLI: its login, its refresh, its proxy. */
export function createOrgTransport(connection: Connection): OrgTransport {
  let calls = 0;
  const host = hostOf(connection.instanceUrl);
  return {
    apiVersion: connection.getApiVersion(),
    calls: () => calls,
    request: async ({ method, path, body, headers: more }: OrgRequest): Promise<unknown> => {
      calls += 1;
      const url = `/services/data/v${connection.getApiVersion()}${path}`;
      const headers = { 'content-type': 'application/json', accept: 'application/json', ...more };
      let answer: unknown;
      try {
        answer = await connection.request({ method, url, headers, ...(body === undefined ? {} : { body }) }, once);
      } catch (error) {
        throw toOrgFault(error, host);
      }
      if (typeof answer === 'string') {
        throw new OrgFault('outcome-unknown', 'The org answered with something that is not JSON.', { host });
      }
      return answer;
    },
  };
}

function hostOf(instanceUrl: string): string {
  try {
    return new URL(instanceUrl).host;
  } catch {
    return instanceUrl;
  }
}
