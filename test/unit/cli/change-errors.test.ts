import { expect } from 'chai';
import { changeErrors, type ErrorsChangeRequest } from '../../../src/cli/change-errors.js';
import { systemClock, systemRandom } from '../../../src/cli/clock.js';
import type { ErrorsPlan } from '../../../src/core/error-admin.js';
import type { ExportError } from '../../../src/core/export-error.js';
import type { JobRecord } from '../../../src/core/job.js';
import { LedgerFault, type JobLedger, type Ledger } from '../../../src/core/ports/ledger.js';
import { createMemoryLedger } from '../../../src/ledger/index.js';
import { exportError, jobRecord, pausedJob, testOrgId } from '../../support/export-errors.js';

const rowOf = (id: string, changes: Partial<ExportError> = {}): ExportError =>
  exportError({ id: `${id}-0000`, canonicalKey: id, key: id.toUpperCase(), ...changes });

async function change(ledger: Ledger, job: string, of: Parameters<JobLedger['commit']>[0]): Promise<void> {
  const held = await ledger.openJob({ orgId: testOrgId, name: job });
  await held.commit(of);
  await held.close();
}

async function ledgerWith(jobs: readonly JobRecord[], errors: readonly ExportError[]): Promise<Ledger> {
  const ledger = createMemoryLedger({ clock: systemClock, random: systemRandom });
  for (const job of jobs) {
    await change(ledger, job.name, { job, errors: errors.filter((row) => row.job === job.name) });
  }
  return ledger;
}

function request(ledger: Ledger, changes: Partial<ErrorsChangeRequest> = {}): ErrorsChangeRequest {
  return {
    ledger,
    context: { orgId: testOrgId, username: null, store: null },
    action: 'discard',
    selection: { status: 'open' },
    reason: 'test data',
    consent: () => Promise.resolve(),
    warn: () => undefined,
    ...changes,
  };
}

type Rejection = Error & { exitCode?: number; actions?: string[]; data?: unknown };
async function rejection(work: Promise<unknown>): Promise<Rejection> {
  return work.then(
    () => expect.fail('nothing was thrown'),
    (error: Rejection) => error,
  );
}

const statuses = async (ledger: Ledger): Promise<string[]> =>
  (await ledger.read()).exportErrors.map(({ id, status }) => `${id} ${status}`);

