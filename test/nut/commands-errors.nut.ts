import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import type { ExportError } from '../../src/core/export-error.js';
import { createLedger } from '../../src/ledger/index.js';
import type { StatusResult } from '../../src/report/status-result.js';
import { makeDesk, type Desk } from '../support/desk.js';
import { exportError, jobRecord, pausedJob, runRecord, testOrgId } from '../support/export-errors.js';
import { seedStore } from '../support/seeded-store.js';

const refused = exportError();
const evil = 'k\u001b]0;owned\u0007\u001b[2J\u009b31m\u202egnp\r\n\u2028end';
const hostile = exportError({
  id: '77770000-0000-4000-8000-000000000002',
  job: 'contacts',
  object: 'Contact',
  row: 5,
  line: 9,
  key: evil,
  canonicalKey: evil,
  source: `/data/${evil}.csv`,
  errors: [{ statusCode: `X${evil}`, message: `TypeError ${evil}`, fields: ['__proto__', evil] }],
  payload: JSON.parse(`{"__proto__": {"polluted": "yes"}, "7": "seven", "Name": ${JSON.stringify(evil)}}`),
  note: evil,
});
const settled = exportError({ id: '88880000-0000-4000-8000-000000000003', row: 2, status: 'resolved' });

describe('commands: status, errors, skip', () => {
  let desk: Desk;
  let org: string[];

  beforeEach(async () => {
    desk = await makeDesk();
    org = ['--org-id', testOrgId, '--store', desk.store];
    await seedStore(desk.store, {
      jobs: [pausedJob(refused), jobRecord({ name: 'contacts', object: 'Contact', phase: 'completed' })],
      errors: [refused, hostile, settled],
      runs: [runRecord({ status: 'paused', read: 437, exported: 436, failed: 1 })],
    });
  });

  afterEach(() => desk.end());

  function quiet(text: string): void {
    expect(text.replace(/\n/g, '')).to.not.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
  }

  it('X1: status says the same on the screen and in --json', async () => {
    const { code, output } = await desk.json<StatusResult>(['status', ...org]);
    expect(code).to.equal(0);
    expect(Object.keys(output.result)).to.include.members([
      'orgId',
      'username',
      'settings',
      'jobs',
      'openErrors',
      'byCode',
      'runs',
      'apiUse',
    ]);
    expect(output.result).to.include({ orgId: testOrgId, username: null, openErrors: 2 });
    expect(output.result.jobs.map(({ job, status }) => [job, status])).to.deep.equal([
      ['accounts', 'paused'],
      ['contacts', 'completedWithErrors'],
    ]);
    const screen = await desk.sf(['status', ...org]);
    expect(screen.stdout).to.include('Paused on row 437 (line 438) of /data/accounts.csv, key A-0437');
    for (const { command } of output.result.jobs.flatMap(({ next }) => next)) expect(screen.stdout).to.include(command);
  });

  it('S1: a hostile record goes through status, list and show without effect, and is byte-true in --json', async () => {
    for (const args of [['status'], ['errors', 'list'], ['errors', 'show', '--id', '7777']]) {
      const { code, stdout, stderr } = await desk.sf([...args, ...org]);
      expect(code, stderr).to.equal(0);
      quiet(stdout + stderr);
      expect(stdout).to.include('\\x1b]0;owned\\x07');
    }
    const { output } = await desk.json<ExportError>(['errors', 'show', '--id', hostile.id, ...org]);
    expect(output.result.key).to.equal(evil);
    expect(JSON.stringify(output.result.payload)).to.equal(JSON.stringify(hostile.payload));
    expect(({} as { polluted?: string }).polluted).to.equal(undefined);
  });

  it('X1: errors list: open rows by default, all with --status all, an empty list is still JSON', async () => {
    const ids = async (...more: string[]) => {
      const { code, output } = await desk.json<ExportError[]>(['errors', 'list', ...org, ...more]);
      expect(code).to.equal(0);
      return output.result.map(({ id }) => id);
    };
    expect(await ids()).to.deep.equal([refused.id, hostile.id]);
    expect(await ids('--status', 'all')).to.deep.equal([settled.id, refused.id, hostile.id]);
    expect(await ids('--key', 'a-0437', '--job', 'accounts')).to.deep.equal([refused.id]);
    expect(await ids('--code', 'NO_SUCH_CODE')).to.deep.equal([]);
    const screen = await desk.sf(['errors', 'list', ...org, '--object', 'Nothing__c']);
    expect(screen.stdout).to.include('No ExportErrors found.');
  });

  it('X1: errors show: by the beginning of an id; none and several are errors that say what to do', async () => {
    const shown = await desk.sf(['errors', 'show', '--id', '3f2a', ...org]);
    expect(shown.stdout).to.include('FIELD_CUSTOM_VALIDATION_EXCEPTION: Industry is needed [Industry]');
    expect(shown.stdout).to.include('sf crm-export skip --job accounts');
    const none = await desk.json(['errors', 'show', '--id', 'zzz', ...org]);
    expect(none.code).to.equal(1);
    expect(none.output.actions?.join()).to.include('sf crm-export errors list');
    const several = await desk.json(['errors', 'show', '--id', '', ...org]);
    expect(several.code).to.equal(1);
    expect(several.output.message).to.include('3 ExportErrors');
  });

  it('H3, E1: skip moves the job past its record; the row stays the one open row, with the reason', async () => {
    const skip = ['skip', '--job', 'accounts', '--reason', 'merging', ...org];
    const before = await readFile(desk.store, 'utf8');
    expect((await desk.sf(skip)).code).to.equal(1);
    expect((await desk.json(skip)).code).to.equal(1);
    expect(await readFile(desk.store, 'utf8')).to.equal(before);

    type Skipped = { skipped: { row: number; key: string }; exportError: ExportError; checkpoint: { row: number } };
    const { code, output } = await desk.json<Skipped>([...skip, '--no-prompt']);
    expect(code).to.equal(0);
    expect(output.result.skipped).to.include({ row: 437, key: 'A-0437' });
    expect(output.result.checkpoint).to.deep.equal({ row: 437 });
    expect(output.result.exportError).to.include({ id: refused.id, status: 'pending', attempts: 1 });
    expect(output.result.exportError.note).to.match(/^Skipped by .+ at \d{4}-.+Z: merging$/);

    const status = await desk.json<StatusResult>(['status', ...org]);
    const [job] = status.output.result.jobs;
    expect(job).to.deep.include({
      status: 'stopped',
      pausedOn: null,
      checkpoint: { row: 437, line: null },
      openErrors: 1,
    });

    const again = await desk.json([...skip, '--no-prompt']);
    expect(again.code).to.equal(1);
    expect(again.output.name).to.equal('NotPausedError');
  });

  it('skip --discard closes the row; a job that is not there is an error', async () => {
    const skip = ['skip', '--reason', 'test data', '--discard', '--no-prompt', ...org];
    const done = await desk.json<{ exportError: ExportError }>([...skip, '-j', 'accounts']);
    expect(done.output.result.exportError).to.include({ status: 'discarded' });
    expect((await desk.json([...skip, '-j', 'nothing'])).output.name).to.equal('NoJobError');
    expect((await desk.json([...skip.slice(0, 2), ' ', ...skip.slice(3), '-j', 'contacts'])).code).to.equal(2);
  });

  it('C3: skip of a job that runs ends with 75 and says who runs it; status shows it', async () => {
    const ledger = createLedger({ path: desk.store, clock: systemClock, random: systemRandom });
    const held = await ledger.openJob({ orgId: testOrgId, name: 'accounts' });
    try {
      const skip = await desk.json(['skip', '-j', 'accounts', '--reason', 'x', '--no-prompt', ...org]);
      expect(skip.code).to.equal(75);
      expect(skip.output.name).to.equal('LedgerBusyError');
      const { output } = await desk.json<StatusResult>(['status', ...org]);
      expect(output.result.jobs[0]?.running).to.include({ pid: process.pid });
    } finally {
      await held.close();
    }
  });
});
