import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Global } from '@salesforce/core';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../../src/cli/clock.js';
import { changeSetting } from '../../../src/cli/settings-change.js';
import { settingNamed, settingValue, type SettingsScope } from '../../../src/cli/settings-scope.js';
import { show, type Screen } from '../../../src/cli/show.js';
import { skipRecord, type SkipRequest } from '../../../src/cli/skip-record.js';
import { storePath } from '../../../src/cli/store.js';
import type { PausedOnDetails } from '../../../src/core/job-status.js';
import type { Ledger } from '../../../src/core/ports/ledger.js';
import { setSetting, unsetSetting } from '../../../src/core/settings.js';
import { createMemoryLedger } from '../../../src/ledger/index.js';
import { exportError, jobRecord, jobSpec, pausedJob, testOrgId } from '../../support/export-errors.js';

const refused = exportError();

async function ledgerWith(...jobs: readonly ReturnType<typeof jobRecord>[]): Promise<Ledger> {
  const ledger = createMemoryLedger({ clock: systemClock, random: systemRandom });
  for (const job of jobs) {
    const held = await ledger.openJob({ orgId: job.orgId, name: job.name });
    await held.commit({ job, errors: job.pausedOn === null ? [] : [refused] });
    await held.close();
  }
  return ledger;
}

/** What a promise was rejected with. */
async function rejection(work: Promise<unknown>): Promise<Error & { exitCode?: number }> {
  return work.then(
    () => expect.fail('nothing was thrown'),
    (error: Error) => error,
  );
}

describe('settings: changing the ledger', () => {
  const at = (ledger: Ledger): SettingsScope => ({
    ledger,
    scope: testOrgId,
    orgId: testOrgId,
    words: 'org x',
    command: (...words) => words.join(' '),
  });
  const off = (rows: Parameters<typeof setSetting>[0]) => setSetting(rows, testOrgId, 'pause-on-export-errors', false);

  it('asks before pausing goes off, and changes nothing if the answer is no', async () => {
    const ledger = await ledgerWith();
    const no = new Error('no');
    const name = 'pause-on-export-errors';
    const refusal = changeSetting({ at: at(ledger), name, change: off, consent: () => Promise.reject(no) });
    expect(await rejection(refusal)).to.equal(no);
    expect((await ledger.read()).settings).to.deep.equal([]);

    const changed = await changeSetting({ at: at(ledger), name, change: off, consent: () => Promise.resolve() });
    expect([changed.before.value, changed.after.value]).to.deep.equal([true, false]);
    expect((await ledger.read()).settings).to.deep.equal([{ scope: testOrgId, name, value: false }]);
  });

  it('does not ask for anything else, and names the jobs that the change does not reach', async () => {
    const own = jobSpec({ settings: { 'batch-size': 10 } });
    const ledger = await ledgerWith(jobRecord({ snapshot: own }), jobRecord({ name: 'contacts' }));
    const consent = () => Promise.reject(new Error('asked'));
    const change = (rows: Parameters<typeof setSetting>[0]) => setSetting(rows, testOrgId, 'batch-size', 50);
    const { ownJobs } = await changeSetting({ at: at(ledger), name: 'batch-size', change, consent });
    expect(ownJobs).to.deep.equal(['accounts']);
    const removal = (rows: Parameters<typeof setSetting>[0]) => unsetSetting(rows, testOrgId, 'batch-size');
    const { after } = await changeSetting({ at: at(ledger), name: 'batch-size', change: removal, consent });
    expect(after).to.include({ value: 200, from: 'default' });
  });

  it('X1: unknown names and values are wrong usage', () => {
    for (const wrong of [() => settingNamed('constructor'), () => settingValue('batch-size', 'x\u001b')]) {
      expect(wrong).to.throw().with.property('exitCode', 2);
    }
  });
});

