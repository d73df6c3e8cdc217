import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import type { ErrorsChangeResult } from '../../src/core/error-admin.js';
import type { ExportError } from '../../src/core/export-error.js';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import { createLedger } from '../../src/ledger/index.js';
import { Admin } from '../support/cli.js';
import { makeDesk, type Desk } from '../support/desk.js';
import { exportError, jobRecord, pausedJob, testOrgId } from '../support/export-errors.js';
import { seedStore } from '../support/seeded-store.js';

const rowOf = (id: string, changes: Partial<ExportError> = {}): ExportError =>
  exportError({ id: `${id}-4000-8000`, canonicalKey: id, key: id, ...changes });

const paused = exportError();
const pending = rowOf('aaaa1111', { row: 3, note: 'Skipped by ann at 2026-11-23T19:04:05.678Z: later' });
const quarantined = rowOf('bbbb2222', { row: 4, status: 'quarantined', attempts: 6, retries: 5 });
const settled = rowOf('cccc3333', { row: 5, status: 'resolved' });
const contact = rowOf('dddd4444', { job: 'contacts', object: 'Contact' });

describe('commands: errors discard, requeue, quarantine', () => {
  let desk: Desk;
  let org: string[];

  beforeEach(async () => {
    desk = await makeDesk();
    org = ['--org-id', testOrgId, '--store', desk.store];
    await seedStore(desk.store, {
      jobs: [pausedJob(paused), jobRecord({ name: 'contacts', object: 'Contact', phase: 'completed' })],
      errors: [paused, pending, quarantined, settled, contact],
    });
  });

  afterEach(() => desk.end());

  const change = (...args: readonly string[]) =>
    desk.json<ErrorsChangeResult>(['errors', ...args, '--reason', 'merged', ...org]);
  const stored = async (): Promise<Record<string, string>> => {
    const ledger = createLedger({ path: desk.store, clock: systemClock, random: systemRandom });
    return Object.fromEntries((await ledger.read()).exportErrors.map(({ id, status }) => [id.slice(0, 4), status]));
  };

  it('4.1: discard closes open rows by a filter, leaves the row a job is paused on, and says how to close it', async () => {
    const all = ['errors', 'discard', '--status', 'all', '--reason', 'merged', ...org];
    const before = await readFile(desk.store, 'utf8');
    const unasked = await desk.sf(all);
    expect(unasked.code).to.equal(1);
    expect(unasked.stdout).to.include('3 ExportErrors to discard: 2 of accounts, 1 of contacts.');
    expect(unasked.stderr)
      .to.include('Discard 3 ExportErrors: 2 of accounts, 1 of contacts?')
      .and.include('--no-prompt');
    expect(await readFile(desk.store, 'utf8')).to.equal(before);

    const screen = await desk.sf([...all, '--no-prompt']);
    expect(screen.code, screen.stderr).to.equal(0);
    expect(screen.stdout).to.include('Discarded 3 ExportErrors: 2 of accounts, 1 of contacts.');
    expect(screen.stdout).to.include('sf crm-export skip --job accounts --discard --reason "why it may be left out"');
    const closed = { aaaa: 'discarded', bbbb: 'discarded', dddd: 'discarded' };
    expect(await stored()).to.deep.equal({ ...closed, '3f2a': 'pending', cccc: 'resolved' });
  });

  it('X1: --json: what was changed, with reason, user and time behind an earlier note; and what was not, and why', async () => {
    const refused = await change('discard', '--id', 'aaaa', '--id', 'bbbb2222', '--id', 'CCCC');
    expect(refused.code).to.equal(1);
    expect(refused.output.name).to.equal('NobodyToAskError');
    const { code, output } = await change('discard', '--id', 'aaaa', '--id', 'bbbb2222', '--id', 'CCCC', '--no-prompt');
    expect(code).to.equal(0);
    const { changed, ...rest } = output.result;
    expect(rest).to.deep.equal({
      orgId: testOrgId,
      username: null,
      unchanged: [{ id: settled.id, job: 'accounts', reason: 'settled' }],
      busy: [],
    });
    expect(changed.map(({ id, status }) => [id, status])).to.deep.equal([
      [pending.id, 'discarded'],
      [quarantined.id, 'discarded'],
    ]);
    expect(changed[0]?.note).to.match(/^Skipped by ann at .+: later\nDiscarded by .+ at \d{4}-.+Z: merged$/);
    expect(changed[0]?.settledAt).to.match(/Z$/);
  });

  it('4.1: discarding the row a job is paused on is refused, and skip is named', async () => {
    const { code, output } = await change('discard', '--id', '3f2a', '--no-prompt');
    expect(code).to.equal(1);
    expect(output.name).to.equal('PausedOnError');
    expect(output.actions?.join()).to.include('sf crm-export skip --job accounts --discard');
    expect((await stored())['3f2a']).to.equal('pending');
  });

  it('4.1: quarantine and requeue: a filter without status takes what can be changed; retries start anew', async () => {
    const away = await change('quarantine', '--job', 'contacts', '--no-prompt');
    expect(away.code).to.equal(0);
    expect(away.output.result.changed.map(({ id, status }) => [id, status])).to.deep.equal([
      [contact.id, 'quarantined'],
    ]);
    const back = await change('requeue', '--code', 'field_custom_validation_exception', '--no-prompt');
    const { changed, unchanged } = back.output.result;
    expect(changed.map(({ id, status, attempts, retries }) => [id, status, attempts, retries])).to.deep.equal([
      [quarantined.id, 'pending', 6, 0],
      [contact.id, 'pending', 1, 0],
    ]);
    expect(unchanged).to.deep.equal([]);
  });

  it('X1: nothing named, both ways of naming, or no reason is wrong usage: 2', async () => {
    const nothing = await change('discard', '--no-prompt');
    expect([nothing.code, nothing.output.name]).to.deep.equal([2, 'NoSelectionError']);
    expect(nothing.output.actions?.join()).to.include('--status open');
    expect((await change('discard', '--id', 'aaaa', '--job', 'accounts', '--no-prompt')).code).to.equal(2);
    expect((await desk.json(['errors', 'requeue', '--status', 'quarantined', ...org])).code).to.equal(2);
  });

  it('C3: a job that runs is left alone: 75, the others are changed', async () => {
    const ledger = createLedger({ path: desk.store, clock: systemClock, random: systemRandom });
    const held = await ledger.openJob({ orgId: testOrgId, name: 'accounts' });
    try {
      const { code, output } = await change('discard', '--status', 'pending', '--key', 'AAAA1111', '--no-prompt');
      expect([code, output.status, output.result.busy]).to.deep.equal([75, 75, ['accounts']]);
      expect(output.warnings.join()).to.include(`process ${process.pid}`);
      const both = await change('discard', '--status', 'open', '--no-prompt');
      expect(both.code).to.equal(75);
      expect(both.output.result.changed.map(({ id }) => id)).to.deep.equal([contact.id]);
    } finally {
      await held.close();
    }
  });
});

