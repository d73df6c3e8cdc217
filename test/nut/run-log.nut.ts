import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import type { ExportError } from '../../src/core/export-error.js';
import type { JobResult, RunResult } from '../../src/core/run-result.js';
import { createLedger } from '../../src/ledger/index.js';
import type { ValidationRule } from '../../src/practice-org/index.js';
import { Admin, type CliResult, type JsonOutput } from '../support/cli.js';
import { seedStore } from '../support/seeded-store.js';
import { keysOf, writeCalls, type WriteCall } from '../support/writes.js';

type Ended = CliResult & { output: JsonOutput<RunResult> };

const numbered = (letter: string, from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => `${letter}-${from + index}`);
const lines = (header: string, rows: readonly string[]): string => `${[header, ...rows].join('\n')}\n`;
const echoes = /ALL_OR_NONE_OPERATION_ROLLED_BACK|PROCESSING_HALTED/;

const badNames: ValidationRule = {
  name: 'Bad_Names',
  object: 'Account',
  message: 'The name is bad',
  field: 'Name',
  predicate: (record) => String(record['Name']).startsWith('BAD'),
};
/** A second rule on some of them: such a record has two errors. */
const veryBadNames: ValidationRule = {
  ...badNames,
  name: 'Very_Bad_Names',
  message: 'And it is not rated',
  field: 'Rating__c',
  predicate: (record) => String(record['Name']).startsWith('BAD and'),
};
const nameIsBad = { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'The name is bad', fields: ['Name'] };

function job(name: string, more: Record<string, unknown> = {}, settings: Record<string, unknown> = {}) {
  return {
    name,
    object: 'Account',
    externalId: 'Ext_Id__c',
    source: { type: 'csv', path: `${name}.csv` },
    settings: { 'pause-on-export-errors': false, ...settings },
    ...more,
  };
}

async function define(admin: Admin, ...jobs: readonly object[]): Promise<void> {
  await admin.write('crm-export.json', JSON.stringify({ jobs }));
}

const runJobs = (admin: Admin, ...more: readonly string[]): Promise<Ended> =>
  admin.json<RunResult>('run', ...admin.orgFlags, ...more);

function jobOf({ output, stderr }: Ended, name: string): JobResult {
  const found = output.result?.jobs.find((one) => one.job === name);
  if (found === undefined) throw new Error(`No job ${name}: ${JSON.stringify(output)}\n${stderr}`);
  return found;
}

/** What tells the rows apart, in the order of the ledger. */
const brief = (errors: readonly ExportError[]): unknown[] =>
  errors.map((error) => [
    error.row,
    error.key,
    error.status,
    error.attempts,
    error.errors.map((one) => one.statusCode),
  ]);

/** Design 3.1 and 3.3: what each write request of a mode looks like. */
function expectShape(calls: readonly WriteCall[], allOrNone: boolean): void {
  for (const { composite, collections, entry } of calls) {
    if (composite !== undefined) expect(composite).to.deep.equal({ allOrNone, collateSubrequests: false });
    else expect(entry.path).to.match(/\/composite\/sobjects\/\w+\/Ext_Id__c$/);
    for (const { method, url, headers, allOrNone: inner } of collections) {
      expect(method).to.equal('PATCH');
      expect(url).to.match(/^\/services\/data\/v\d+\.0\/composite\/sobjects\/\w+\/Ext_Id__c$/);
      expect(inner).to.equal(allOrNone);
      expect(headers['sforce-auto-assign']).to.equal('FALSE');
      expect(headers['sforce-mru']).to.equal('updateMru=false');
      expect(headers['sforce-duplicate-rule-header']).to.equal('allowSave=false');
    }
  }
}

/** Every file below a folder, with its text. */
async function filesBelow(folder: string): Promise<Map<string, string>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
}

