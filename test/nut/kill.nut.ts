import { expect } from 'chai';
import type { ExportError } from '../../src/core/export-error.js';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import type { RunResult } from '../../src/core/run-result.js';
import { Admin, type JsonOutput } from '../support/cli.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
let state = seed;
/** A small generator of its own, so that a failure can be replayed by its seed. */
const random = (): number => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return state / 2_147_483_648;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const noBadNames = {
  name: 'No_Bad_Names',
  object: 'Account',
  message: 'The name is bad',
  predicate: (record: { Name?: unknown }) => String(record.Name).startsWith('BAD'),
};

const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `A-${index + 1}`);
const rows = (count: number, bad: readonly number[] = []): string[][] =>
  keys(count).map((key, index) => [key, bad.includes(index + 1) ? `BAD ${index + 1}` : `N${index + 1}`]);

describe(`C1 C3 killed, interrupted and second processes (seed ${seed})`, () => {
  let admin: Admin;
  beforeEach(async () => {
    admin = await Admin.create();
    admin.org.rules.add(noBadNames);
  });
  afterEach(() => admin.end());

  const writes = () => admin.org.journal.filter((entry) => entry.path.endsWith('/composite')).length;

  /** Starts a run and kills it some time after its first request reached the org. Returns whether it was killed. */
  const runAndKill = async (args: string[], latestMs: number): Promise<boolean> => {
    const before = writes();
    const { child, ended } = admin.start(args);
    let over = false;
    void ended.then(() => (over = true));
    while (!over && writes() === before) await pause(2);
    await pause(random() * latestMs);
    child.kill('SIGKILL');
    return (await ended).signal === 'SIGKILL';
  };

  const openRows = (errors: readonly ExportError[]) =>
    errors.map(({ key, status, row }) => [key, status, row]).sort((a, b) => Number(a[2]) - Number(b[2]));

  for (const mode of ['pause', 'log'] as const) {
    it(`C1 SIGKILL again and again, ${mode}: the end is that of an uninterrupted run`, async () => {
      const bad = mode === 'log' ? [7, 8, 33, 60] : [];
      const file = await admin.accounts(rows(60, bad));
      const args = ['run', ...admin.adHoc(file), '--batch-size', '1', '--on-error', mode];
      // each window takes a moment, in flight before or after the org's commit
      admin.org.faults.next({
        kind: 'slow',
        ms: 25,
        afterCommit: true,
        times: Infinity,
        match: { path: /composite$/ },
      });
      let kills = 0;
      while (kills < 18 && (await runAndKill(args, 120))) kills += 1;
      admin.org.faults.clear();
      const { code, output } = await admin.json<RunResult>(...args);
      expect(code, output.message).to.equal(mode === 'log' && output.result.jobs[0]!.failed > 0 ? 68 : 0);
      expect(kills).to.be.greaterThan(5);
      const good = keys(60).filter((_, index) => !bad.includes(index + 1));
      expect(admin.org.records('Account').map((row) => row['Ext_Id__c'])).to.deep.equal(good);
      expect([...new Set(admin.written())]).to.deep.equal(good);
      const view = await admin.ledger();
      expect(view.jobs[0]).to.include({ phase: 'completed' });
      expect(view.jobs[0]?.checkpoint.row).to.equal(60);
      expect(openRows(view.exportErrors)).to.deep.equal(bad.map((row) => [`A-${row}`, 'pending', row]));
      // a killed run may have logged a record, or not: never twice, and never more often than it ran
      for (const error of view.exportErrors) expect(error.attempts).to.be.within(1, kills + 1);
    });
  }

  it('C1 SIGKILL around the pause and the fold: the record is found again, logged once, and the run goes on', async () => {
    const file = await admin.accounts(rows(6, [4]));
    const args = ['run', ...admin.adHoc(file)];
    let kills = 0;
    for (let i = 0; i < 10; i++) if (await runAndKill(args, 90)) kills += 1;
    expect(kills).to.be.greaterThan(3);
    const paused = await admin.json<RunResult>(...args);
    expect(paused.code).to.equal(69);
    expect(paused.output.result.jobs[0]?.pausedOn).to.include({ row: 4, key: 'A-4' });
    expect(openRows(await admin.exportErrors())).to.deep.equal([['A-4', 'pending', 4]]);
    expect([...new Set(admin.written())]).to.deep.equal(['A-1', 'A-2', 'A-3']);
    admin.org.rules.disable('No_Bad_Names');
    for (let i = 0; i < 4; i++) await runAndKill(args, 60);
    expect((await admin.json<RunResult>(...args)).code).to.equal(0);
    expect([...new Set(admin.written())]).to.deep.equal(keys(6));
    expect(openRows(await admin.exportErrors())).to.deep.equal([['A-4', 'resolved', 4]]);
  });

  it('C3 the same job twice: the second says who holds it and ends 75; waiting, it finds nothing new', async () => {
    const file = await admin.accounts(rows(10));
    admin.org.faults.next({ kind: 'slow', ms: 6000, match: { path: /composite$/ } });
    const first = admin.start(['run', ...admin.adHoc(file), '--json']);
    while (writes() === 0) await pause(5);
    const [busy, waiting] = await Promise.all([admin.run(file), admin.run(file, '--lock-wait', '1')]);
    expect(busy.code).to.equal(75);
    const { stoppedBy } = busy.output.result.jobs[0]!;
    expect(stoppedBy?.code).to.equal('busy');
    expect(stoppedBy?.message).to.match(new RegExp(`process ${first.child.pid} on .+ since \\d{4}-`));
    expect((await first.ended).code).to.equal(0);
    expect(waiting.code).to.equal(0);
    expect(waiting.output.result.jobs[0]).to.include({ read: 0, status: 'completed' });
    expect(admin.written()).to.deep.equal(keys(10));
  });

  it('C3 two jobs and settings at once on one ledger: nothing of any is lost', async () => {
    const one = await admin.accounts(rows(20, [3, 9]), 'Ext_Id__c,Name', 'one.csv');
    const two = await admin.accounts(
      rows(20, [5]).map(([key, name]) => [`B-${key}`, name!]),
      'Ext_Id__c,Name',
      'two.csv',
    );
    const set = (name: string, value: string) =>
      admin.sf('settings', 'set', name, value, '--org-id', admin.org.orgId, '--no-prompt');
    const ended = await Promise.all([
      admin.run(one, '--on-error', 'log', '--batch-size', '1'),
      admin.run(two, '--on-error', 'log', '--batch-size', '1'),
      set('max-export-errors', '77'),
      set('history-days', '9'),
    ]);
    expect(ended.map((one) => one.code)).to.deep.equal([68, 68, 0, 0]);
    const view = await admin.ledger();
    expect(view.exportErrors.map((error) => error.key).sort()).to.deep.equal(['A-3', 'A-9', 'B-A-5']);
    expect(view.jobs.map((job) => job.phase)).to.deep.equal(['completed', 'completed']);
    expect(view.settings.map((row) => [row.name, row.value]).sort()).to.deep.equal([
      ['history-days', 9],
      ['max-export-errors', 77],
    ]);
    expect(admin.org.records('Account')).to.have.lengthOf(37);
  });

  it('C3 a retry that meets a run: left out as busy, or after its wait; nothing twice', async () => {
    const file = await admin.accounts(rows(8, [2]));
    await admin.run(file, '--on-error', 'log');
    admin.org.rules.disable('No_Bad_Names');
    await admin.accounts([...rows(8, [2]), ['A-9', 'N9']]);
    admin.org.faults.next({ kind: 'slow', ms: 5000, match: { path: /composite$/ } });
    const before = writes();
    const run = admin.start(['run', ...admin.adHoc(file), '--json']);
    while (writes() === before) await pause(5);
    const retry = (...more: string[]) => admin.json<RetryResult>('retry', ...admin.orgFlags, ...more);
    const [busy, waited] = await Promise.all([retry('--lock-wait', '0'), retry()]);
    expect(busy.code).to.equal(75);
    expect(busy.output.result.skipped).to.deep.equal([{ reason: 'busy', count: 1 }]);
    expect((await run.ended).code).to.equal(0);
    expect(waited.code).to.equal(0);
    expect(waited.output.result).to.include({ attempted: 1, resolved: 1 });
    expect(admin.written().filter((key) => key === 'A-2')).to.deep.equal(['A-2']);
  });

  it('X1 Ctrl-C: the window in hand is settled, 130, the next run goes on; a second one ends at once, which is safe', async () => {
    const file = await admin.accounts(rows(30));
    const args = ['run', ...admin.adHoc(file), '--batch-size', '1', '--json'];
    const slow = { kind: 'slow', ms: 1500, afterCommit: true, match: { path: /composite$/ } } as const;
    admin.org.faults.next(slow);
    const gentle = admin.start(args);
    while (writes() === 0) await pause(5);
    gentle.child.kill('SIGINT');
    const ended = await gentle.ended;
    expect(ended.code, ended.stderr).to.equal(130);
    const { result } = JSON.parse(ended.stdout) as JsonOutput<RunResult>;
    expect(result.jobs[0]).to.include({ status: 'stopped', exported: 5 });
    expect(result.jobs[0]?.stoppedBy?.code).to.equal('interrupted');
    expect(result.jobs[0]?.checkpoint.row).to.equal(5);

    admin.org.faults.next(slow);
    const before = writes();
    const rude = admin.start(args);
    while (writes() === before) await pause(5);
    rude.child.kill('SIGINT');
    await pause(200);
    rude.child.kill('SIGINT');
    expect((await rude.ended).code).to.equal(130);

    const done = await admin.json<RunResult>(...args.slice(0, -1));
    expect(done.code).to.equal(0);
    expect([...new Set(admin.written())]).to.deep.equal(keys(30));
  });
});