describe('changing ExportErrors under the leases of their jobs', () => {
  const a = rowOf('aaaa');
  const b = rowOf('bbbb', { status: 'quarantined' });
  const c = rowOf('cccc', { job: 'contacts' });
  const jobs = [jobRecord(), jobRecord({ name: 'contacts' })];

  it('asks once about all rows, then changes them job by job and gives the leases back', async () => {
    const ledger = await ledgerWith(jobs, [a, b, c]);
    const asked: ErrorsPlan[] = [];
    const consent = (plan: ErrorsPlan) => Promise.resolve(void asked.push(plan));
    const result = await changeErrors(request(ledger, { consent }));
    expect(asked.map(({ changing }) => changing.map(({ id }) => id))).to.deep.equal([[a.id, b.id, c.id]]);
    expect(result.changed).to.deep.equal((await ledger.read()).exportErrors);
    expect(result.changed.map(({ status }) => status)).to.deep.equal(['discarded', 'discarded', 'discarded']);
    expect(result.changed[0]?.note).to.match(/^Discarded by .+ at \d{4}-.+Z: test data$/);
    expect(await ledger.holders()).to.deep.equal([]);
  });

  it('C1: one commit for each job', async () => {
    const ledger = await ledgerWith(jobs, [a, b, c]);
    const commits: unknown[] = [];
    const openJob: Ledger['openJob'] = async (id) => {
      const held = await ledger.openJob(id);
      return { ...held, commit: (of) => (commits.push([id.name, of.errors?.length]), held.commit(of)) };
    };
    await changeErrors(request({ ...ledger, name: '', read: () => ledger.read(), openJob }));
    expect(commits).to.deep.equal([
      ['accounts', 2],
      ['contacts', 1],
    ]);
  });

  it('changes nothing if the answer is no, and does not ask about nothing', async () => {
    const ledger = await ledgerWith(jobs, [a, b]);
    const before = await statuses(ledger);
    const no = new Error('no');
    const consent = () => Promise.reject(no);
    expect(await rejection(changeErrors(request(ledger, { consent })))).to.equal(no);
    expect(await statuses(ledger)).to.deep.equal(before);
    const nothing = await changeErrors(request(ledger, { consent, selection: { job: 'nothing' } }));
    expect(nothing).to.deep.equal({ orgId: testOrgId, username: null, changed: [], unchanged: [], busy: [] });
    const already = await changeErrors(request(ledger, { consent, action: 'requeue', selection: { id: ['aaaa'] } }));
    expect(already.unchanged).to.deep.equal([{ id: a.id, job: 'accounts', reason: 'already-pending' }]);
  });

  it('X1: everything is never meant by saying nothing, or by an empty id', async () => {
    const ledger = await ledgerWith(jobs, [a]);
    const fault = async (of: Partial<ErrorsChangeRequest>) => rejection(changeErrors(request(ledger, of)));
    for (const selection of [{}, { id: [] }, { id: [''] }, { id: ['aaaa', ' '] }, { id: ['aaaa'], job: 'accounts' }]) {
      const error = await fault({ selection });
      expect(error.exitCode).to.equal(2);
      expect(error.actions).to.not.be.empty;
    }
    expect((await fault({ reason: ' ' })).exitCode).to.equal(2);
    expect(await fault({ selection: { id: ['aaaa', 'zzz'] } })).to.include({ name: 'NotFoundError' });
    expect(await statuses(ledger)).to.deep.equal([`${a.id} pending`]);
  });

  it('C3: a busy job is left alone and told; the others are changed', async () => {
    const ledger = await ledgerWith(jobs, [a, b, c]);
    const held = await ledger.openJob({ orgId: testOrgId, name: 'accounts' });
    const warnings: string[] = [];
    const result = await changeErrors(request(ledger, { warn: (message) => warnings.push(message) }));
    await held.close();
    expect(result.busy).to.deep.equal(['accounts']);
    expect(result.changed.map(({ id }) => id)).to.deep.equal([c.id]);
    expect(warnings.join()).to.include('Job accounts is being run by');
    expect(await statuses(ledger)).to.have.members([`${a.id} pending`, `${b.id} quarantined`, `${c.id} discarded`]);
  });

  it('C3: rows that changed while the person was asked are judged again, and new ones are not touched', async () => {
    const paused = rowOf('dddd', { row: 500 });
    const ledger = await ledgerWith([jobRecord()], [a, b, paused]);
    const newer = rowOf('eeee');
    const consent = () =>
      change(ledger, 'accounts', {
        job: pausedJob(paused),
        errors: [{ ...a, status: 'resolved' }, { ...b, note: 'Seen', attempts: 9 }, newer],
      });
    const result = await changeErrors(request(ledger, { consent }));
    expect(result.changed.map(({ id, attempts }) => [id, attempts])).to.deep.equal([[b.id, 9]]);
    expect(result.changed[0]?.note).to.match(/^Seen\nDiscarded by /);
    expect(result.unchanged.map(({ id, reason }) => [id, reason])).to.deep.equal([
      [a.id, 'settled'],
      [paused.id, 'paused-on'],
    ]);
    expect(await statuses(ledger)).to.include(`${newer.id} pending`);
  });

  it('the row a job is paused on: refused if it is named or alone, left alone among others; skip is named', async () => {
    const ledger = await ledgerWith([pausedJob(a), jobs[1]!], [a, b, c]);
    for (const selection of [{ id: ['aaaa', 'bbbb'] }, { key: 'AAAA' }]) {
      const error = await rejection(changeErrors(request(ledger, { selection })));
      expect(error).to.include({ name: 'PausedOnError', exitCode: 1 });
      expect(error.actions?.join()).to.include('sf crm-export skip --job accounts --discard --reason');
    }
    const result = await changeErrors(request(ledger));
    expect(result.unchanged).to.deep.equal([{ id: a.id, job: 'accounts', reason: 'paused-on' }]);
    expect(await statuses(ledger)).to.have.members([`${a.id} pending`, `${b.id} discarded`, `${c.id} discarded`]);
  });

  it('X1: a fault in the middle tells what was done before', async () => {
    const ledger = await ledgerWith(jobs, [a, c]);
    const openJob: Ledger['openJob'] = async (id) => {
      if (id.name === 'contacts') throw new LedgerFault('disk-full', 'No space left', { path: 'x' });
      return ledger.openJob(id);
    };
    const error = await rejection(changeErrors(request({ ...ledger, name: '', read: () => ledger.read(), openJob })));
    expect(error).to.include({ name: 'LedgerDiskFullError', exitCode: 1 });
    const { changed } = error.data as { changed: ExportError[] };
    expect(changed.map(({ id, status }) => [id, status])).to.deep.equal([[a.id, 'discarded']]);
  });
});
