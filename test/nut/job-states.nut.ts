/*
 * Table 4.2 of the design, command by state of the job, over real HTTP. Not here: *in doubt* (there is no insert yet), and
 *
 * | cell                                                        | is tested in                              |
 * |-------------------------------------------------------------|-------------------------------------------|
 * | run x paused: row mended, another key, gone, file changed   | run-source: H2, R2 …                      |
 * | run x running elsewhere, with --lock-wait; retry that waits | side-by-side, retry-beside                |
 * | --dry-run x each state: what it reads, finds and writes     | run-source: --dry-run reads all …         |
 * | --from-row behind the end of the source, --from-row 1       | run-source: --restart … --from-row …      |
 * | retry x paused: other key, changed file                     | retry.nut: R2 …                           |
 * | skip --discard, skip without a terminal                     | run-source, commands-errors               |
 * | retry --limit, filters                                      | retry-filters                             |
 */
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import type { RunResult } from '../../src/core/run-result.js';
import { createLedger } from '../../src/ledger/index.js';
import { jobOf, JobDesk, logs, retryOf, type Ended } from '../support/job-desk.js';

const rowsOf = (job: string, ...rows: readonly number[]): string[] => rows.map((row) => `${job}-${row}`);

async function brief(desk: JobDesk, job: string): Promise<unknown[]> {
  return (await desk.errors(job)).map(({ row, status, attempts, retries }) => [row, status, attempts, retries]);
}

/** What a command ended with, and what it sent of each job, request by request. */
type Step<T> = { readonly ended: Ended<T>; readonly sent: (job: string) => unknown[][] };

async function step<T>(desk: JobDesk, ended: Promise<Ended<T>>, jobs: readonly string[]): Promise<Step<T>> {
  const result = await ended;
  const sent = new Map(jobs.map((job) => [job, desk.sent(job)]));
  return { ended: result, sent: (job) => sent.get(job)! };
}

