/* What `retry` takes: --job, --id, --code, --older-than, --limit, and what lies behind a checkpoint (retry.nut has the plain cases). */
import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import { JobDesk, logs, retryOf, type Ended } from '../support/job-desk.js';

/** More than there are hexadecimal digits: two ids begin with the same one. */
const many = 17;

describe('retry: filters', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  before(async () => {
    desk = await JobDesk.create('BAD');
    await desk.define({ F1: logs, F2: logs, NONE: logs });
    await desk.file('F1', many, Object.fromEntries(Array.from({ length: many }, (_, at) => [at + 1, 'BAD'])));
    await desk.file('F2', 4, { 2: 'BAD', 4: 'BAD' });
    await desk.file('NONE', 1);
    expect((await desk.run()).code).to.equal(68);
    desk.admin.org.rules.disable('BAD');
  });
  after(() => desk.admin.end());

  const told = ({ output: { message, warnings } }: Ended<RetryResult>): string =>
    [message, ...(warnings ?? [])].join('\n');

  async function untouched(): Promise<void> {
    expect(desk.writes()).to.deep.equal([]);
    const states = (await desk.admin.exportErrors()).map(({ status, attempts }) => `${status} ${attempts}`);
    expect(new Set(states)).to.deep.equal(new Set(['pending 1']));
  }

  it('--job: a name that no job has is an error that names it and says what to do; nothing is sent', async () => {
    const ended = await desk.retry('--job', 'F1x');
    expect(ended.code, ended.stdout).to.equal(1);
    expect(told(ended)).to.include('F1x');
    expect(ended.output.actions).to.not.be.empty;
    await untouched();
    // Also beside one that is right: a script with a typo must not look as if all were well.
    const beside = await desk.retry('--job', 'NONE', '--job', 'F1x');
    expect(beside.code, beside.stdout).to.equal(1);
    expect(told(beside)).to.include('F1x');
    await untouched();
  });

  it('--job: a job with nothing pending: exit 0, no API call', async () => {
    const ended = await desk.retry('--job', 'NONE');
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 0, apiCalls: 0 });
    expect(desk.counted()).to.deep.equal([]);
  });

  it('--id: one that no row has, an empty one, and one that several rows begin with are errors; nothing is sent', async () => {
    const unknown = await desk.retry('--id', 'zzzz');
    expect(unknown.code, unknown.stdout).to.equal(1);
    expect(told(unknown)).to.include('zzzz');
    expect(unknown.output.actions).to.not.be.empty;
    await untouched();

    const empty = await desk.retry('--id', '');
    expect(empty.code, empty.stdout).to.equal(2);
    await untouched();

    const firsts = (await desk.admin.exportErrors()).map(({ id }) => id[0]!);
    const shared = firsts.find((digit, at) => firsts.indexOf(digit) !== at)!;
    const several = await desk.retry('--id', shared);
    expect(several.code, several.stdout).to.equal(1);
    expect(told(several)).to.match(/\d+ ExportErrors/);
    await untouched();
  });

  it('--code: one that no pending row has is told; nothing is sent', async () => {
    const ended = await desk.retry('--code', 'FIELD_CUSTOM_VALIDATION');
    expect(told(ended)).to.include('FIELD_CUSTOM_VALIDATION');
    await untouched();
  });

  it('--older-than: nothing is that old: nothing is sent; no age: wrong usage', async () => {
    const ended = await desk.retry('--older-than', '1h');
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 0, apiCalls: 0 });
    await untouched();
    expect((await desk.retry('--older-than', 'yesterday')).code).to.equal(2);
    expect((await desk.retry('--limit', '0')).code).to.equal(2);
    await untouched();
  });

  it('--older-than: only what first failed longer ago than that, whenever it failed last', async () => {
    const [old] = await desk.errors('F2');
    const store = await readFile(desk.admin.store, 'utf8');
    const days = new Date(Date.now() - 9 * 86_400_000).toISOString();
    const { firstFailedAt } = old!;
    const at = store.indexOf(firstFailedAt, store.indexOf(old!.id));
    await writeFile(desk.admin.store, store.slice(0, at) + days + store.slice(at + days.length));
    // Still refused, so that the other tests find it pending.
    desk.admin.org.rules.enable('BAD');
    const ended = await desk.retry('--older-than', '7d');
    desk.admin.org.rules.disable('BAD');
    expect(ended.code, ended.stdout).to.equal(68);
    expect(ended.output.result).to.include({ attempted: 1, stillFailing: 1 });
    expect(ended.output.result.errors.map(({ id }) => id)).to.deep.equal([old!.id]);
    expect((await desk.retry('--older-than', '10d')).output.result).to.include({ attempted: 0 });
  });

  it('--limit: so many over all jobs, oldest first; with rows left 68, and they are counted as left by the limit', async () => {
    const part = await desk.retry('--limit', '3');
    expect(part.code, part.stdout).to.equal(68);
    expect(part.output.result).to.include({
      attempted: 3,
      resolved: 3,
      stillFailing: 0,
      status: 'completedWithErrors',
    });
    expect(part.output.result.skipped).to.deep.equal([{ reason: 'limit', count: many + 2 - 3 }]);
    expect(desk.written('F1')).to.deep.equal(['F1-1', 'F1-2', 'F1-3']);

    const into = await desk.retry('--limit', String(many - 3 + 1));
    expect(into.code, into.stdout).to.equal(68);
    expect(into.output.result).to.include({ attempted: many - 3 + 1, resolved: many - 3 + 1 });
    expect(into.output.result.skipped).to.deep.equal([{ reason: 'limit', count: 1 }]);
    // F2-2 was tried again since: what waited longest comes first.
    expect(desk.written('F2')).to.deep.equal(['F2-1', 'F2-3', 'F2-4']);
  });

  it('--code in any case, as errors list takes it; --id by its beginning, --job beside it', async () => {
    const other = await desk.retry('--job', 'F2', '--code', 'field_custom_validation_exception', '--limit', '5');
    expect(other.code, other.stdout).to.equal(0);
    expect(other.output.result).to.include({ attempted: 1, resolved: 1 });
    expect(other.output.result.skipped).to.deep.equal([]);
  });
});

