import { expect } from 'chai';
import { factsOf } from '../../src/core/status-codes.js';
import { slowRequestMs } from '../../src/core/run/window-size.js';
import type { RequestFault } from '../../src/practice-org/http/faults.js';
import { FaultBench, type Mode, type Outcome } from '../support/fault-bench.js';
import { tempFolder } from '../support/temp-folder.js';

const modes: readonly Mode[] = ['pause', 'log'];
const match = { path: /^\/services\/data\/v66\.0\/composite/ };
const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `A-${index + 1}`);
const rows = (count: number): string[][] => keys(count).map((key) => [key, `N ${key}`]);

type Strike = RequestFault extends infer F ? (F extends unknown ? Omit<F, 'times' | 'match'> : never) : never;

describe('table 3.3 of design.md, column upsert, over real HTTP', function () {
  this.timeout(60_000);
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let bench: FaultBench;
  before(async () => (folder = await tempFolder()));
  after(() => folder.remove());
  beforeEach(async () => {
    bench = await FaultBench.create(folder.path);
    await bench.write(rows(6));
  });
  afterEach(() => bench.org.stop());

  const strike = (fault: Strike, times = 1): void => {
    bench.org.faults.next({ ...fault, times, match });
  };

  /** The fault passed: everything is written, nothing is logged, and every request had the same content. */
  const expectCarriedOn = async (outcome: Outcome, requests: number): Promise<void> => {
    expect(outcome.exit, JSON.stringify(outcome.result)).to.equal(0);
    expect(outcome.result).to.include({ status: 'completed', read: 6, exported: 6, failed: 0 });
    expect(outcome.sent).to.have.lengthOf(requests);
    for (const body of outcome.sent) expect(body).to.deep.equal(outcome.sent[0]);
    expect(new Set(bench.written)).to.deep.equal(new Set(keys(6)));
    expect(bench.org.records('Account')).to.have.lengthOf(6);
    expect(await bench.exportErrors()).to.deep.equal([]);
  };

  /** The run stopped at its checkpoint: no ExportError, and the next run does what is left. */
  const expectStopped = async (outcome: Outcome, exit: number, reason: string): Promise<void> => {
    expect(outcome.exit, JSON.stringify(outcome.result)).to.equal(exit);
    expect(outcome.result).to.include({ exported: 0, failed: 0 });
    expect(outcome.result.checkpoint.row).to.equal(0);
    if (exit !== 1) expect(outcome.result.stoppedBy?.reason).to.equal(reason);
    if (exit !== 75) expect(outcome.error?.actions).to.have.lengthOf.at.least(1);
    expect(await bench.exportErrors(), 'no ExportError').to.deep.equal([]);
    bench.org.faults.clear();
    bench.clock.meanwhile = undefined;
    const next = await bench.run('pause');
    expect(next.exit, JSON.stringify(next.result)).to.equal(0);
    expect(next.result).to.include({ status: 'completed', exported: 6 });
    expect(bench.org.records('Account')).to.have.lengthOf(6);
  };

  for (const mode of modes) {
    describe(`on-error ${mode}`, () => {
      describe('3.3 not sent (refused connection, DNS, TLS): resend', () => {
        it('T2 3.3 the org comes back while it is tried again', async () => {
          const port = Number(new URL(bench.org.url).port);
          let down = false;
          bench.clock.meanwhile = async (sleeps) => void (sleeps === 3 && (await bench.org.start({ port })));
          // The describe was answered; then the org goes down before the first write.
          bench.org.faults.next({
            kind: 'serverError',
            times: Infinity,
            match: () => {
              if (!down) setImmediate(() => void bench.org.stop());
              down = true;
              return false;
            },
          });
          const outcome = await bench.run(mode);
          expect(bench.clock.slept).to.have.lengthOf.at.least(3);
          expect(outcome.exit, JSON.stringify(outcome.result)).to.equal(0);
          expect(new Set(bench.written)).to.deep.equal(new Set(keys(6)));
          expect(await bench.exportErrors()).to.deep.equal([]);
        });

        const addresses: [string, () => string][] = [
          ['refused connection', () => 'http://127.0.0.1:9'],
          ['DNS', () => 'http://no-such-org.invalid'],
          ['TLS', () => bench.org.url.replace('http:', 'https:')],
        ];
        for (const [what, url] of addresses) {
          it(`T2 3.3 ${what}, for ever: 75, unreachable`, async () => {
            const outcome = await bench.run(mode, { url: url() });
            expect(outcome.result.stoppedBy?.message).to.include(new URL(url()).host).and.include('Tried 6 times');
            await expectStopped(outcome, 75, 'unreachable');
          });
        }
      });

      describe('3.3 401: refresh once, resend; again 401: 77', () => {
        it('3.3 401 once', async () => {
          bench.org.faults.next({ kind: 'unauthorized', match });
          const outcome = await bench.run(mode);
          await expectCarriedOn(outcome, 2);
          expect(outcome.statuses).to.deep.equal([401, 200]);
        });

        it('X1 3.3 401 again: 77', async () => {
          strike({ kind: 'unauthorized' }, Infinity);
          const outcome = await bench.run(mode);
          expect(outcome.statuses).to.deep.equal([401, 401]);
          expect(outcome.error?.name).to.equal('OrgLoginError');
          await expectStopped(outcome, 77, 'login-expired');
        });

        it('X1 3.3 401 and no way to refresh: 77', async () => {
          strike({ kind: 'unauthorized' }, Infinity);
          const outcome = await bench.run(mode, { refresh: false });
          expect(outcome.statuses).to.deep.equal([401]);
          await expectStopped(outcome, 77, 'login-expired');
        });
      });

      describe('3.3 420, 429: wait, resend', () => {
        const lines = [
          ['420', { kind: 'noRoute' }, 'no-route', 'unavailable'],
          ['429', { kind: 'tooManyRequests' }, 'too-many-requests', 'org-limit'],
        ] as const;
        for (const [status, fault, reason, code] of lines) {
          it(`T2 3.3 ${status} twice`, async () => {
            strike(fault, 2);
            await expectCarriedOn(await bench.run(mode), 3);
            expect(bench.clock.slept).to.have.lengthOf(2);
          });

          it(`T2 X1 3.3 ${status} for ever: 75`, async () => {
            strike(fault, Infinity);
            const outcome = await bench.run(mode);
            expect(outcome.sent).to.have.lengthOf(6);
            expect(outcome.result.stoppedBy?.code).to.equal(code);
            await expectStopped(outcome, 75, reason);
          });
        }
      });

      describe('3.3 403 REQUEST_LIMIT_EXCEEDED', () => {
        const foreign = JSON.stringify([{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'Grenzwert erreicht' }]);
        const withUsage = (usage: string): Strike => ({
          kind: 'answer',
          status: 403,
          body: foreign,
          headers: { 'Sforce-Limit-Info': `api-usage=${usage}` },
        });

        it('T2 3.3 concurrent, as the message names it: wait, resend', async () => {
          strike({ kind: 'requestLimit', limit: 'concurrent' }, 2);
          await expectCarriedOn(await bench.run(mode), 3);
        });

        it('T2 3.3 concurrent, as Sforce-Limit-Info shows calls left, whatever the language: wait, resend', async () => {
          strike(withUsage('18/15000'), 2);
          await expectCarriedOn(await bench.run(mode), 3);
        });

        it('X1 3.3 concurrent for ever: 75', async () => {
          strike({ kind: 'requestLimit', limit: 'concurrent' }, Infinity);
          await expectStopped(await bench.run(mode), 75, 'too-many-requests');
        });

        it('X1 3.3 total: 75 at once, in any language', async () => {
          for (const fault of [{ kind: 'requestLimit', limit: 'total' } as const, withUsage('15000/15000')]) {
            bench.newLedger();
            strike(fault, Infinity);
            const outcome = await bench.run(mode);
            expect(outcome.sent).to.have.lengthOf(1);
            expect(outcome.result.stoppedBy?.code).to.equal('org-limit');
            await expectStopped(outcome, 75, 'calls-used-up');
          }
        });
      });

      describe('3.3 400, 404, 405, 414, 415 of the outer request: run-level, 1', () => {
        for (const [status, code] of [
          [400, 'JSON_PARSER_ERROR'],
          [404, 'NOT_FOUND'],
          [405, 'METHOD_NOT_ALLOWED'],
          [414, 'URI_TOO_LONG'],
          [415, 'UNSUPPORTED_MEDIA_TYPE'],
        ] as const) {
          const body = JSON.stringify([{ errorCode: code, message: 'said the org' }]);
          it(`X1 3.3 ${status}`, async () => {
            strike({ kind: 'answer', status, body }, Infinity);
            const outcome = await bench.run(mode);
            expect(outcome.sent).to.have.lengthOf(1);
            expect(outcome.error?.message).to.include(`${code}: said the org`);
            expect(outcome.result.status).to.equal('failed');
            await expectStopped(outcome, 1, '');
          });

          if (status === 400) continue;
          it(`X1 3.3 ${status} of a window that goes as one collection (a value with @{)`, async () => {
            await bench.write(rows(6).map(([key = '']) => [key, 'a @{b}']));
            strike({ kind: 'answer', status, body }, Infinity);
            const outcome = await bench.run(mode);
            expect(outcome.sent).to.have.lengthOf(1);
            await expectStopped(outcome, 1, '');
          });
        }

        it('3.3 413: the window is cut until it passes', async () => {
          let calls = 0;
          const tooLarge = ({ path, body }: { path: string; body: unknown }): boolean =>
            match.path.test(path) && (calls += 1) > 0 && JSON.stringify(body).length > 700;
          bench.org.faults.next({ kind: 'payloadTooLarge', times: Infinity, match: tooLarge });
          const outcome = await bench.run(mode);
          expect(outcome.exit, JSON.stringify(outcome.result)).to.equal(0);
          expect(new Set(bench.written)).to.deep.equal(new Set(keys(6)));
          expect(calls).to.be.greaterThan(2);
          expect(await bench.exportErrors()).to.deep.equal([]);
        });
      });

      describe('3.3 5xx, reset, timeout, unreadable 200: resend the same content, then 75', () => {
        const faults: [string, Strike, string][] = [
          ['500', { kind: 'serverError', status: 500 }, 'server-error'],
          ['502 as HTML', { kind: 'serverError', status: 502, body: 'html' }, 'server-error'],
          ['503', { kind: 'serverError', status: 503 }, 'server-error'],
          ['503 after the commit', { kind: 'serverError', status: 503, afterCommit: true }, 'server-error'],
          ['504', { kind: 'serverError', status: 504 }, 'server-error'],
          ['reset before the work', { kind: 'cutBefore' }, 'cut-off'],
          ['reset after the commit', { kind: 'cutAfter' }, 'cut-off'],
          ['timeout', { kind: 'hang' }, 'no-answer'],
          ['timeout after the commit', { kind: 'hang', afterCommit: true }, 'no-answer'],
          ['a body that hangs in the middle', { kind: 'halfBody', then: 'hang' }, 'no-answer'],
          ['a body that is cut in the middle', { kind: 'halfBody', then: 'cut' }, 'cut-off'],
          ['unreadable 200: HTML', { kind: 'notJson', body: 'html' }, 'unreadable'],
          ['unreadable 200: half of the JSON', { kind: 'notJson', body: 'truncated' }, 'unreadable'],
          ['unreadable 200: other JSON', { kind: 'answer', status: 200, body: '{"a":1}' }, 'unreadable'],
          ['unreadable 200: nothing', { kind: 'answer', status: 200 }, 'unreadable'],
        ];
        for (const [what, fault, reason] of faults) {
          it(`T2 3.3 ${what}, once`, async () => {
            strike(fault);
            await expectCarriedOn(await bench.run(mode), 2);
          });

          it(`T2 X1 3.3 ${what}, for ever: 75, nothing logged`, async () => {
            strike(fault, Infinity);
            const outcome = await bench.run(mode);
            expect(outcome.sent, 'five times more').to.have.lengthOf(6);
            for (const body of outcome.sent) expect(body).to.deep.equal(outcome.sent[0]);
            expect(bench.clock.ms).to.be.at.most(120_000);
            expect(outcome.result.stoppedBy?.code).to.equal('unavailable');
            await expectStopped(outcome, 75, reason);
          });
        }
      });

      describe('3.3 lock, Apex limit, chunk-wide error (an answer): cut, resend', () => {
        it('T1 3.3 a lock that goes away: everything is written, nobody is blamed', async () => {
          bench.org.faults.next({ kind: 'lockRows', times: 3 });
          const outcome = await bench.run(mode);
          expect(outcome.exit, JSON.stringify(outcome.result)).to.equal(0);
          expect(new Set(bench.written)).to.deep.equal(new Set(keys(6)));
          expect(await bench.exportErrors()).to.deep.equal([]);
        });

        it('T1 3.3 a lock that stays on one record: that record alone, after five more tries within 90 s', async () => {
          bench.org.faults.next({ kind: 'lockRows', times: Infinity, where: ({ Ext_Id__c: key }) => key === 'A-4' });
          const outcome = await bench.run(mode);
          expect(outcome.exit).to.equal(mode === 'pause' ? 69 : 68);
          const alone = outcome.sent.filter((body) => keysIn(body).join() === 'A-4');
          expect(alone.length).to.be.within(1, 6);
          expect(bench.clock.ms).to.be.at.most(90_000);
          const [error, ...more] = await bench.exportErrors();
          expect(more).to.deep.equal([]);
          expect([error!.key, error!.attempts, error!.errors[0]!.statusCode]).to.deep.equal([
            'A-4',
            1,
            'UNABLE_TO_LOCK_ROW',
          ]);
        });

        it('3.3 Apex limit: the window is cut until it fits', async () => {
          bench.org.apexLimits.soql = 2;
          const run = (context: { limits: { soql(n: number): void }; new: unknown[] }): void =>
            context.limits.soql(context.new.length);
          bench.org.triggers.add({ name: 'T', object: 'Account', events: ['before insert'], run });
          const outcome = await bench.run(mode);
          expect(outcome.exit, JSON.stringify(outcome.result)).to.equal(0);
          expect(new Set(bench.written)).to.deep.equal(new Set(keys(6)));
          expect(await bench.exportErrors()).to.deep.equal([]);
        });

        it('3.3 a trigger that throws for the whole chunk: the one record it throws for', async () => {
          const run = (context: { new: { Name?: unknown }[] }): void => {
            if (context.new.some((record) => record.Name === 'N A-4')) throw new Error('Attempt to de-reference null');
          };
          bench.org.triggers.add({ name: 'T', object: 'Account', events: ['before insert'], run });
          const outcome = await bench.run(mode);
          expect(outcome.exit).to.equal(mode === 'pause' ? 69 : 68);
          expect((await bench.exportErrors()).map(({ key }) => key)).to.deep.equal(['A-4']);
          expect(bench.written).to.include.members(['A-1', 'A-2', 'A-3']);
        });
      });

      describe('of the run, whatever it is said of (design.md 3.2)', () => {
        const lines = [
          [{ kind: 'storageFull' }, 75, 'storage-full', 'org-limit'],
          [{ kind: 'recordMaintenance' }, 75, 'maintenance', 'unavailable'],
          [{ kind: 'recordError', statusCode: 'API_DISABLED_FOR_ORG', message: 'no' }, 1, 'api-disabled', undefined],
        ] as const;
        for (const [fault, exit, reason, code] of lines) {
          it(`X1 ${reason}, said of one record: ${exit}`, async () => {
            const where = ({ Ext_Id__c: key }: Record<string, unknown>): boolean => key === 'A-1';
            bench.org.faults.next({ ...fault, scope: 'record', times: Infinity, where });
            const outcome = await bench.run(mode);
            expect(outcome.result.stoppedBy?.code).to.equal(code);
            await expectStopped(outcome, exit, reason);
          });
        }

        it('X1 the object, the key field or a field goes while the job runs: 1, with its name', async () => {
          for (const field of ['Ext_Id__c', 'Name']) {
            bench.newLedger();
            let seen = 0;
            const hide = (): boolean => {
              if ((seen += 1) === 1) bench.org.fields.hide('Account', field);
              return false;
            };
            bench.org.faults.next({ kind: 'cutBefore', match: (request) => match.path.test(request.path) && hide() });
            const outcome = await bench.run(mode);
            expect(outcome.exit, outcome.error?.message).to.equal(1);
            expect(outcome.error).to.include({ name: 'RightsGoneError' });
            expect(outcome.error?.message).to.include(field);
            expect(await bench.exportErrors()).to.deep.equal([]);
            bench.org.faults.clear();
            bench.org.fields.editable('Account', field);
          }
        });
      });

      it('no record error is ever taken for a fault, whatever its text says', async () => {
        const codes = ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'CANNOT_EXECUTE_FLOW_TRIGGER', 'INVALID_EMAIL_ADDRESS'];
        const texts = ['REQUEST_LIMIT_EXCEEDED', 'INVALID_SESSION_ID: Session expired', 'fetch failed (ECONNRESET)'];
        for (const statusCode of codes) {
          expect(factsOf(statusCode).scope).to.not.equal('run');
          for (const message of texts) {
            bench.newLedger();
            bench.clock.slept = [];
            const where = ({ Ext_Id__c: key }: Record<string, unknown>): boolean => key === 'A-3';
            const handle = bench.org.faults.next({
              ...{ kind: 'recordError', statusCode, message, scope: 'record', times: Infinity, where },
            });
            const outcome = await bench.run(mode);
            handle.remove();
            expect(outcome.exit, `${statusCode}: ${message}`).to.equal(mode === 'pause' ? 69 : 68);
            expect(outcome.result.stoppedBy).to.equal(null);
            const [error, ...more] = await bench.exportErrors();
            expect([error!.key, error!.errors.map((one) => [one.statusCode, one.message]), more]).to.deep.equal([
              'A-3',
              [[statusCode, message]],
              [],
            ]);
            expect(bench.clock.slept, 'no waiting').to.deep.equal([]);
          }
        }
      });

      it('3.3 a request over 60 s halves the next window, answered or not', async () => {
        await bench.write(rows(60));
        let requests = 0;
        const slow = (): boolean => {
          if ((requests += 1) === 1) bench.clock.ms += slowRequestMs + 1;
          return false;
        };
        bench.org.faults.next({ kind: 'cutBefore', match: (request) => match.path.test(request.path) && slow() });
        const outcome = await bench.run(mode, { batchSize: 8 });
        expect(outcome.exit).to.equal(0);
        const sizes = outcome.sent.map((body) => keysIn(body).length);
        // The window behind the slow one was read while it was under way.
        expect(sizes[0]).to.equal(40);
        expect(sizes.slice(1)).to.deep.equal([20]);
        expect(new Set(bench.written).size).to.equal(60);
      });
    });
  }
});

function keysIn(body: unknown): unknown[] {
  const { compositeRequest = [] } = body as { compositeRequest?: { body: { records: { Ext_Id__c: unknown }[] } }[] };
  return compositeRequest.flatMap((part) => part.body.records.map((record) => record.Ext_Id__c));
}