describe('4.2 commands and states', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  const paused = ['RP', 'RS', 'LP', 'LG', 'SP', 'SA', 'FP', 'DP', 'KP'];
  const completed = ['RN', 'LN', 'SN', 'FN', 'DN', 'KN'];
  const all = [...completed, ...paused, 'TN', 'TP'];
  const named = (...jobs: readonly string[]): string[] => jobs.flatMap((job) => ['--job', job]);
  let opened: Step<RunResult>;
  let run: Step<RunResult>;
  let logged: Step<RunResult>;
  let restarted: Step<RunResult>;
  const fromRow: Record<string, Step<RunResult>> = {};
  const dry: Record<string, Ended<RunResult>> = {};
  let dryBefore: unknown;
  let dryAfter: unknown;
  let retried: Step<RetryResult>;
  const skipped: Record<string, Ended<{ checkpoint: { row: number } }>> = {};
  let behind: Step<RunResult>;
  let nothingNew: Step<RunResult>;

  before(async () => {
    desk = await JobDesk.create('BAD', 'MEND');
    await desk.define({ ...Object.fromEntries(all.map((job) => [job, {}])), TN: logs });
    for (const job of completed) await desk.file(job, 5);
    for (const job of paused) await desk.file(job, 5, { 3: 'BAD' });
    await desk.file('TN', 5, { 2: 'MEND', 4: 'BAD' });
    const first = ['FN', 'TP'];
    await desk.file('FN', 5, { 2: 'BAD' });
    await desk.file('TP', 6, { 2: 'MEND', 5: 'MEND' });
    expect((await desk.run('--on-error', 'log', ...named(...first))).code).to.equal(68);
    const others = all.filter((job) => !first.includes(job));
    opened = await step(desk, desk.run(...named(...others)), all);
    // Pending before n, n, and pending behind n.
    await desk.file('TP', 6, { 2: 'MEND', 4: 'MEND', 5: 'MEND' });
    expect((await desk.run('--from-row', '4', '--job', 'TP')).code).to.equal(69);

    await desk.file('RP', 5, { 3: 'Mended' });
    run = await step(desk, desk.run(...named('RP', 'RS')), all);
    await desk.file('LN', 7, { 6: 'BAD' });
    await desk.file('LP', 5, { 3: 'BAD', 5: 'BAD' });
    await desk.file('LG', 5, { 3: 'Mended' });
    logged = await step(desk, desk.run('--on-error', 'log', ...named('LN', 'LP', 'LG')), all);
    await desk.file('SP', 5, { 3: null });
    restarted = await step(desk, desk.run('--restart', ...named('SN', 'SP', 'SA')), all);
    for (const job of ['FN', 'FP']) fromRow[job] = await step(desk, desk.run('--from-row', '4', '--job', job), all);
    dryBefore = await desk.admin.ledger();
    for (const job of ['DN', 'DP']) dry[job] = await desk.run('--dry-run', '--job', job);
    dryAfter = await desk.admin.ledger();
    desk.admin.org.rules.disable('MEND');
    retried = await step(desk, desk.retry(...named('TN', 'TP')), all);
    for (const job of ['KN', 'KP']) skipped[job] = await desk.decide('skip', '--job', job);
    behind = await step(desk, desk.run('--job', 'KP'), all);
    nothingNew = await step(desk, desk.run(...named('RN', 'LP', 'FN', 'TN', 'KP')), all);
  });
  after(() => desk.admin.end());

  it('4.2 run, not paused: to the end; 0', () => {
    expect(jobOf(opened.ended, 'RN')).to.deep.include({ status: 'completed', read: 5, exported: 5, pausedOn: null });
    expect(jobOf(opened.ended, 'RN').checkpoint.row).to.equal(5);
  });

  it('4.2 run, not paused: to the first refusal; 69', () => {
    expect(opened.ended.code, opened.ended.stdout).to.equal(69);
    expect(jobOf(opened.ended, 'RS')).to.include({ status: 'paused', exported: 2, failed: 1 });
    expect(jobOf(opened.ended, 'RS').pausedOn).to.include({ row: 3, key: 'RS-3' });
  });

  it('4.2 run, paused on n: n alone; passes: on', () => {
    expect(run.sent('RP')).to.deep.equal([rowsOf('RP', 3), rowsOf('RP', 4, 5)]);
    expect(jobOf(run.ended, 'RP')).to.deep.include({ status: 'completed', exported: 3, pausedOn: null });
  });

  it('4.2 run, paused on n: n alone; refused: the job stays; 69', async () => {
    expect(run.ended.code).to.equal(69);
    expect(run.sent('RS')).to.deep.equal([rowsOf('RS', 3)]);
    expect(jobOf(run.ended, 'RS')).to.include({ status: 'paused', exported: 0, failed: 1 });
    expect(await brief(desk, 'RS')).to.deep.equal([[3, 'pending', 2, 0]]);
  });

  it('4.2 run --on-error log, not paused: to the end; the inconsistency warning; 68', async () => {
    expect(logged.ended.code, logged.ended.stdout).to.equal(68);
    expect(logged.ended.output.warnings.join()).to.include('inconsistent');
    expect(logged.sent('LN')).to.deep.equal([rowsOf('LN', 6, 7)]);
    expect(jobOf(logged.ended, 'LN')).to.include({ status: 'completedWithErrors', exported: 1, failed: 1 });
    expect(await brief(desk, 'LN')).to.deep.equal([[6, 'pending', 1, 0]]);
  });

  it('4.2 run --on-error log, paused on n: n is tried and logged in the same row, on to the end, no longer paused', async () => {
    expect(logged.sent('LP').flat()).to.deep.equal(rowsOf('LP', 3, 4, 5));
    expect(jobOf(logged.ended, 'LP')).to.deep.include({ status: 'completedWithErrors', failed: 2, pausedOn: null });
    expect(await brief(desk, 'LP')).to.deep.equal([
      [3, 'pending', 2, 0],
      [5, 'pending', 1, 0],
    ]);
    expect(await desk.record('LP')).to.deep.include({ phase: 'completed', pausedOn: null });
  });

  it('4.2 run --on-error log, paused on n: n passes: resolved, on to the end', async () => {
    expect(jobOf(logged.ended, 'LG')).to.deep.include({ status: 'completed', exported: 3, failed: 0, pausedOn: null });
    expect(await brief(desk, 'LG')).to.deep.equal([[3, 'resolved', 1, 0]]);
  });

  it('4.2 run --restart, not paused: row 1', () => {
    expect(restarted.sent('SN').flat()).to.deep.equal(rowsOf('SN', 1, 2, 3, 4, 5));
    expect(jobOf(restarted.ended, 'SN')).to.include({ status: 'completed', updated: 5, created: 0 });
  });

  it('4.2 run --restart, paused on n: row 1; the error of n stays open', async () => {
    expect(restarted.sent('SP').flat()).to.deep.equal(rowsOf('SP', 1, 2, 4, 5));
    expect(jobOf(restarted.ended, 'SP')).to.deep.include({ status: 'completed', pausedOn: null });
    expect(await brief(desk, 'SP')).to.deep.equal([[3, 'pending', 1, 0]]);
  });

  it('4.2 run --restart, paused on n, which is refused again: paused there, the same row', async () => {
    expect(restarted.ended.code).to.equal(69);
    expect(restarted.sent('SA')[0]).to.include.members(rowsOf('SA', 1, 2));
    expect(jobOf(restarted.ended, 'SA').pausedOn).to.include({ row: 3, attempts: 2 });
    expect(await brief(desk, 'SA')).to.deep.equal([[3, 'pending', 2, 0]]);
  });

  it('4.2 run --from-row N, not paused: checkpoint = N-1, open errors stay', async () => {
    const { ended, sent } = fromRow['FN']!;
    expect(ended.code, ended.stdout).to.equal(0);
    expect(sent('FN')).to.deep.equal([rowsOf('FN', 4, 5)]);
    expect(await brief(desk, 'FN')).to.deep.equal([[2, 'pending', 1, 0]]);
  });

  it('4.2 run --from-row N, paused on n: the same, the pause is lifted', async () => {
    const { ended, sent } = fromRow['FP']!;
    expect(ended.code, ended.stdout).to.equal(0);
    expect(sent('FP')).to.deep.equal([rowsOf('FP', 4, 5)]);
    expect(await brief(desk, 'FP')).to.deep.equal([[3, 'pending', 1, 0]]);
    expect(await desk.record('FP')).to.deep.include({ phase: 'completed', pausedOn: null });
  });

  it('4.2 run --dry-run, not paused, and paused on n: reads all from row 1, changes nothing anywhere; 0', () => {
    for (const job of ['DN', 'DP']) {
      expect(dry[job]!.code, dry[job]!.stdout).to.equal(0);
      expect(jobOf(dry[job]!, job)).to.include({ status: 'completed', read: 5, exported: 0 });
    }
    expect(dryAfter).to.deep.equal(dryBefore);
    expect(desk.written('DN')).to.deep.equal(rowsOf('DN', 1, 2, 3, 4, 5));
    expect(desk.written('DP')).to.deep.equal(rowsOf('DP', 1, 2));
  });

  it('4.2 retry, not paused: all pending; 68 if a row is still pending', async () => {
    expect(retried.ended.code, retried.ended.stdout).to.equal(68);
    expect(retried.sent('TN')).to.deep.equal([rowsOf('TN', 2, 4)]);
    expect(retryOf(retried.ended, 'TN')).to.deep.include({ attempted: 2, resolved: 1, stillFailing: 1, skipped: [] });
    expect(await brief(desk, 'TN')).to.deep.equal([
      [2, 'resolved', 1, 0],
      [4, 'pending', 2, 1],
    ]);
  });

  it('4.2 retry, paused on n: the rows before the checkpoint, then n; the rows behind are the next run’s, and no other is sent', async () => {
    expect(retried.sent('TP')).to.deep.equal([rowsOf('TP', 2), rowsOf('TP', 4)]);
    expect(retryOf(retried.ended, 'TP')).to.deep.include({
      attempted: 2,
      resolved: 2,
      movedPast: true,
      skipped: [{ reason: 'behind-checkpoint', count: 1 }],
    });
    expect(await brief(desk, 'TP')).to.deep.equal([
      [2, 'resolved', 1, 0],
      [5, 'pending', 1, 0],
      [4, 'resolved', 1, 0],
    ]);
    const record = await desk.record('TP');
    expect(record).to.deep.include({ phase: 'open', pausedOn: null });
    expect(record.checkpoint.row).to.equal(4);
  });

  it('4.2 skip, not paused: refused; 1', async () => {
    const { code, output } = skipped['KN']!;
    expect([code, output.name]).to.deep.equal([1, 'NotPausedError']);
    expect(output.actions).to.not.be.empty;
    expect((await desk.record('KN')).checkpoint.row).to.equal(5);
  });

  it('4.2 skip, paused on n: the job stands after n, and the next run goes on behind it', async () => {
    expect(skipped['KP']!.code, skipped['KP']!.stdout).to.equal(0);
    expect(skipped['KP']!.output.result.checkpoint.row).to.equal(3);
    expect(behind.sent('KP')).to.deep.equal([rowsOf('KP', 4, 5)]);
    expect(await brief(desk, 'KP')).to.deep.equal([[3, 'pending', 1, 0]]);
  });

  it('4.2 nothing new: 0 records read, no write call, exit 0, even with open errors', () => {
    expect(nothingNew.ended.code, nothingNew.ended.stdout).to.equal(0);
    for (const { job, read, exported, failed, status } of nothingNew.ended.output.result.jobs) {
      expect([read, exported, failed, status], job).to.deep.equal([0, 0, 0, 'completed']);
      expect(nothingNew.sent(job), job).to.deep.equal([]);
    }
    expect(nothingNew.ended.output.result.jobs).to.have.lengthOf(5);
  });
});