describe('retry: rows behind the checkpoint', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  beforeEach(async () => {
    desk = await JobDesk.create('BAD');
  });
  afterEach(() => desk.admin.end());

  it('R2 while a job is paused, they are the next run’s: left alone, counted, and no part of the limit', async () => {
    await desk.define({ B: {} });
    // Row 4 is logged first; then row 2 turns bad, and the job pauses there: row 4 is older, and behind the checkpoint.
    await desk.file('B', 5, { 4: 'BAD' });
    expect((await desk.run('--on-error', 'log')).code).to.equal(68);
    await desk.file('B', 5, { 2: 'BAD', 4: 'BAD' });
    expect((await desk.run()).code).to.equal(69);
    expect((await desk.record('B')).checkpoint.row).to.equal(1);

    const refused = await desk.retry();
    expect(refused.code, refused.stdout).to.equal(68);
    expect(retryOf(refused, 'B')).to.deep.include({ attempted: 1, stillFailing: 1 });
    expect(refused.output.result.skipped).to.deep.equal([{ reason: 'behind-checkpoint', count: 1 }]);
    expect(desk.sent('B')).to.deep.equal([['B-2']]);

    desk.admin.org.rules.disable('BAD');
    const accepted = await desk.retry('--limit', '1');
    expect(accepted.code, accepted.stdout).to.equal(68);
    expect(accepted.output.result).to.include({ attempted: 1, resolved: 1, stillFailing: 0 });
    expect(accepted.output.result.skipped).to.deep.equal([{ reason: 'behind-checkpoint', count: 1 }]);
    expect(desk.sent('B')).to.deep.equal([['B-2']]);
    expect((await desk.errors('B')).map(({ key, status, attempts }) => [key, status, attempts])).to.deep.equal([
      ['B-4', 'pending', 1],
      ['B-2', 'resolved', 2],
    ]);

    const next = await desk.run();
    expect(next.code, next.stdout).to.equal(0);
    expect((await desk.errors('B')).map(({ status }) => status)).to.deep.equal(['resolved', 'resolved']);
  });
});
