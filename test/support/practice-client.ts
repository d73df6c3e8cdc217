import { PracticeOrg } from '../../src/practice-org/index.js';
import type { PracticeOrgOptions } from '../../src/practice-org/index.js';

export const BASE = '/services/data/v66.0';

export type Response = { status: number; body: any; headers: Headers }; // eslint-disable-line @typescript-eslint/no-explicit-any -- answers of any shape are looked into

/** A plain fetch client of a practice org: knows the token and JSON, nothing of our product. */
export class PracticeClient {
  public readonly org: PracticeOrg;

  public constructor(org: PracticeOrg) {
    this.org = org;
  }

  public static async start(options?: PracticeOrgOptions): Promise<PracticeClient> {
    const org = new PracticeOrg(options);
    await org.start();
    return new PracticeClient(org);
  }

  public async stop(): Promise<void> {
    await this.org.stop();
  }

  /** Calls a path under the API version, or an absolute one. */
  public async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const url = `${this.org.url}${path.startsWith('/services') ? path : `${BASE}/${path}`}`;
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${this.org.accessToken}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    let parsed: unknown = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      // not JSON: the text itself
    }
    return { status: response.status, body: text === '' ? undefined : parsed, headers: response.headers };
  }

  public async query(soql: string): Promise<Response> {
    return this.call('GET', `query?q=${encodeURIComponent(soql)}`);
  }

  public async upsert(
    records: Array<Record<string, unknown>>,
    { object = 'Account', key = 'Ext_Id__c', allOrNone = false } = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.call(
      'PATCH',
      `composite/sobjects/${object}/${key}`,
      { allOrNone, records: typed(records, object) },
      headers,
    );
  }

  public async create(
    records: Array<Record<string, unknown>>,
    object = 'Account',
    allOrNone = false,
  ): Promise<Response> {
    return this.call('POST', 'composite/sobjects', { allOrNone, records: typed(records, object) });
  }

  public async composite(
    compositeRequest: unknown[],
    allOrNone = false,
    more: Record<string, unknown> = {},
  ): Promise<Response> {
    return this.call('POST', 'composite', { allOrNone, compositeRequest, ...more });
  }
}

export const typed = (records: Array<Record<string, unknown>>, type = 'Account'): Array<Record<string, unknown>> =>
  records.map((record) => ({ attributes: { type }, ...record }));

/** `n` accounts with keys `<prefix>-0`… */
export const accounts = (n: number, prefix = 'A'): Array<Record<string, unknown>> =>
  Array.from({ length: n }, (_, at) => ({ Ext_Id__c: `${prefix}-${at}`, Name: `Account ${at}` }));

/** A Composite subrequest that upserts accounts. */
export const upsertPart = (
  referenceId: string,
  records: Array<Record<string, unknown>>,
  inner: boolean,
  httpHeaders: Record<string, string> = {},
): Record<string, unknown> => ({
  method: 'PATCH',
  url: `${BASE}/composite/sobjects/Account/Ext_Id__c`,
  referenceId,
  httpHeaders,
  body: { allOrNone: inner, records: typed(records) },
});

/** The status codes of a collection's answer, `ok` for a success. */
export const codes = (results: Array<{ success: boolean; errors: Array<{ statusCode: string }> }>): string[] =>
  results.map(({ success, errors }) => (success ? 'ok' : errors.map(({ statusCode }) => statusCode).join('+')));