describe('4.2 commands and a job that runs elsewhere', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  const jobs = ['HN', 'HP'];
  const named = jobs.flatMap((job) => ['--job', job]);
  const held: { close: () => Promise<void> }[] = [];
  let stood: unknown;
  const state = async (): Promise<unknown> => {
    const { jobs: records, exportErrors } = await desk.admin.ledger();
    return { records: records.filter(({ name }) => jobs.includes(name)), exportErrors };
  };

  before(async () => {
    desk = await JobDesk.create('BAD');
    await desk.define({ HN: logs, HP: {}, FREE: {} });
    await desk.file('HN', 3, { 2: 'BAD' });
    await desk.file('HP', 3, { 2: 'BAD' });
    await desk.file('FREE', 1);
    expect((await desk.run()).code).to.equal(69);
    await desk.file('HN', 4, { 2: 'BAD' });
    const ledger = createLedger({ path: desk.admin.store, clock: systemClock, random: systemRandom });
    for (const name of jobs) held.push(await ledger.openJob({ orgId: desk.admin.org.orgId, name }));
    stood = await state();
  });
  after(async () => {
    for (const one of held) await one.close();
    await desk.admin.end();
  });
  afterEach('nothing of the jobs was sent, nothing changed', async () => {
    for (const job of jobs) expect(desk.sent(job)).to.deep.equal([]);
    expect(await state()).to.deep.equal(stood);
  });

  function expectBusy(ended: Ended<RunResult>, names: readonly string[]): void {
    expect(ended.code, ended.stdout).to.equal(75);
    expect(ended.output.result.status).to.equal('stopped');
    for (const name of names) {
      const { stoppedBy, ...job } = jobOf(ended, name);
      expect(job).to.include({ status: 'stopped', read: 0, exported: 0 });
      expect(stoppedBy?.code).to.equal('busy');
      expect(stoppedBy?.message)
        .to.match(/since \d{4}-\d\d-\d\dT/)
        .and.include(`process ${process.pid}`);
    }
  }

  it('4.2 run: 75; who holds it and since when; other jobs run', async () => {
    await desk.file('FREE', 2);
    const ended = await desk.run();
    expectBusy(ended, jobs);
    expect(jobOf(ended, 'FREE')).to.include({ status: 'completed', exported: 1 });
    // Where it stands is told all the same.
    expect(jobOf(ended, 'HP').pausedOn).to.include({ row: 2, key: 'HP-2' });
  });

  it('4.2 run --on-error log: 75', async () => expectBusy(await desk.run('--on-error', 'log', ...named), jobs));

  it('4.2 run --restart: 75', async () => expectBusy(await desk.run('--restart', ...named), jobs));

  it('4.2 run --from-row N: 75', async () => expectBusy(await desk.run('--from-row', '2', '--job', 'HP'), ['HP']));

  it('4.2 run --dry-run: allowed; 0', async () => {
    const ended = await desk.run('--dry-run', ...named);
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result.jobs.map(({ job, status, read }) => [job, status, read])).to.deep.equal([
      ['HN', 'completed', 4],
      ['HP', 'completed', 3],
    ]);
  });

  it('4.2 retry: waits for --lock-wait, then skipped; 75', async () => {
    const ended = await desk.retry('--lock-wait', '0');
    expect(ended.code, ended.stdout).to.equal(75);
    expect(ended.output.result).to.deep.include({ status: 'stopped', attempted: 0 });
    expect(ended.output.result.skipped).to.deep.equal([{ reason: 'busy', count: 2 }]);
    expect(ended.output.result.jobs.map(({ stoppedBy }) => stoppedBy?.code)).to.deep.equal(['busy', 'busy']);
  });

  it('4.2 skip: 75', async () => {
    const { code, output } = await desk.decide('skip', '--job', 'HP');
    expect([code, output.name]).to.deep.equal([75, 'LedgerBusyError']);
  });
});