describe('skip: under the lease', () => {
  const request = (ledger: Ledger, changes: Partial<SkipRequest> = {}): SkipRequest => ({
    ledger,
    context: { orgId: testOrgId, username: null, store: null },
    job: 'accounts',
    reason: ' merging ',
    discard: false,
    consent: () => Promise.resolve(),
    ...changes,
  });

  it('asks about the record, then moves the job past it and gives the lease back', async () => {
    const ledger = await ledgerWith(pausedJob(refused));
    const asked: PausedOnDetails[] = [];
    const consent = (record: PausedOnDetails) => Promise.resolve(void asked.push(record));
    const { exportError: row } = await skipRecord(request(ledger, { consent }));
    expect(asked.map(({ row: number, key }) => [number, key])).to.deep.equal([[437, 'A-0437']]);
    expect(row?.note).to.match(/: merging$/);
    const view = await ledger.read();
    expect(view.jobs[0]).to.deep.include({ phase: 'open', pausedOn: null, skipRows: 1 });
    expect(view.exportErrors).to.deep.equal([row]);
    expect(await ledger.holders()).to.deep.equal([]);
  });

  it('skips nothing if the job went on to another record while the person was asked', async () => {
    const ledger = await ledgerWith(pausedJob(refused));
    const other = exportError({ id: 'other', row: 500, key: 'B', canonicalKey: 'b' });
    const consent = async (): Promise<void> => {
      const held = await ledger.openJob({ orgId: testOrgId, name: 'accounts' });
      await held.commit({ job: pausedJob(other), errors: [other] });
      await held.close();
    };
    expect(await rejection(skipRecord(request(ledger, { consent })))).to.include({ name: 'MovedOnError' });
    expect((await ledger.read()).jobs[0]?.pausedOn?.row).to.equal(500);
    expect(await ledger.holders()).to.deep.equal([]);
  });

  it('X1: refuses a job that is not there or not paused, and an empty reason', async () => {
    const ledger = await ledgerWith(jobRecord());
    expect(await rejection(skipRecord(request(ledger)))).to.include({ name: 'NotPausedError' });
    expect(await rejection(skipRecord(request(ledger, { job: 'x' })))).to.include({ name: 'NoJobError' });
    expect(await rejection(skipRecord(request(ledger, { reason: '\t' })))).to.include({ exitCode: 2 });
  });
});

describe('the place of the ledger', () => {
  it('is what the flag says, else in the state folder of the CLI', () => {
    expect(storePath('a/b.json')).to.equal(resolve('a/b.json'));
    expect(storePath(undefined)).to.equal(join(Global.SF_DIR, 'crm-export-store.json'));
    expect(storePath('')).to.satisfy((path: string) => path.startsWith(homedir()));
  });
});

describe('the system clock', () => {
  it('ends a sleep early and without error when the signal aborts', async () => {
    const started = systemClock.monotonicMs();
    await systemClock.sleep(60_000, AbortSignal.timeout(20));
    await systemClock.sleep(60_000, AbortSignal.abort());
    expect(systemClock.monotonicMs() - started).to.be.lessThan(30_000);
    expect(systemClock.now()).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});

describe('blocks on the screen', () => {
  it('come in order, tables with their columns and alignment', () => {
    const seen: unknown[] = [];
    const screen: Screen = {
      log: (message = '') => void seen.push(message),
      styledHeader: (text) => void seen.push(`= ${text}`),
      table: (options) => void seen.push(options),
    };
    const columns = [
      { key: 'a', name: 'A' },
      { key: 'n', name: 'N', align: 'right' as const },
    ];
    show(screen, [
      { kind: 'heading', text: 'H' },
      { kind: 'lines', lines: ['x', 'y'] },
      { kind: 'lines', lines: [] },
      { kind: 'table', columns, rows: [{ a: '1', n: '2' }] },
    ]);
    expect(seen.slice(0, 4)).to.deep.equal(['= H', 'x', 'y', '']);
    expect(seen[4]).to.deep.equal({
      data: [{ a: '1', n: '2' }],
      columns: [
        { key: 'a', name: 'A', horizontalAlignment: 'left' },
        { key: 'n', name: 'N', horizontalAlignment: 'right' },
      ],
      overflow: 'wrap',
    });
  });
});
