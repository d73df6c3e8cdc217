import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import type { RunResult } from '../../src/core/run-result.js';
import { createLedger } from '../../src/ledger/index.js';
import type { StatusResult } from '../../src/report/status-result.js';
import { Admin } from '../support/cli.js';
import { writeCalls } from '../support/writes.js';

/** Lines of one length, so that an estimate by the first of them is right. */
const key = (row: number, letter = 'A'): string => `${letter}-${String(row).padStart(3, '0')}`;
const rows = (count: number, bad: readonly number[] = [], letter = 'A'): string[][] =>
  Array.from({ length: count }, (_, index) => [key(index + 1, letter), bad.includes(index + 1) ? 'BAD' : 'Fine']);
const keys = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => key(from + index));
const isBad = ({ Name }: { Name?: unknown }): boolean => String(Name).startsWith('BAD');

/** Windows of ten records, so that few rows make many calls; so many must be left before each. */
const tens = { 'batch-size': 10, 'collections-per-request': 1 };
const needed = { pause: 21, log: 15 };

describe('A1: the API budget', () => {
  let admin: Admin;
  beforeEach(async () => {
    admin = await Admin.create();
    await set(tens);
  });
  afterEach(() => admin.end());

  const ledger = () => createLedger({ path: admin.store, clock: systemClock, random: systemRandom });
  const set = async (values: Readonly<Record<string, string | number>>): Promise<void> =>
    ledger().updateSettings((stored) => [
      ...stored.filter(({ name }) => !Object.hasOwn(values, name)),
      ...Object.entries(values).map(([name, value]) => ({ scope: admin.org.orgId, name, value })),
    ]);
  const used = async (): Promise<number> => (await admin.ledger()).apiUse.reduce((sum, { calls }) => sum + calls, 0);
  /** Calls that reached the org and counted, without the one that sf itself makes to see whose token it was given. */
  const reached = (): number =>
    admin.org.journal.filter((entry) => entry.counted && !entry.query.includes('Organization')).length;
  const only = <T>(list: readonly T[]): T => {
    expect(list).to.have.lengthOf(1);
    return list[0]!;
  };
  /** A trigger that throws for the whole chunk: nobody is named, so the search halves. */
  const throwing = (): void =>
    admin.org.triggers.add({
      name: 'Throws',
      object: 'Account',
      run: ({ new: records }) => {
        if (records.some(isBad)) throw new Error('Attempt to de-reference a null object');
      },
    });

  it('X1 stops before it would spend more, says so with figures and exit 75; goes on when the limit is raised', async () => {
    await set({ 'daily-api-limit': 28 });
    const file = await admin.accounts(rows(100));
    const first = await admin.run(file);
    expect(first.code, first.stdout).to.equal(75);
    const job = only(first.output.result.jobs);
    // The describe and seven windows; before the eighth, 20 calls are left.
    expect(job).to.deep.include({ status: 'stopped', exported: 70, failed: 0, apiCalls: 8, estimatedApiCalls: 10 });
    expect(job.checkpoint.row).to.equal(70);
    expect(job.stoppedBy).to.include({ code: 'budget', setting: 'daily-api-limit' });
    expect(job.stoppedBy?.message).to.include('allows 28 API calls').and.include('8 are used').and.include('21');
    expect(job.warnings.join()).to.include('About 10 API calls are needed').and.include('27 are left today');
    expect(first.output.result.apiUse).to.include({ last24Hours: 8, limit: 28, left: 20 });
    expect(admin.written()).to.deep.equal(keys(1, 70));
    expect(await admin.exportErrors()).to.deep.equal([]);
    expect(reached()).to.equal(8);
    expect(await used()).to.equal(8);

    const screen = await admin.sf('run', ...admin.adHoc(file));
    expect(screen.code).to.equal(75);
    expect(screen.stdout).to.include(
      'Stopped: The setting daily-api-limit allows 28 API calls in 24 hours: 9 are used',
    );
    expect(screen.stdout).to.match(/There is room again from \d{4}-\d\d-\d\d \d\d:00 UTC on\./);
    expect(screen.stdout).to.include('settings set daily-api-limit none').and.include('Settled up to row 70');
    expect(screen.stderr).to.match(/about 3 API calls to its end; 19 left today/);
    expect(reached()).to.equal(9);

    // Spent to the end: known from the ledger alone, so nothing is asked of the org.
    await ledger().addApiCalls(admin.org.orgId, { calls: 19 });
    const spent = await admin.run(file);
    expect(spent.code).to.equal(75);
    expect(only(spent.output.result.jobs)).to.deep.include({
      status: 'stopped',
      apiCalls: 0,
      checkpoint: { row: 70, line: 71 },
    });
    expect(spent.output.result.apiUse).to.include({ last24Hours: 28, left: 0 });
    expect(reached()).to.equal(9);

    expect((await admin.sf('settings', 'set', 'daily-api-limit', '1000', '--org-id', admin.org.orgId)).code).to.equal(
      0,
    );
    const last = await admin.run(file);
    expect(last.code, last.stdout).to.equal(0);
    expect(only(last.output.result.jobs)).to.include({ status: 'completed', exported: 30, estimatedApiCalls: 3 });
    expect(only(last.output.result.jobs).warnings).to.deep.equal([]);
    expect(admin.written()).to.deep.equal(keys(1, 100));
  });

  for (const [room, code] of [
    [needed.pause, 69],
    [needed.pause - 1, 75],
  ] as const) {
    it(`H1 with ${room} calls left before a window with a failing record: ${code === 69 ? 'finds it' : 'does not begin it'}`, async () => {
      throwing();
      // The describe, four windows, and what is left then.
      await set({ 'daily-api-limit': 5 + room });
      const ended = await admin.run(await admin.accounts(rows(60, [45])));
      expect(ended.code, ended.stdout).to.equal(code);
      const job = only(ended.output.result.jobs);
      expect(await used())
        .to.equal(reached())
        .and.to.be.at.most(5 + room);
      if (code === 69) {
        expect(job.pausedOn).to.include({ row: 45 });
        expect(only(await admin.exportErrors())).to.include({ row: 45, attempts: 1 });
        expect(admin.written()).to.deep.equal(keys(1, 44));
      } else {
        expect(job.stoppedBy?.code).to.equal('budget');
        expect(job.checkpoint.row).to.equal(40);
        expect(await admin.exportErrors()).to.deep.equal([]);
        expect(admin.written()).to.deep.equal(keys(1, 40));
        expect(writeCalls(admin.org)).to.have.lengthOf(4);
      }
    });
  }

  it('L1 log: a window that takes more than was foreseen stops where it was decided; a later run logs each row once', async () => {
    throwing();
    const bad = [1, 4, 7, 10];
    await set({ 'daily-api-limit': 1 + needed.log });
    const file = await admin.accounts(rows(10, bad));
    const stopped = await admin.run(file, '--on-error', 'log');
    expect(stopped.code, stopped.stdout).to.equal(75);
    const { checkpoint, stoppedBy } = only(stopped.output.result.jobs);
    expect(stoppedBy?.code).to.equal('budget');
    expect(await used()).to.equal(1 + needed.log);
    expect(checkpoint.row).to.be.within(1, 9);
    expect((await admin.exportErrors()).map(({ row }) => row)).to.deep.equal(
      bad.filter((row) => row <= checkpoint.row),
    );

    await set({ 'daily-api-limit': 'none' });
    expect((await admin.run(file, '--on-error', 'log')).code).to.equal(68);
    expect((await admin.exportErrors()).map(({ row, attempts }) => [row, attempts])).to.deep.equal(
      bad.map((row) => [row, 1]),
    );
    expect(new Set(admin.written())).to.deep.equal(new Set(keys(1, 10).filter((_, index) => !bad.includes(index + 1))));
  });

  it("the reserve of the org's own allocation is not touched, whoever used the rest; status shows both", async () => {
    await set({ 'api-reserve': 20 });
    Object.assign(admin.org.limits.DailyApiRequests, { Max: 1_000, Remaining: 225 });
    const file = await admin.accounts(rows(100));
    const first = await admin.run(file);
    expect(first.code, first.stdout).to.equal(75);
    const job = only(first.output.result.jobs);
    expect(job.stoppedBy).to.include({ code: 'budget', setting: 'api-reserve' });
    expect(job.stoppedBy?.message).to.include('of its 1,000 API calls').and.include('keeps 200 (20 %) untouched');
    expect(job.exported).to.be.within(10, 90);
    expect(admin.org.limits.DailyApiRequests.Remaining).to.be.at.least(200);
    expect(first.output.result.apiUse).to.deep.include({ limit: null, reserve: 20, reservedCalls: 200 });

    const status = await admin.json<StatusResult>('status', '--org-id', admin.org.orgId);
    const { apiUse, jobs } = status.output.result;
    expect(apiUse).to.include({ last24Hours: job.apiCalls, reserve: 20, reservedCalls: 200, limit: null });
    expect(apiUse.org).to.include({ max: 1_000, used: 1_000 - admin.org.limits.DailyApiRequests.Remaining });
    expect(
      only(jobs)
        .next.map(({ command }) => command)
        .join('\n'),
    ).to.include('settings set api-reserve 0%');

    expect((await admin.sf('settings', 'set', 'api-reserve', '5 %', '--org-id', admin.org.orgId)).code).to.equal(0);
    const last = await admin.run(file);
    expect(last.code, last.stdout).to.equal(0);
    expect(admin.written()).to.deep.equal(keys(1, 100));
  });

  it('R1 a retry stops as well, keeps what it settled, and the next one goes on', async () => {
    admin.org.rules.add({ name: 'Bad', object: 'Account', message: 'Bad', field: 'Name', predicate: isBad });
    const file = await admin.accounts(
      rows(
        30,
        Array.from({ length: 30 }, (_, index) => index + 1),
      ),
    );
    expect((await admin.run(file, '--on-error', 'log')).code).to.equal(68);
    admin.org.rules.disable('Bad');
    const before = await used();
    const retry = () => admin.json<RetryResult>('retry', ...admin.orgFlags);

    await set({ 'daily-api-limit': before });
    const none = await retry();
    expect(none.code, none.stdout).to.equal(75);
    expect(none.output.result).to.deep.include({
      attempted: 0,
      apiCalls: 0,
      skipped: [{ reason: 'stopped', count: 30 }],
    });
    expect(await used()).to.equal(before);

    await set({ 'daily-api-limit': before + 1 + needed.log });
    const some = await retry();
    expect(some.code, some.stdout).to.equal(75);
    expect(some.output.result).to.deep.include({
      attempted: 10,
      resolved: 10,
      skipped: [{ reason: 'stopped', count: 20 }],
    });
    expect(only(some.output.result.jobs).stoppedBy).to.include({ code: 'budget', setting: 'daily-api-limit' });
    const open = (await admin.exportErrors()).filter(({ status }) => status === 'pending');
    expect(open.map(({ attempts, retries }) => [attempts, retries])).to.deep.equal(Array(20).fill([1, 0]));
    const screen = await admin.sf('retry', ...admin.orgFlags);
    expect(screen.code).to.equal(75);
    expect(screen.stdout).to.include(
      `The setting daily-api-limit allows ${before + 1 + needed.log} API calls in 24 hours`,
    );
    expect(screen.stdout).to.include('settings set daily-api-limit none');

    await set({ 'daily-api-limit': 'none' });
    expect((await retry()).output.result).to.include({ attempted: 20, resolved: 20 });
    expect(admin.written()).to.deep.equal(keys(1, 30));
  });

  it('two jobs of one run share the limit: the second begins with what the first left, and stops the run', async () => {
    await set({ 'daily-api-limit': 2 + 5 + 2 + needed.pause });
    const names = ['accounts', 'more', 'never'];
    for (const name of names) await admin.accounts(rows(50, [], name.charAt(0)), 'Ext_Id__c,Name', `${name}.csv`);
    const jobs = names.map((name) => ({
      name,
      object: 'Account',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: `${name}.csv` },
    }));
    await admin.write('crm-export.json', JSON.stringify({ jobs }));
    const { code, output, stdout } = await admin.json<RunResult>('run', ...admin.orgFlags);
    expect(code, stdout).to.equal(75);
    // One describe for all; five windows, and then as many as leave enough for another.
    expect(output.result.jobs.map(({ job, status, exported }) => [job, status, exported])).to.deep.equal([
      ['accounts', 'completed', 50],
      ['more', 'stopped', 40],
      ['never', 'stopped', 0],
    ]);
    expect(await used()).to.equal(reached());
  });

  it('C3 two processes share the limit: together they stay within it', async () => {
    await set({ 'daily-api-limit': 60 });
    const files = [
      await admin.accounts(rows(600)),
      await admin.accounts(rows(600, [], 'B'), 'Ext_Id__c,Name', 'more.csv'),
    ];
    const ended = await Promise.all(files.map((file) => admin.run(file)));
    for (const { code, output, stdout } of ended) {
      expect(code, stdout).to.equal(75);
      expect(only(output.result.jobs).stoppedBy?.code).to.equal('budget');
    }
    expect(await used())
      .to.equal(reached())
      .and.to.be.within(60 - needed.pause, 60);
  });

  it('calls of checks that fail and of jobs that are busy are counted too; a dry run leaves no trace', async () => {
    const file = await admin.accounts(rows(20));
    const unknown = ['--file', file, '--sobject', 'Nothing__c', '--external-id', 'Ext_Id__c', ...admin.orgFlags];
    expect((await admin.json('run', ...unknown)).code).to.equal(1);
    expect(await used()).to.equal(1);
    const held = await ledger().openJob({ orgId: admin.org.orgId, name: 'Account-accounts' });
    expect((await admin.run(file)).code).to.equal(75);
    await held.close();
    expect(await used()).to.equal(2);
    expect((await admin.run(file, '--dry-run')).code).to.equal(0);
    expect(await used()).to.equal(2);
    expect(reached()).to.equal(3);
  });

  it('X1 a dry run counts the calls that the run then makes, and warns when they will not do', async () => {
    await set({ 'collections-per-request': 'auto' });
    admin.org.triggers.add({ name: 'Idle', object: 'Account', run: () => undefined });
    const file = await admin.accounts(rows(95));
    await set({ 'daily-api-limit': 20 });
    const dry = await admin.run(file, '--dry-run');
    expect(dry.code, dry.stdout).to.equal(0);
    const told = only(dry.output.result.jobs);
    // The describe, the question for triggers, and ten windows of one collection.
    expect(told.estimatedApiCalls).to.equal(12);
    expect(told.warnings.join()).to.include('12 API calls are needed').and.include('18 are left today');
    const screen = await admin.sf('run', ...admin.adHoc(file), '--dry-run');
    expect(screen.stdout).to.include('A run needs 12 API calls').and.include('18 are left today');

    await set({ 'daily-api-limit': 'none' });
    const run = await admin.json<RunResult>('run', ...admin.adHoc(file));
    expect(run.code, run.stdout).to.equal(0);
    expect(only(run.output.result.jobs)).to.include({ apiCalls: 12, exported: 95 });
  });
});