describe('4 a job that waits takes the exit code of what it waits for', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  beforeEach(async () => {
    desk = await JobDesk.create('BAD');
    await desk.define({ FIRST: {}, THEN: { after: ['FIRST'] } });
    await desk.file('FIRST', 5, { 5: 'BAD' });
    await desk.file('THEN', 1);
  });
  afterEach(() => desk.admin.end());

  async function expectWaiting(code: number, ...more: readonly string[]): Promise<void> {
    const ended = await desk.run(...more);
    expect(jobOf(ended, 'THEN')).to.include({ status: 'waiting', read: 0 });
    expect(desk.sent('THEN')).to.deep.equal([]);
    expect(ended.code, ended.stdout).to.equal(code);
  }

  it('it was stopped by the org before: 75, for the next run goes on; then it is paused: 69', async () => {
    desk.admin.org.faults.next({ kind: 'requestLimit', limit: 'total', match: ({ method }) => method === 'POST' });
    expect((await desk.run('--job', 'FIRST')).code).to.equal(75);
    await expectWaiting(75, '--job', 'THEN');
    expect((await desk.run('--job', 'FIRST')).code).to.equal(69);
    await expectWaiting(69, '--job', 'THEN');
    await expectWaiting(69);
  });

  it('it runs elsewhere: 75', async () => {
    const ledger = createLedger({ path: desk.admin.store, clock: systemClock, random: systemRandom });
    const held = await ledger.openJob({ orgId: desk.admin.org.orgId, name: 'FIRST' });
    try {
      await expectWaiting(75);
    } finally {
      await held.close();
    }
  });
});

