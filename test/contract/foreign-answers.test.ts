import { Connection as JsforceConnection } from '@jsforce/jsforce-node';
import type { Connection } from '@salesforce/core';
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOrgTransport } from '../../src/org/org-transport.js';
import { FaultBench, type Mode } from '../support/fault-bench.js';
import { tempFolder } from '../support/temp-folder.js';

const match = { path: /^\/services\/data\/v66\.0\/composite/ };
const forEver = { times: Infinity, match };
const rows = (count: number, name = 'N'): string[][] =>
  Array.from({ length: count }, (_, index) => [`A-${index + 1}`, name]);

/** Answers that are not what they look like: whose fault they are, and what must not come of them. */
describe('answers that say less, or more, than they seem to', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let bench: FaultBench;
  before(async () => (folder = await tempFolder()));
  after(() => folder.remove());
  beforeEach(async () => {
    bench = await FaultBench.create(folder.path);
    await bench.write(rows(6));
  });
  afterEach(() => bench.org.stop());

  const errors = async () => (await bench.exportErrors()).map(({ key, errors: [first] }) => [key, first?.statusCode]);

  it('T2 R3 a login that is refreshed too late: what was told as not sent is never sent', async () => {
    const { org } = bench;
    const refreshFn = (_connection: unknown, done: (error: Error | null, token?: string) => void): void => {
      setTimeout(() => done(null, org.accessToken), 500);
    };
    const { url: instanceUrl, accessToken } = org;
    const jsforce = new JsforceConnection({ instanceUrl, accessToken, version: '66.0', refreshFn });
    const connection = Object.assign(jsforce, { getApiVersion: () => '66.0' }) as unknown as Connection;
    const limits = { connectMs: 1000, readMs: 1000, writeMs: 1000, loginMs: 200 };
    const transport = createOrgTransport(connection, { limits });
    org.faults.next({ kind: 'unauthorized', match });
    const record = { attributes: { type: 'Account' }, Ext_Id__c: 'A-1', Name: 'old' };
    const body = JSON.stringify({ allOrNone: true, records: [record] });
    const sent = transport.request({ method: 'PATCH', path: '/composite/sobjects/Account/Ext_Id__c', body });
    const fault: unknown = await sent.catch((thrown: unknown) => thrown);
    expect(fault).to.include({ kind: 'not-sent' });
    await sleep(800);
    expect(org.commits).to.deep.equal([]);
    expect(transport.calls()).to.equal(1);
  });

  for (const mode of ['log', 'pause'] as Mode[]) {
    it(`P23 rights that cannot be looked up: nothing is logged against any record, ${mode}`, async () => {
      const denied = { kind: 'recordError', statusCode: 'INSUFFICIENT_ACCESS_OR_READONLY', message: 'No' } as const;
      bench.org.faults.next({ ...denied, scope: 'record', times: Infinity });
      let wrote = false;
      const afterWrites = ({ path }: { path: string }): boolean => {
        wrote ||= match.path.test(path);
        return wrote && path.endsWith('/describe');
      };
      bench.org.faults.next({ kind: 'serverError', status: 503, times: Infinity, match: afterWrites });
      const outcome = await bench.run(mode);
      expect([outcome.exit, outcome.result.checkpoint.row, await errors()]).to.deep.equal([75, 0, []]);
    });

    it(`3.3 a page of a proxy with status 400 is no record's, also for a collection by itself, ${mode}`, async () => {
      await bench.write(rows(3, 'a @{b}'));
      const page = { status: 400, body: '<html><body>Bad gateway</body></html>', contentType: 'text/html' };
      bench.org.faults.next({ kind: 'answer', ...page, ...forEver });
      const outcome = await bench.run(mode);
      expect([outcome.exit, await errors()]).to.deep.equal([1, []]);
    });

    it(`3.2 a 403 with a record's code, for a collection by itself, is its records', ${mode}`, async () => {
      await bench.write(rows(1, 'a @{b}'));
      const body = JSON.stringify([{ errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', message: 'No' }]);
      bench.org.faults.next({ kind: 'answer', status: 403, body, ...forEver });
      const outcome = await bench.run(mode);
      expect(outcome.exit).to.equal(mode === 'log' ? 68 : 69);
      expect(await errors()).to.deep.equal([['A-1', 'CANNOT_UPDATE_CONVERTED_LEAD']]);
    });

    for (const [status, code, message] of [
      [429, 'TOO_MANY_REQUESTS', 'Slow down'],
      [420, 'NO_ROUTE', 'No route'],
      [403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'],
    ] as const) {
      it(`3.3 a subrequest answered ${status} ${code}: waited for, then 75, no record's, ${mode}`, async () => {
        const part = { body: [{ errorCode: code, message }], httpHeaders: {}, httpStatusCode: status };
        const body = JSON.stringify({ compositeResponse: [{ ...part, referenceId: 'c0' }] });
        bench.org.faults.next({ kind: 'answer', status: 200, body, ...forEver });
        const outcome = await bench.run(mode);
        expect([outcome.exit, await errors()]).to.deep.equal([75, []]);
        expect(outcome.sent.length).to.be.greaterThan(3);
      });
    }
  }

  it('S1 a token that the org repeats, in a fault of its own or about a record, reaches neither result nor ledger', async () => {
    const { accessToken } = bench.org;
    const served = JSON.stringify([{ errorCode: 'SERVER_UNAVAILABLE', message: `${accessToken} is not served` }]);
    bench.org.faults.next({ kind: 'answer', status: 503, body: served, ...forEver });
    const down = await bench.run('pause');
    expect(down.exit).to.equal(75);
    bench.org.faults.clear();
    const code = 'FIELD_CUSTOM_VALIDATION_EXCEPTION';
    const told = { kind: 'recordError', statusCode: code, message: `It is ${accessToken}` } as const;
    bench.org.faults.next({ ...told, scope: 'record', times: Infinity });
    const refused = await bench.run('pause');
    expect(refused.exit).to.equal(69);
    const all = JSON.stringify([down.result, refused.result, await bench.ledger.read()]);
    expect(all).to.include('It is <access token>');
    expect(all).to.not.include(accessToken);
  });

  it('S1 a message of a million characters is not kept whole', async () => {
    const body = JSON.stringify([{ errorCode: 'SERVER_UNAVAILABLE', message: 'x'.repeat(1_000_000) }]);
    bench.org.faults.next({ kind: 'answer', status: 503, body, ...forEver });
    await bench.run('pause');
    expect(JSON.stringify((await bench.ledger.read()).runs).length).to.be.below(50_000);
  });
});