describe('run, log mode', function () {
  this.timeout(240_000);
  let admin: Admin;
  beforeEach(async () => {
    admin = await Admin.create();
    admin.org.rules.add(badNames);
    admin.org.rules.add(veryBadNames);
  });
  afterEach(() => admin.end());

  const long = 'ü'.repeat(20_000);
  const refusedRows = [1, 4, 5, 10, 12, 14, 20, 21, 25];
  const goodKeys = numbered('A', 1, 25).filter((_, index) => !refusedRows.includes(index + 1));

  /** 25 rows over two windows (batch size 4): refused by the org, by a check, with their collection, with two errors. */
  function mixedRows(mended: boolean): string[] {
    const rows = Array.from({ length: 25 }, (_, index) =>
      ['N', '', ''].map((cell) => (cell === 'N' ? `N${index + 1}` : cell)),
    );
    const cells = rows.map(([name, since, text], index) => [`A-${index + 1}`, name, since, text]);
    for (const row of [1, 4, 5, 20, 21, 25]) cells[row - 1]![1] = row === 5 ? 'BAD and worse' : `BAD ${row}`;
    cells[9]![0] = mended ? 'A-10' : '';
    cells[11]![2] = mended ? '2026-01-31' : 'yesterday';
    // Nothing is wrong with it here, but the org cannot read it and refuses its whole collection with 400.
    cells[13]![2] = mended ? '1750-06-01' : '1650-06-01';
    cells[20]![3] = long;
    return cells.map((row) => row.join(','));
  }

  it('L1 E1 E2 X1 S1 K1 each record is tried, each refused one is in ExportErrors once; nothing new; --restart resolves', async () => {
    const header = 'Ext_Id__c,Name,Customer_Since__c,Description';
    await admin.write('accounts.csv', lines(header, mixedRows(false)));
    await define(admin, job('accounts', {}, { 'batch-size': 4 }));

    const ended = await runJobs(admin);
    expect(ended.code, ended.stdout).to.equal(68);
    expect(ended.output.status).to.equal(68);
    expect(ended.output.result.status).to.equal('completedWithErrors');
    const counts = { read: 25, exported: 16, created: 16, updated: 0, failed: 9, superseded: 0 };
    const found = jobOf(ended, 'accounts');
    expect(found).to.include({ ...counts, status: 'completedWithErrors', pausedOn: null, stoppedBy: null });
    expect(found.checkpoint).to.deep.equal({ row: 25, line: 26 });
    expect(admin.written().toSorted()).to.deep.equal(goodKeys.toSorted());
    expectShape(writeCalls(admin.org), false);
    expect(keysOf(writeCalls(admin.org)[0]!).map((keys) => keys.length)).to.deep.equal([4, 4, 4, 4, 2]);
    expect(found.apiCalls, 'A1 all calls of the org are ours, and counted').to.equal(admin.org.apiCalls);

    const view = await admin.ledger();
    expect(view.runs).to.have.lengthOf(1);
    expect(view.runs[0]).to.include({ ...counts, status: 'completedWithErrors', apiCalls: found.apiCalls, run: 1 });
    expect(view.apiUse.map(({ calls }) => calls)).to.deep.equal([found.apiCalls]);
    const errors = view.exportErrors.toSorted((a, b) => a.row - b.row);
    const rule = ['FIELD_CUSTOM_VALIDATION_EXCEPTION'];
    expect(brief(errors)).to.deep.equal([
      [1, 'A-1', 'pending', 1, rule],
      [4, 'A-4', 'pending', 1, rule],
      [5, 'A-5', 'pending', 1, [...rule, ...rule]],
      [10, '#row:10', 'pending', 1, ['LOCAL_MISSING_KEY']],
      [12, 'A-12', 'pending', 1, ['LOCAL_INVALID_VALUE']],
      [14, 'A-14', 'pending', 1, ['JSON_PARSER_ERROR']],
      [20, 'A-20', 'pending', 1, rule],
      [21, 'A-21', 'pending', 1, rule],
      [25, 'A-25', 'pending', 1, rule],
    ]);
    for (const error of errors) {
      expect(error.line).to.equal(error.row + 1);
      expect(error).to.include({
        job: 'accounts',
        object: 'Account',
        operation: 'upsert',
        externalId: 'Ext_Id__c',
        run: 1,
      });
      expect(error).to.include({
        source: admin.path('accounts.csv'),
        orgId: admin.org.orgId,
        recordId: null,
        retries: 0,
      });
      expect(error.lastFailedAt).to.equal(error.firstFailedAt);
    }
    expect(errors[0]!.errors).to.deep.equal([nameIsBad]);
    expect(errors[0]!.payload).to.deep.equal({ Ext_Id__c: 'A-1', Name: 'BAD 1' });
    expect(errors[2]!.errors).to.deep.equal([
      nameIsBad,
      { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'And it is not rated', fields: ['Rating__c'] },
    ]);
    expect(errors[4]!.errors[0]!.fields).to.deep.equal(['Customer_Since__c']);
    expect(errors[5]!.errors[0]!.message).to.include('1650-06-01');
    expect(errors[5]!.payload).to.deep.equal({ Ext_Id__c: 'A-14', Name: 'N14', Customer_Since__c: '1650-06-01' });

    // Over 32 KB: the payload is not stored, all else is.
    const text = JSON.stringify({ Ext_Id__c: 'A-21', Name: 'BAD 21', Description: long });
    expect(errors[7]).to.deep.include({ payload: null, errors: [nameIsBad], category: 'automation' });
    expect(errors[7]!.payloadOmitted?.fields).to.have.members(['Ext_Id__c', 'Name', 'Description']);
    expect(errors[7]!.payloadOmitted).to.include({
      bytes: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
    });

    const stored = await filesBelow(admin.folder);
    const secret = admin.org.accessToken.split('!')[1]!;
    for (const [path, content] of stored) {
      expect(content, `${path} holds the token`).to.not.include(secret);
      if (!path.startsWith(join(admin.folder, 'store'))) continue;
      expect(content, `${path} holds an echo`).to.not.match(echoes);
      expect(content, `${path} holds a payload of 40 KB`).to.not.include('üüü');
      expect((await stat(path)).mode & 0o077, `${path} is for others, too`).to.equal(0);
    }
    expect(ended.stdout + ended.stderr).to.not.include(secret);

    // Nothing new, with open errors: those are retry's.
    const before = admin.org.journal.length;
    const again = await runJobs(admin);
    expect(again.code).to.equal(0);
    expect(jobOf(again, 'accounts')).to.include({
      status: 'completed',
      read: 0,
      exported: 0,
      failed: 0,
      superseded: 0,
    });
    expect(jobOf(again, 'accounts').checkpoint).to.deep.equal({ row: 25, line: 26 });
    expect(writeCalls(admin.org, before)).to.deep.equal([]);
    expect(await admin.exportErrors()).to.deep.equal(view.exportErrors);

    // Times from a clock that ran ahead change nothing: order goes by run and position (K1).
    const store = await readFile(admin.store, 'utf8');
    await writeFile(admin.store, store.replace(/("(?:\w+At|since)":")20\d\d/g, '$12099'));
    await admin.write('accounts.csv', lines(header, mixedRows(true)));
    admin.org.rules.clear();
    const mended = await runJobs(admin, '--restart');
    expect(mended.code, mended.stdout).to.equal(0);
    const all = { read: 25, exported: 25, created: 9, updated: 16, failed: 0, superseded: 1 };
    expect(jobOf(mended, 'accounts')).to.include({ ...all, status: 'completed' });
    const settled = (await admin.exportErrors()).toSorted((a, b) => a.row - b.row);
    expect(settled.map(({ id }) => id)).to.deep.equal(errors.map(({ id }) => id));
    for (const error of settled) {
      if (error.row === 10) expect(error).to.include({ status: 'superseded', recordId: null });
      else
        expect(error).to.include({
          status: 'resolved',
          recordId: admin.org.find('Account', 'Ext_Id__c', error.key)?.Id,
        });
      expect(error.attempts).to.equal(1);
    }
  });

  it('L1 H3 the setting is off for the org; a job of its own keeps it on; --on-error log takes a paused job on', async () => {
    const set = await admin.json(
      'settings',
      'set',
      'pause-on-export-errors',
      'false',
      '--no-prompt',
      ...admin.orgFlags,
    );
    expect(set.code, set.stdout).to.equal(0);
    const { orgId } = admin.org;
    const ledger = createLedger({ path: admin.store, clock: systemClock, random: systemRandom });
    await ledger.updateSettings((rows) => [...rows, { scope: orgId, name: 'batch-size', value: 3 }]);
    const rows = (letter: string, count: number, bad: readonly number[]) =>
      numbered(letter, 1, count).map((key, index) => `${key},${bad.includes(index + 1) ? 'BAD' : 'Good'}`);
    await admin.write('free.csv', lines('Ext_Id__c,Name', rows('F', 10, [3])));
    await admin.write('held.csv', lines('Ext_Id__c,Name', rows('H', 12, [5, 9])));
    const own = { 'pause-on-export-errors': true, 'batch-size': 2, 'collections-per-request': 2 };
    await define(admin, job('free', { settings: {} }), job('held', { settings: own }));

    const first = await runJobs(admin);
    expect(first.code, first.stdout).to.equal(69);
    expect(first.output.result.status).to.equal('paused');
    expect(jobOf(first, 'free')).to.include({ status: 'completedWithErrors', read: 10, exported: 9, failed: 1 });
    expect(jobOf(first, 'held')).to.include({ status: 'paused', exported: 4, failed: 1 });
    expect(jobOf(first, 'held').pausedOn).to.include({ row: 5, key: 'H-5', attempts: 1 });
    const [free, ...held] = writeCalls(admin.org);
    expect(keysOf(free!)).to.deep.equal([
      ['F-1', 'F-2', 'F-3'],
      ['F-4', 'F-5', 'F-6'],
      ['F-7', 'F-8', 'F-9'],
      ['F-10'],
    ]);
    expectShape([free!], false);
    expectShape(held, true);
    expect(keysOf(held[0]!)).to.deep.equal([
      ['H-1', 'H-2'],
      ['H-3', 'H-4'],
    ]);
    expect(keysOf(held.at(-1)!)).to.deep.equal([['H-5']]);

    const before = admin.org.journal.length;
    const logged = await runJobs(admin, '--job', 'held', '--on-error', 'log', '--batch-size', '5');
    expect(logged.code, logged.stdout).to.equal(68);
    expect(logged.output.warnings.join()).to.include('inconsistent');
    expect(jobOf(logged, 'held')).to.include({ status: 'completedWithErrors', read: 8, exported: 6, failed: 2 });
    expect(jobOf(logged, 'held')).to.deep.include({ pausedOn: null, checkpoint: { row: 12, line: 13 } });
    const calls = writeCalls(admin.org, before);
    expect(calls.map((call) => keysOf(call))).to.deep.equal([[numbered('H', 5, 9), numbered('H', 10, 12)]]);
    expectShape(calls, false);
    const view = await admin.ledger();
    expect(view.jobs.find((one) => one.name === 'held')).to.include({ phase: 'completed', pausedOn: null });
    const errors = view.exportErrors.filter((error) => error.job === 'held');
    expect(brief(errors)).to.deep.equal([
      [5, 'H-5', 'pending', 2, ['FIELD_CUSTOM_VALIDATION_EXCEPTION']],
      [9, 'H-9', 'pending', 1, ['FIELD_CUSTOM_VALIDATION_EXCEPTION']],
    ]);
    expect(errors[0]!.id).to.equal(jobOf(first, 'held').pausedOn?.exportErrorId);
    expect(errors[0]).to.include({ retries: 0, run: 2 });
    expect(admin.written().filter((key) => String(key).startsWith('H'))).to.have.members(
      numbered('H', 1, 12).filter((key) => key !== 'H-5' && key !== 'H-9'),
    );
  });

  it('E1 R3 one key many times: one open row; newer rows take out what they set; what fails anew opens a new row', async () => {
    await admin.write(
      'keys.csv',
      lines('Ext_Id__c,Name,Industry,Phone', [
        // K1: a newer row sets the name alone; K2: all that was refused
        'K1,BAD,Banking,',
        'K1,Good,,',
        'K2,BAD,Banking,',
        'k2,Good,Technology,',
        // K3: refused twice, written in two ways
        'K3,BAD,Banking,',
        'k3,BAD again,,123',
        // K4: refused, accepted, refused
        'K4,BAD,,',
        'K4,Good,,',
        'K4,BAD,,',
        'K5,BAD,Banking,5',
        'K6,,Banking,',
      ]),
    );
    await define(admin, job('keys'));
    const first = await runJobs(admin);
    expect(first.code, first.stdout).to.equal(68);
    expect(jobOf(first, 'keys')).to.include({ read: 11, exported: 3, created: 3, failed: 8, superseded: 2 });
    const errors = await admin.exportErrors();
    const rule = ['FIELD_CUSTOM_VALIDATION_EXCEPTION'];
    expect(brief(errors)).to.deep.equal([
      [1, 'K1', 'pending', 1, rule],
      [3, 'K2', 'superseded', 1, rule],
      [6, 'k3', 'pending', 1, rule],
      [7, 'K4', 'superseded', 1, rule],
      [9, 'K4', 'pending', 1, rule],
      [10, 'K5', 'pending', 1, rule],
      [11, 'K6', 'pending', 1, ['REQUIRED_FIELD_MISSING']],
    ]);
    expect(errors.map(({ payload }) => payload)).to.deep.equal([
      { Ext_Id__c: 'K1', Industry: 'Banking' },
      { Ext_Id__c: 'K2', Name: 'BAD', Industry: 'Banking' },
      { Ext_Id__c: 'k3', Name: 'BAD again', Industry: 'Banking', Phone: '123' },
      { Ext_Id__c: 'K4', Name: 'BAD' },
      { Ext_Id__c: 'K4', Name: 'BAD' },
      { Ext_Id__c: 'K5', Name: 'BAD', Industry: 'Banking', Phone: '5' },
      { Ext_Id__c: 'K6', Industry: 'Banking' },
    ]);
    expect(errors[3]!.recordId).to.equal(admin.org.find('Account', 'Ext_Id__c', 'K4')?.Id);

    // Newer rows of a later run: the rest of K1, the name of K5, null for its industry; K6 is refused for another reason.
    const old = await readFile(admin.path('keys.csv'), 'utf8');
    await admin.write('keys.csv', `${old}${['K1,,Other,', 'K5,Good,#N/A,', 'K6,BAD,,6'].join('\n')}\n`);
    const second = await runJobs(admin);
    expect(second.code, second.stdout).to.equal(68);
    expect(jobOf(second, 'keys')).to.include({
      read: 3,
      exported: 2,
      created: 1,
      updated: 1,
      failed: 1,
      superseded: 1,
    });
    const after = await admin.exportErrors();
    expect(after.map(({ id }) => id)).to.deep.equal(errors.map(({ id }) => id));
    expect(after[0]).to.include({ status: 'superseded', row: 1 });
    expect(after[5]).to.deep.include({
      status: 'pending',
      attempts: 1,
      row: 10,
      payload: { Ext_Id__c: 'K5', Phone: '5' },
    });
    expect(after[6]).to.deep.include({
      status: 'pending',
      attempts: 2,
      row: 14,
      errors: [nameIsBad],
      payload: { Ext_Id__c: 'K6', Name: 'BAD', Industry: 'Banking', Phone: '6' },
    });
    const open = after.filter(({ status }) => status === 'pending').map(({ canonicalKey }) => canonicalKey);
    expect(new Set(open).size).to.equal(open.length);
    expect(admin.org.find('Account', 'Ext_Id__c', 'K1')).to.include({ Name: 'Good', Industry: 'Other' });
  });

  it('L1 E2 triggers: a throwing one, Apex limits of 90; auto is one collection where a trigger is active, else five', async () => {
    const { triggers } = admin.org;
    triggers.add({
      name: 'Fragile',
      object: 'Contact',
      events: ['before insert'],
      run: (context) => {
        if (context.new.some((record) => record['LastName'] === 'Poison')) throw new Error('de-reference null');
      },
    });
    triggers.add({
      name: 'Broken',
      object: 'Lead',
      events: ['before insert'],
      run: () => {
        throw new Error('always');
      },
    });
    triggers.add({
      name: 'Hungry',
      object: 'Case',
      events: ['before insert'],
      run: (context) => {
        for (const _ of context.new) context.limits.cpu(111);
      },
    });
    triggers.add({ name: 'Sleeping', object: 'Invoice__c', active: false, run: () => undefined });
    triggers.add({ name: 'Harmless', object: 'Account', run: () => undefined });
    const people = (letter: string, count: number) => numbered(letter, 1, count).map((key) => `${key},${key}`);
    await admin.write('poison.csv', lines('Ext_Id__c,LastName', people('P', 40).with(16, 'P-17,Poison')));
    await admin.write(
      'always.csv',
      lines(
        'Ext_Id__c,LastName,Company',
        people('L', 6).map((row) => `${row},C`),
      ),
    );
    await admin.write('hungry.csv', lines('Ext_Id__c,Subject', people('C', 300)));
    await admin.write(
      'bills.csv',
      lines(
        'Ext_Id__c,Due_Date__c',
        numbered('B', 1, 12).map((key) => `${key},2026-01-31`),
      ),
    );
    await admin.write('fixed.csv', lines('Ext_Id__c,Name', people('A', 8)));
    await define(
      admin,
      job('poison', { object: 'Contact' }, { 'batch-size': 20 }),
      job('always', { object: 'Lead' }),
      job('hungry', { object: 'Case' }),
      job('bills', { object: 'Invoice__c' }, { 'batch-size': 2 }),
      job('fixed', {}, { 'batch-size': 2, 'collections-per-request': 3 }),
    );
    const ended = await runJobs(admin);
    expect(ended.code, ended.stdout).to.equal(68);
    expect(ended.output.result.status).to.equal('completedWithErrors');
    expect(
      ended.output.result.jobs.map(({ job: name, status, read, created, failed }) => [
        name,
        status,
        read,
        created,
        failed,
      ]),
    ).to.deep.equal([
      ['poison', 'completedWithErrors', 40, 39, 1],
      ['always', 'completedWithErrors', 6, 0, 6],
      ['hungry', 'completed', 300, 300, 0],
      ['bills', 'completed', 12, 12, 0],
      ['fixed', 'completed', 8, 8, 0],
    ]);
    const good = numbered('P', 1, 40).filter((key) => key !== 'P-17');
    expect(admin.written('Contact').toSorted()).to.deep.equal(good.toSorted());
    expect(admin.written('Lead')).to.deep.equal([]);
    expect(admin.written('Case').toSorted()).to.deep.equal(numbered('C', 1, 300).toSorted());

    const view = await admin.ledger();
    const code = ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'];
    const errors = view.exportErrors.toSorted((a, b) => b.job.localeCompare(a.job) || a.row - b.row);
    expect(brief(errors)).to.deep.equal([
      [17, 'P-17', 'pending', 1, code],
      ...numbered('L', 1, 6).map((key, index) => [index + 1, key, 'pending', 1, code]),
    ]);
    expect(errors[0]!.errors[0]!.message).to.include('de-reference null');
    expect(errors[0]!.category).to.equal('automation');
    expect(view.jobs.find((one) => one.name === 'hungry')?.learned.records).to.be.within(45, 90);
    expect(view.jobs.find((one) => one.name === 'poison')?.learned.records).to.equal(null);
    expect(await readFile(admin.store, 'utf8')).to.not.match(echoes);

    const calls = writeCalls(admin.org);
    expectShape(calls, false);
    const of = (object: string) => calls.filter((call) => call.collections[0]!.url.includes(`/${object}/`));
    for (const object of ['Contact', 'Lead', 'Case']) {
      expect(of(object).map((call) => call.collections.length)).to.deep.equal(of(object).map(() => 1));
    }
    expect(keysOf(of('Contact')[0]!)[0]).to.have.lengthOf(20);
    expect(of('Invoice__c').map((call) => keysOf(call).map((keys) => keys.length))).to.deep.equal([
      [2, 2, 2, 2, 2],
      [2],
    ]);
    expect(of('Account').map((call) => keysOf(call).map((keys) => keys.length))).to.deep.equal([[2, 2, 2], [2]]);
    const queries = admin.org.journal.filter(({ path }) => path.endsWith('/tooling/query')).map(({ query }) => query);
    expect(queries).to.have.lengthOf(4);
    expect(queries.join()).to.not.include('Account');
  });

  it('3.1 whether there are triggers cannot be asked: one collection at a time', async () => {
    const body = '[{"errorCode":"INSUFFICIENT_ACCESS","message":"no"}]';
    admin.org.faults.next({ kind: 'answer', status: 403, body, match: { path: /\/tooling\/query$/ } });
    const file = await admin.accounts(numbered('A', 1, 5).map((key) => [key, key]));
    const { code } = await admin.run(file, '--batch-size', '2', '--on-error', 'log');
    expect(code).to.equal(0);
    expect(writeCalls(admin.org).map((call) => keysOf(call))).to.deep.equal([
      [['A-1', 'A-2']],
      [['A-3', 'A-4']],
      [['A-5']],
    ]);
  });

  it('T1 E2 a lock that passes costs time alone, one that stays is logged once; an echo is no error', async () => {
    const named = (key: string) => (record: { [name: string]: unknown }) => record['Ext_Id__c'] === key;
    const { faults } = admin.org;
    faults.next({ kind: 'lockRows', times: 2, where: named('A-2') });
    faults.next({ kind: 'lockRows', times: Infinity, scope: 'record', where: named('A-9') });
    const echo = { kind: 'recordError', message: 'rolled back', scope: 'record' } as const;
    faults.next({ ...echo, statusCode: 'PROCESSING_HALTED', where: named('A-6') });
    faults.next({ ...echo, statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK', times: Infinity, where: named('A-11') });
    const file = await admin.accounts(numbered('A', 1, 12).map((key) => [key, key]));
    const { code, output } = await admin.run(file, '--batch-size', '4', '--on-error', 'log');
    expect(code, output.message).to.equal(68);
    expect(output.result.jobs[0]).to.include({ status: 'completedWithErrors', read: 12, created: 10, failed: 2 });
    expect(admin.written().toSorted()).to.deep.equal(
      numbered('A', 1, 12)
        .filter((key) => key !== 'A-9' && key !== 'A-11')
        .toSorted(),
    );
    const errors = (await admin.exportErrors()).toSorted((a, b) => a.row - b.row);
    expect(brief(errors)).to.deep.equal([
      [9, 'A-9', 'pending', 1, ['UNABLE_TO_LOCK_ROW']],
      [11, 'A-11', 'pending', 1, ['LOCAL_NO_REASON']],
    ]);
    expect(errors[0]!.category).to.equal('transient');
    expect(await readFile(admin.store, 'utf8')).to.not.match(echoes);
    const tries = writeCalls(admin.org).filter((call) => keysOf(call).flat().includes('A-9'));
    expect(tries.length).to.be.within(3, 6);
    expect(keysOf(tries.at(-1)!)).to.deep.equal([['A-9']]);
  });

  it('3.2 a field that goes while the job runs stops it: nothing is logged against any record', async () => {
    const file = await admin.accounts(
      numbered('A', 1, 12).map((key) => [key, key, 'x']),
      'Ext_Id__c,Name,Secret__c',
    );
    // The rule is asked at each save; at the fifth record the right to the field goes away.
    admin.org.rules.add({
      ...badNames,
      name: 'Watch',
      predicate: ({ Ext_Id__c }) => {
        if (Ext_Id__c === 'A-4') admin.org.fields.hide('Account', 'Secret__c');
        return false;
      },
    });
    const { code, output } = await admin.run(file, '--batch-size', '2', '--on-error', 'log');
    expect(code).to.equal(1);
    expect(output.message).to.include('Secret__c');
    expect(output.actions).to.not.be.empty;
    const [done] = (output.data as RunResult).jobs;
    expect(done).to.include({ status: 'failed', failed: 0 });
    const { jobs, exportErrors } = await admin.ledger();
    expect(exportErrors).to.deep.equal([]);
    expect(jobs[0]!.checkpoint.row).to.equal(done!.checkpoint.row);
  });

  it('X1 error-cap: at max-export-errors open rows the job stops; raised, the next run goes on', async () => {
    const { orgId } = admin.org;
    const settings = [
      { scope: orgId, name: 'max-export-errors', value: 3 },
      { scope: 'global', name: 'collections-per-request', value: 1 },
      { scope: 'global', name: 'batch-size', value: 2 },
    ];
    await seedStore(admin.store, { settings });
    await admin.write(
      'bad.csv',
      lines(
        'Ext_Id__c,Name',
        numbered('A', 1, 9).map((key) => `${key},BAD`),
      ),
    );
    await admin.write(
      'keyless.csv',
      lines(
        'Ext_Id__c,Name',
        numbered('K', 1, 9).map((key) => `,${key}`),
      ),
    );
    await define(admin, job('bad'));
    const first = await runJobs(admin);
    expect(first.code, first.stdout).to.equal(69);
    expect(first.output.result.status).to.equal('stopped');
    expect(jobOf(first, 'bad')).to.include({ status: 'stopped', exported: 0, failed: 4 });
    expect(jobOf(first, 'bad').stoppedBy?.code).to.equal('error-cap');
    expect(jobOf(first, 'bad').stoppedBy?.message).to.match(/4 .*3/);
    expect(jobOf(first, 'bad').checkpoint.row).to.equal(4);
    expect(writeCalls(admin.org).map((call) => keysOf(call).flat())).to.deep.equal([
      ['A-1', 'A-2'],
      ['A-3', 'A-4'],
    ]);

    // Still at the cap, and it is the whole org's. Refused by a check or by the org: no row more.
    const before = admin.org.journal.length;
    await define(admin, job('keyless'), job('bad'));
    const second = await runJobs(admin);
    expect(second.code, second.stdout).to.equal(69);
    expect(jobOf(second, 'keyless').stoppedBy?.code).to.equal('error-cap');
    expect(writeCalls(admin.org, before)).to.deep.equal([]);
    expect(await admin.exportErrors()).to.have.lengthOf(4);

    await seedStore(admin.store, {
      settings: [{ scope: orgId, name: 'max-export-errors', value: 100 }, ...settings.slice(1)],
    });
    const third = await runJobs(admin);
    expect(third.code, third.stdout).to.equal(68);
    expect(jobOf(third, 'bad')).to.include({ status: 'completedWithErrors', read: 5, failed: 5 });
    const errors = (await admin.exportErrors()).filter((error) => error.job === 'bad');
    expect(errors.map(({ key, attempts }) => [key, attempts])).to.deep.equal(
      numbered('A', 1, 9).map((key) => [key, 1]),
    );
  });

  it('API 4.1 a value that looks like a Composite reference arrives as it was written, in both modes', async () => {
    const rows = (letter: string) =>
      numbered(letter, 1, 14).map((key, index) => `${key},${index === 5 || index === 6 ? `${key} @{c0[0].id}` : key}`);
    await admin.write('paused.csv', lines('Ext_Id__c,Name', rows('P')));
    await admin.write('logged.csv', lines('Ext_Id__c,Name', rows('L').with(6, 'L-7,BAD @{c0[0].id}')));
    const small = { 'batch-size': 4 };
    await define(admin, job('paused', {}, { ...small, 'pause-on-export-errors': true }), job('logged', {}, small));
    const ended = await runJobs(admin);
    expect(ended.code, ended.stdout).to.equal(68);
    expect(ended.output.result.jobs.map(({ created, failed }) => [created, failed])).to.deep.equal([
      [14, 0],
      [13, 1],
    ]);
    for (const key of ['P-6', 'P-7', 'L-6']) {
      expect(admin.org.find('Account', 'Ext_Id__c', key)?.Name).to.equal(`${key} @{c0[0].id}`);
    }
    expect(brief(await admin.exportErrors())).to.deep.equal([
      [7, 'L-7', 'pending', 1, ['FIELD_CUSTOM_VALIDATION_EXCEPTION']],
    ]);
    const calls = writeCalls(admin.org);
    const of = (letter: string) => calls.filter((call) => String(keysOf(call)[0]![0]).startsWith(letter));
    expectShape(of('P'), true);
    expectShape(of('L'), false);
    for (const { composite, collections } of calls) {
      if (composite !== undefined) expect(JSON.stringify(collections)).to.not.include('@{');
    }
    expect(of('P').some(({ composite }) => composite === undefined)).to.equal(true);
    expect(admin.written().filter((key) => String(key).startsWith('P'))).to.deep.equal(numbered('P', 1, 14));
  });

  it('S1 X1 on the screen: what the org and the file say has no effect there; counts, causes and next steps', async () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J';
    admin.org.rules.add({ ...badNames, message: `Bad ${evil} name` });
    const file = await admin.accounts([
      ['A-1', 'Good'],
      [`A-2${evil}`, 'BAD'],
      ['A-3', 'Good'],
    ]);
    const args = ['run', ...admin.adHoc(file), '--on-error', 'log'];
    const { code, stdout, stderr } = await admin.start(args, { FORCE_COLOR: '0' }).ended;
    expect(code, stderr).to.equal(68);

    expect(stdout + stderr).to.not.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    expect(stdout).to.include('3 records read, 2 exported (2 created, 0 updated), 1 refused');
    expect(stdout).to.include('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    expect(stdout).to.include('sf crm-export errors list');
    expect(stderr).to.include('inconsistent');
    expect(stdout + stderr).to.not.include(admin.org.accessToken.split('!')[1]);
    expect((await admin.exportErrors())[0]).to.include({ key: `A-2${evil}`, row: 2 });
  });
});