describe('4.2 X1 --json says the same as the screen', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  before(async () => {
    desk = await JobDesk.create('BAD', 'MEND');
    // Twins: one is told about in JSON, the other on the screen.
    await desk.define({ PJ: {}, PS: {}, LJ: logs, LS: logs });
    for (const job of ['PJ', 'PS']) await desk.file(job, 5, { 3: 'BAD' });
    for (const job of ['LJ', 'LS']) await desk.file(job, 9, { 2: 'BAD', 4: 'MEND', 6: 'BAD', 7: 'MEND' });
  });
  after(() => desk.admin.end());

  const screen = (...args: readonly string[]) => desk.admin.sf(...args, ...desk.admin.orgFlags);

  it('run, paused: 69; counts, the record, the org’s words and the next steps', async () => {
    const json = await desk.run('--job', 'PJ');
    const text = await screen('run', '--job', 'PS');
    expect([json.code, json.output.status, text.code]).to.deep.equal([69, 69, 69]);
    const { pausedOn } = jobOf(json, 'PJ');
    expect(text.stdout).to.include('PS-3').and.include(pausedOn!.errors[0]!.message);
    expect(text.stdout)
      .to.match(/row 3/)
      .and.match(/line 4/);
    expect(text.stdout).to.include('sf crm-export skip --job PS');
  });

  it('run, logged: 68; counts and causes', async () => {
    const json = await desk.run('--job', 'LJ');
    const text = await screen('run', '--job', 'LS');
    expect([json.code, json.output.status, text.code]).to.deep.equal([68, 68, 68]);
    expect(jobOf(json, 'LJ')).to.include({ read: 9, exported: 5, failed: 4 });
    expect(text.stdout)
      .to.match(/9 (records )?read/)
      .and.match(/5 exported/)
      .and.match(/4 (failed|refused)/);
    expect(text.stdout).to.include('BAD is not a name').and.include('sf crm-export retry');
  });

  it('retry, some still failing: 68; counts and causes, and what to type next', async () => {
    desk.admin.org.rules.disable('MEND');
    const json = await desk.retry('--job', 'LJ');
    const text = await screen('retry', '--job', 'LS');
    expect([json.code, json.output.status, text.code]).to.deep.equal([68, 68, 68]);
    const { attempted, resolved, stillFailing, apiCalls } = json.output.result;
    expect([attempted, resolved, stillFailing]).to.deep.equal([4, 2, 2]);
    expect(text.stdout).to.include(
      `${attempted} records tried, ${resolved} resolved, ${stillFailing} still failing; ${apiCalls} API calls.`,
    );
    expect(text.stdout).to.include('BAD is not a name').and.include('sf crm-export errors list');
  });

  it('retry of what is paused, accepted: 0; the job is said to go on', async () => {
    desk.admin.org.rules.disable('BAD');
    const json = await desk.retry('--job', 'PJ');
    const text = await screen('retry', '--job', 'PS');
    expect([json.code, json.output.status, text.code]).to.deep.equal([0, 0, 0]);
    expect(retryOf(json, 'PJ')).to.include({ movedPast: true });
    expect(text.stdout).to.include('1 record tried, 1 resolved').and.include('the next run goes on behind it');
  });

  it('retry, nothing pending: 0, no API call at all, on the screen and in --json', async () => {
    expect((await desk.retry()).code).to.equal(0);
    desk.mark();
    const json = await desk.retry();
    const text = await screen('retry');
    expect([json.code, json.output.status, text.code]).to.deep.equal([0, 0, 0]);
    expect(json.output.result).to.deep.include({
      status: 'completed',
      attempted: 0,
      apiCalls: 0,
      jobs: [],
      skipped: [],
    });
    expect(text.stdout).to.include('nothing to retry');
    expect(desk.counted()).to.deep.equal([]);
  });

  it('run, nothing new: 0, no write call', async () => {
    expect((await desk.run()).code).to.equal(0);
    const json = await desk.run();
    const text = await screen('run');
    expect([json.code, json.output.status, text.code]).to.deep.equal([0, 0, 0]);
    expect(json.output.result.jobs.map(({ read }) => read)).to.deep.equal([0, 0, 0, 0]);
    expect(desk.writes()).to.deep.equal([]);
    expect(text.stdout.match(/0 records read, 0 exported/g)).to.have.lengthOf(4);
  });

  it('a file with a header only: 0 records, 0, with a warning; an empty one: 1', async () => {
    await desk.define({ HEAD: {} });
    await desk.rows('HEAD', []);
    const json = await desk.run();
    const text = await screen('run');
    expect([json.code, text.code]).to.deep.equal([0, 0]);
    expect(jobOf(json, 'HEAD')).to.include({ read: 0, status: 'completed' });
    const warning = [...json.output.warnings, ...jobOf(json, 'HEAD').warnings].find((one) => one.includes('HEAD.csv'));
    expect(warning).to.match(/no (rows|records)/i);
    expect(text.stdout + text.stderr).to.include(warning);
    await desk.admin.write('HEAD.csv', '');
    const empty = await desk.run();
    const emptyText = await screen('run');
    expect([empty.code, emptyText.code]).to.deep.equal([1, 1]);
    expect(empty.output.message).to.include('HEAD.csv');
    expect(emptyText.stderr).to.include('HEAD.csv');
  });
});