describe('commands: a quarantined record comes back', () => {
  let admin: Admin;

  beforeEach(async () => {
    admin = await Admin.create();
  });
  afterEach(() => admin.end());

  it('4.1: retry quarantines it, requeue gives it back, and it has its retries again', async () => {
    const file = await admin.accounts([
      ['A-1', ''],
      ['A-2', 'Good'],
    ]);
    expect((await admin.run(file, '--on-error', 'log')).code).to.equal(68);
    await admin.sf('settings', 'set', 'retry-max-attempts', '1', ...admin.orgFlags);
    const retry = () => admin.json<RetryResult>('retry', ...admin.orgFlags);
    expect((await retry()).output.result).to.include({ attempted: 1, quarantined: 1 });
    expect((await retry()).output.result).to.include({ attempted: 0, apiCalls: 0 });
    const requeue = ['errors', 'requeue', '--status', 'quarantined', '--reason', 'named now', '--no-prompt'];
    const back = await admin.json<ErrorsChangeResult>(...requeue, ...admin.orgFlags);
    expect(back.output.result.changed[0]).to.include({ status: 'pending', attempts: 2, retries: 0 });
    await admin.accounts([
      ['A-1', 'Mended'],
      ['A-2', 'Good'],
    ]);
    const { code, output } = await retry();
    expect([code, output.result.resolved]).to.deep.equal([0, 1]);
    const [row] = await admin.exportErrors();
    expect(row).to.include({ status: 'resolved', attempts: 2 });
    expect(row?.note).to.match(/^Requeued by .+: named now$/);
  });
});
