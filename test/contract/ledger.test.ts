import { join } from 'node:path';
import { expect } from 'chai';
import type { JobLedger, Ledger, LedgerFault } from '../../src/core/ports/ledger.js';
import { createLedger, createMemoryLedger } from '../../src/ledger/index.js';
import {
  countingRandom,
  errorRow,
  jobId,
  jobRow,
  manualClock,
  orgId,
  otherOrgId,
  runRow,
} from '../support/ledger-rows.js';
import type { ManualClock } from '../support/ledger-rows.js';
import { tempFolder } from '../support/temp-folder.js';

type Maker = (clock: ManualClock) => Promise<{ ledger: Ledger; remove: () => Promise<void> }>;

const makers: Record<string, Maker> = {
  memory: async (clock) => ({
    ledger: createMemoryLedger({ clock, random: countingRandom() }),
    remove: async () => undefined,
  }),
  files: async (clock) => {
    const folder = await tempFolder();
    const path = join(folder.path, 'state', 'store.json');
    return { ledger: createLedger({ path, clock, random: countingRandom() }), remove: folder.remove };
  },
};

for (const [adapter, make] of Object.entries(makers)) {
  describe(`contract of the ledger: ${adapter}`, () => {
    let ledger: Ledger;
    let remove: () => Promise<void>;
    let clock: ManualClock;
    const opened: JobLedger[] = [];

    beforeEach(async () => {
      clock = manualClock();
      ({ ledger, remove } = await make(clock));
    });

    afterEach(async () => {
      for (const job of opened.splice(0)) await job.close();
      await remove();
    });

    const open = async (id = jobId): Promise<JobLedger> => {
      const job = await ledger.openJob(id);
      opened.push(job);
      return job;
    };

    it('is empty before anything was written', async () => {
      expect(await ledger.read()).to.deep.equal({ settings: [], jobs: [], exportErrors: [], runs: [], apiUse: [] });
      expect(await ledger.holders()).to.deep.equal([]);
    });

    it('C3 updateSettings hands out the newest rows and keeps what is returned', async () => {
      await ledger.updateSettings(() => [{ scope: 'global', name: 'batch-size', value: 50 }]);
      await ledger.updateSettings((rows) => [...rows, { scope: orgId, name: 'export-to-crm', value: false }]);
      expect((await ledger.read()).settings).to.deep.equal([
        { scope: 'global', name: 'batch-size', value: 50 },
        { scope: orgId, name: 'export-to-crm', value: false },
      ]);
    });

    it('keeps the settings when the change throws or gives what could not be read back', async () => {
      await ledger.updateSettings(() => [{ scope: 'global', name: 'batch-size', value: 50 }]);
      const failures = [
        () => {
          throw new Error('no');
        },
        () => [{ scope: 'global', name: 'batch-size', value: Number.NaN }],
      ];
      for (const change of failures) expect(await failure(ledger.updateSettings(change))).to.be.instanceOf(Error);
      expect((await ledger.read()).settings).to.have.length(1);
    });

    it('C1 a commit is seen by the holder and by readers at once, and stays', async () => {
      const job = await open();
      expect(job.job()).to.equal(undefined);
      const change = { job: jobRow(), errors: [errorRow('e1')], run: runRow('r1', { apiCalls: 1 }), apiCalls: 3 };
      await job.commit(change);
      expect(job.job()).to.deep.equal(jobRow());
      expect(job.openError('key-e1')).to.deep.equal(errorRow('e1'));
      const during = await ledger.read();
      await job.close();
      const after = await ledger.read();
      expect(after).to.deep.equal(during);
      expect(after).to.deep.equal({
        settings: [],
        jobs: [jobRow()],
        exportErrors: [errorRow('e1')],
        runs: [runRow('r1', { apiCalls: 1 })],
        apiUse: [{ orgId, hour: '2026-11-23T19', calls: 3 }],
      });
      const again = await open();
      expect(again.job()).to.deep.equal(jobRow());
      expect(again.exportError('e1')).to.deep.equal(errorRow('e1'));
    });

    it('merges a part of the job record into the record, and leaves its identity alone', async () => {
      const job = await open();
      await job.commit({ job: jobRow() });
      await job.commit({ job: { phase: 'completed', run: undefined, name: 'other' } });
      expect(job.job()).to.deep.equal(jobRow({ phase: 'completed' }));
    });

    it('adds API calls to the bucket of the hour, over commits, jobs and hours', async () => {
      const job = await open();
      await job.commit({ apiCalls: 2 });
      await job.commit({ apiCalls: 1 });
      clock.moveTo('2026-11-23T20:00:00.000Z');
      await job.commit({ apiCalls: 4 });
      const other = await open({ orgId, name: 'contacts' });
      await other.commit({ apiCalls: 5 });
      for (const one of [job, other]) await one.close();
      expect((await ledger.read()).apiUse).to.deep.equal([
        { orgId, hour: '2026-11-23T19', calls: 3 },
        { orgId, hour: '2026-11-23T20', calls: 9 },
      ]);
    });

    it('A1 adds calls that belong to no job, also while a job runs, and counts each once', async () => {
      await ledger.addApiCalls(orgId, { calls: 2 });
      const job = await open();
      await job.commit({ apiCalls: 3 });
      await ledger.addApiCalls(orgId, { calls: 5 });
      expect((await ledger.read()).apiUse).to.deep.equal([{ orgId, hour: '2026-11-23T19', calls: 10 }]);
      await job.close();
      expect((await ledger.read()).apiUse).to.deep.equal([{ orgId, hour: '2026-11-23T19', calls: 10 }]);
    });

    it("A1 keeps the org's own count with the hour in which it was seen, the last one of each", async () => {
      const seen = (minute: string, used: number) => ({ used, max: 15_000, at: `2026-11-23T19:${minute}:00.000Z` });
      const job = await open();
      await job.commit({ apiCalls: 1, orgUsage: seen('05', 100) });
      await job.commit({ apiCalls: 1, orgUsage: seen('06', 90) });
      await job.commit({ apiCalls: 1 });
      await job.close();
      expect((await ledger.read()).apiUse).to.deep.equal([
        { orgId, hour: '2026-11-23T19', calls: 3, org: seen('06', 90) },
      ]);
      await ledger.addApiCalls(orgId, { calls: 1, org: seen('07', 95) });
      expect((await ledger.read()).apiUse[0]).to.deep.include({ calls: 4, org: seen('07', 95) });
    });

    it('E1 finds the one open row of a key, and none when it is settled', async () => {
      const job = await open();
      await job.commit({ job: jobRow(), errors: [errorRow('e1', { canonicalKey: 'k' })] });
      await job.commit({ errors: [errorRow('e1', { canonicalKey: 'k', status: 'quarantined', attempts: 2 })] });
      expect(job.openError('k')?.attempts).to.equal(2);
      await job.commit({ errors: [errorRow('e1', { canonicalKey: 'k', status: 'resolved', attempts: 2 })] });
      expect(job.openError('k')).to.equal(undefined);
      expect(job.openErrors()).to.deep.equal([]);
      expect(job.exportError('e1')?.status).to.equal('resolved');
      await job.commit({ errors: [errorRow('e2', { canonicalKey: 'k' })] });
      expect(job.openError('k')?.id).to.equal('e2');
      expect((await ledger.read()).exportErrors.map(({ id }) => id)).to.deep.equal(['e1', 'e2']);
    });

    it('E1 refuses a second open row of a key, and nothing of that commit is kept', async () => {
      const job = await open();
      await job.commit({ job: jobRow(), errors: [errorRow('e1', { canonicalKey: 'k' })] });
      const second = errorRow('e2', { canonicalKey: 'k' });
      expect(await failure(job.commit({ job: { phase: 'paused' }, errors: [second] }))).to.match(/E1/);
      const both = [errorRow('a', { canonicalKey: 'x' }), errorRow('b', { canonicalKey: 'x' })];
      expect(await failure(job.commit({ errors: both }))).to.match(/E1/);
      const stillOpen = errorRow('e1', { canonicalKey: 'k', attempts: 2 });
      expect(await failure(job.commit({ errors: [stillOpen, second] }))).to.match(/E1/);
      expect(await failure(job.commit({ errors: [second, stillOpen] }))).to.match(/E1/);
      expect(job.job()?.phase).to.equal('open');
      expect((await ledger.read()).exportErrors.map(({ id }) => id)).to.deep.equal(['e1']);
      // Settling one and opening the other in the same commit is fine, in either order.
      await job.commit({ errors: [second, errorRow('e1', { canonicalKey: 'k', status: 'superseded' })] });
      expect(job.openError('k')?.id).to.equal('e2');
    });

    it('refuses rows that could not be read back, and rows of another job', async () => {
      const job = await open();
      const wrong = [
        { errors: [errorRow('e1', { attempts: Number.NaN })] },
        { errors: [errorRow('e1', { job: 'contacts' })] },
        { run: runRow('r1', { orgId: otherOrgId }) },
        { job: { phase: 'open' as const } },
      ];
      for (const change of wrong) expect(await failure(job.commit(change))).to.be.instanceOf(Error);
      await job.commit({ job: jobRow() });
      expect((await ledger.read()).exportErrors).to.deep.equal([]);
    });

    it('keeps its own copy of what was committed', async () => {
      const job = await open();
      const payload = { Name: 'Acme' };
      await job.commit({ errors: [errorRow('e1', { payload })] });
      payload.Name = 'changed afterwards';
      expect(job.exportError('e1')?.payload).to.deep.equal({ Name: 'Acme' });
    });

    it('K1 gives open rows oldest first by the order in which they opened, whatever their times say', async () => {
      const job = await open();
      const times = ['2026-03-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'];
      for (const [index, firstFailedAt] of times.entries()) {
        await job.commit({ errors: [errorRow(`e${index}`, { firstFailedAt })] });
      }
      await job.commit({ errors: [errorRow('e0', { attempts: 2 })] });
      expect(job.openErrors().map(({ id }) => id)).to.deep.equal(['e0', 'e1', 'e2']);
      await job.close();
      const again = await open();
      expect(again.openErrors().map(({ id }) => id)).to.deep.equal(['e0', 'e1', 'e2']);
    });

    it('counts the open rows of the whole org, and no other org', async () => {
      const contacts = await open({ orgId, name: 'contacts' });
      await contacts.commit({ errors: [errorRow('c1', { job: 'contacts' }), errorRow('c2', { job: 'contacts' })] });
      const elsewhere = await open({ orgId: otherOrgId, name: 'accounts' });
      await elsewhere.commit({ errors: [errorRow('x1', { orgId: otherOrgId })] });
      const job = await open();
      expect(job.openErrorsOfOrg()).to.equal(2);
      await job.commit({ errors: [errorRow('e1')] });
      expect(job.openErrorsOfOrg()).to.equal(3);
      await job.commit({ errors: [errorRow('e1', { status: 'resolved' })] });
      expect(job.openErrorsOfOrg()).to.equal(2);
    });

    it('C3 a second holder is refused and told who holds the job; other jobs and orgs are free', async () => {
      const job = await open();
      const fault = (await failure(ledger.openJob(jobId))) as LedgerFault;
      expect(fault.code).to.equal('busy');
      expect(fault.facts.holder).to.include({ ...jobId, pid: process.pid });
      expect(await ledger.holders()).to.have.length(1);
      await open({ orgId, name: 'contacts' });
      await open({ orgId: otherOrgId, name: 'accounts' });
      expect(await ledger.holders()).to.have.length(3);
      await job.close();
      expect(await ledger.holders()).to.have.length(2);
      await open();
    });

    it('C3 names that differ in case only share one lease', async () => {
      await open();
      expect(await failure(ledger.openJob({ orgId, name: 'ACCOUNTS' }))).to.include({ code: 'busy' });
    });

    it('C3 waits for a holder, and ends waiting at the time, at the signal, or when the job is free', async () => {
      const job = await open();
      const start = clock.monotonicMs();
      expect(await failure(ledger.openJob(jobId, { waitMs: 2000 }))).to.include({ code: 'busy' });
      expect(clock.monotonicMs() - start).to.equal(2000);
      const signal = AbortSignal.abort();
      expect(await failure(ledger.openJob(jobId, { waitMs: 600_000, signal }))).to.include({ code: 'busy' });
      const waiting = ledger.openJob(jobId, { waitMs: 1e9 });
      await job.close();
      opened.push(await waiting);
    });

    it('C3 a job that was closed cannot commit or send any more, and closing twice is harmless', async () => {
      const job = await open();
      await job.assertHeld();
      await job.close();
      await job.close();
      expect(await failure(job.assertHeld())).to.include({ code: 'lease-lost' });
      expect(await failure(job.commit({ apiCalls: 1 }))).to.include({ code: 'lease-lost' });
      expect((await ledger.read()).apiUse).to.deep.equal([]);
    });

    it('adopts the state of a former name once', async () => {
      const old = await open({ orgId, name: 'old' });
      await old.commit({
        job: jobRow({ name: 'old', phase: 'paused' }),
        errors: [errorRow('e1', { job: 'old' })],
        run: runRow('r1', { job: 'old' }),
      });
      expect(await failure((await open()).adopt('old'))).to.include({ code: 'busy' });
      await opened.at(-1)!.close();
      await old.close();
      const job = await open();
      await job.adopt('never-there');
      expect(job.job()).to.equal(undefined);
      await job.adopt('old');
      expect(job.job()).to.include({ name: 'accounts', phase: 'paused' });
      expect(job.openError('key-e1')).to.include({ id: 'e1', job: 'accounts' });
      await job.commit({ job: { phase: 'completed' } });
      const view = await ledger.read();
      expect(view.jobs.map(({ name, snapshot }) => [name, snapshot?.name])).to.deep.equal([['accounts', 'accounts']]);
      expect(view.runs.map((run) => run.job)).to.deep.equal(['accounts']);
      const third = await open({ orgId, name: 'old' });
      await third.commit({ job: jobRow({ name: 'old' }) });
      await third.close();
      await job.adopt('old');
      expect(job.job()?.phase).to.equal('completed');
    });

    it('adopts a name that differs in case only', async () => {
      const old = await open({ orgId, name: 'Accounts' });
      await old.commit({ job: jobRow({ name: 'Accounts' }) });
      await old.close();
      const job = await open();
      await job.adopt('Accounts');
      expect(job.job()?.name).to.equal('accounts');
    });

    it('takes any text as key, field, job, value: names of prototypes and numbers too', async () => {
      const payload = JSON.parse('{"__proto__":{"polluted":"yes"},"constructor":"c","7":"seven","toString":null}');
      const names = ['__proto__', 'constructor', '7', 'hasOwnProperty'];
      const job = await open({ orgId, name: '__proto__' });
      const rows = names.map((name) => errorRow(name, { job: '__proto__', canonicalKey: name, payload }));
      await job.commit({ job: jobRow({ name: '__proto__' }), errors: rows });
      await ledger.updateSettings(() => names.map((name) => ({ scope: 'global', name, value: true })));
      await job.close();
      const again = await open({ orgId, name: '__proto__' });
      for (const name of names) {
        const found = again.openError(name)!.payload!;
        expect(JSON.stringify(found)).to.equal(JSON.stringify(payload));
        expect(Object.hasOwn(found, '__proto__')).to.equal(true);
        expect(Object.getPrototypeOf(found)).to.equal(Object.prototype);
      }
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
      const view = await ledger.read();
      expect(view.settings.map(({ name }) => name)).to.deep.equal(names);
      expect(JSON.stringify(view.exportErrors[0]?.payload)).to.equal(JSON.stringify(payload));
    });

    it('forgets settled rows, runs and API buckets when they are old, never open rows', async () => {
      const long = '2026-09-01T00:00:00.000Z';
      const job = await open();
      const runs = Array.from({ length: 12 }, (_, n) => runRow(`r${n}`, { run: n, startedAt: long, endedAt: long }));
      await job.commit({
        job: jobRow(),
        apiCalls: 1,
        errors: [
          errorRow('settled', { status: 'resolved', settledAt: long }),
          errorRow('open', { firstFailedAt: long, lastFailedAt: long }),
        ],
      });
      for (const run of runs) await job.commit({ run });
      clock.moveTo('2026-11-27T00:00:00.000Z');
      await job.commit({ apiCalls: 2 });
      await job.close();
      const view = await ledger.read();
      expect(view.exportErrors.map(({ id }) => id)).to.deep.equal(['open']);
      expect(view.runs.map(({ id }) => id)).to.deep.equal(runs.slice(2).map(({ id }) => id));
      expect(view.apiUse).to.deep.equal([{ orgId, hour: '2026-11-27T00', calls: 2 }]);
    });
  });
}

/** What a promise is rejected with; the test fails if it is not. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
}
