import { readdir, readFile, rename, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import type { ExportError } from '../../src/core/export-error.js';
import type { RunResult } from '../../src/core/run-result.js';
import { createLedger } from '../../src/ledger/index.js';
import { jobOf, JobDesk, logs, type Ended } from '../support/job-desk.js';

const numbered = (job: string, from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => `${job}-${from + index}`);
const brief = (errors: readonly ExportError[]): unknown[] =>
  errors.map(({ row, key, status, attempts }) => [row, key, status, attempts]);
const changed = /changed within its first (\d+) rows/;

describe('run: what it does with its source (design.md 7)', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  let first: Ended<RunResult>;
  let second: Ended<RunResult>;
  let errorsBefore: readonly ExportError[];
  const inTheMiddle = ['MU', 'MS', 'MD'];
  const others = ['CU', 'CS', 'CD', 'PU', 'PX', 'PS', 'PO', 'PR', 'PL', 'PN', 'PD', 'PE'];

  before(async () => {
    desk = await JobDesk.create('BAD', 'MEND');
    await desk.define(Object.fromEntries([...others, ...inTheMiddle].map((name) => [name, {}])));
    for (const name of inTheMiddle) await desk.file(name, 10);
    for (const name of ['CU', 'CS', 'CD']) await desk.file(name, 5);
    for (const name of ['PX', 'PS', 'PO', 'PR', 'PD', 'PE']) await desk.file(name, 8, { 6: 'BAD' });
    await desk.file('PU', 8, { 6: 'MEND' });
    for (const name of ['PL', 'PN']) await desk.file(name, 6, { 6: 'MEND' });
    first = await desk.run(...others.flatMap((name) => ['--job', name]));
    // The org's daily limit strikes at the second request of each: rows 1 to 4 are settled.
    for (const name of inTheMiddle) {
      let seen = 0;
      const match = ({ method }: { method: string }): boolean => method === 'POST' && ++seen === 2;
      desk.admin.org.faults.next({ kind: 'requestLimit', limit: 'total', match });
      const { code, output } = await desk.run('--job', name);
      expect(code, output.message).to.equal(75);
      expect(output.result.status).to.equal('stopped');
      expect(output.result.jobs[0]).to.include({ status: 'stopped', read: 8, exported: 4, failed: 0 });
      expect(output.result.jobs[0]!.stoppedBy?.code).to.equal('org-limit');
      expect(output.result.jobs[0]!.checkpoint).to.deep.equal({ row: 4, line: 5 });
      expect((await desk.record(name)).phase).to.equal('open');
    }
    errorsBefore = await desk.admin.exportErrors();

    await desk.file('MS', 11, { 6: 'New' });
    await desk.file('MD', 10, { 2: 'New' });
    await desk.file('CS', 7);
    // An older time than at the first run: no clock decides what is new (K1).
    await utimes(desk.admin.path('CS.csv'), new Date('2001-01-01'), new Date('2001-01-01'));
    await desk.file('CD', 4, { 2: 'New' });
    await desk.file('PS', 8, { 6: 'Good' });
    await desk.file('PO', 8, { 6: 'PO-other,Other' });
    await desk.file('PR', 8, { 6: null });
    await desk.file('PL', 5);
    await desk.file('PD', 8, { 2: 'New', 6: null });
    await desk.file('PE', 8, { 2: 'New', 6: 'Good' });
    desk.admin.org.rules.disable('MEND');
    second = await desk.run();
  });
  after(() => desk.admin.end());

  it('X1 before: completed ones at their end, paused ones on row 6', async () => {
    expect(first.code, first.stdout).to.equal(69);
    expect(first.output.result.jobs.map(({ status, checkpoint }) => [status, checkpoint.row])).to.deep.equal([
      ...['CU', 'CS', 'CD'].map(() => ['completed', 5]),
      ...others.slice(3).map(() => ['paused', 5]),
    ]);
    expect(brief(errorsBefore)).to.deep.equal(others.slice(3).map((name) => [6, `${name}-6`, 'pending', 1]));
    expect(second.code, second.stdout).to.equal(69);
    expect(second.output.result.status).to.equal('paused');
    expect(second.output.result.jobs.map(({ job, status }) => [job, status])).to.deep.equal(
      [...others, ...inTheMiddle].map((name) => [name, name === 'PX' ? 'paused' : 'completed']),
    );
  });

  it('in the middle, unchanged: goes on behind the checkpoint', () => {
    expect(desk.sent('MU')).to.deep.equal([numbered('MU', 5, 8), numbered('MU', 9, 10)]);
    expect(jobOf(second, 'MU')).to.deep.include({
      read: 6,
      created: 6,
      warnings: [],
      checkpoint: { row: 10, line: 11 },
    });
    expect(desk.written('MU')).to.deep.equal(numbered('MU', 1, 10));
  });

  it('in the middle, same up to the checkpoint: goes on behind it, with the rows as they are now', () => {
    expect(desk.sent('MS')).to.deep.equal([numbered('MS', 5, 8), numbered('MS', 9, 11)]);
    expect(jobOf(second, 'MS')).to.deep.include({ read: 7, created: 7, updated: 0, warnings: [] });
    expect(desk.names('MS')).to.deep.equal(
      numbered('N', 1, 11).map((name, at) => (at === 5 ? 'New' : name.replace('-', ''))),
    );
  });

  it('in the middle, differs before it: row 1, with a warning that names the row', () => {
    expect(desk.sent('MD').flat()).to.deep.equal(numbered('MD', 1, 10));
    expect(jobOf(second, 'MD')).to.include({ read: 10, created: 6, updated: 4 });
    expect(jobOf(second, 'MD').warnings).to.have.lengthOf(1);
    expect(changed.exec(jobOf(second, 'MD').warnings[0]!)?.[1]).to.equal('4');
    expect(desk.names('MD')[1]).to.equal('New');
  });

  it('H2 paused, unchanged, mended in the org: the record alone, then on', async () => {
    expect(desk.sent('PU')).to.deep.equal([['PU-6'], numbered('PU', 7, 8)]);
    expect(jobOf(second, 'PU')).to.deep.include({ read: 3, created: 3, pausedOn: null, warnings: [] });
    expect(brief(await desk.errors('PU'))).to.deep.equal([[6, 'PU-6', 'resolved', 1]]);
  });

  it('H2 H3 paused, unchanged, still refused: the record alone, and the job stays', async () => {
    expect(desk.sent('PX')).to.deep.equal([['PX-6']]);
    expect(jobOf(second, 'PX')).to.deep.include({ exported: 0, failed: 1, checkpoint: { row: 5, line: 6 } });
    expect(jobOf(second, 'PX').pausedOn).to.include({ row: 6, line: 7, key: 'PX-6', attempts: 2 });
    expect(brief(await desk.errors('PX'))).to.deep.equal([[6, 'PX-6', 'pending', 2]]);
    expect(desk.written('PX')).to.deep.equal(numbered('PX', 1, 5));
  });

  it('H2 paused, same up to the checkpoint: the row now at n alone, then on', async () => {
    expect(desk.sent('PS')).to.deep.equal([['PS-6'], numbered('PS', 7, 8)]);
    expect(jobOf(second, 'PS')).to.deep.include({ read: 3, created: 3, superseded: 0, warnings: [] });
    expect(brief(await desk.errors('PS'))).to.deep.equal([[6, 'PS-6', 'resolved', 1]]);
    expect(desk.names('PS')[5]).to.equal('Good');
  });

  it('R2 paused, another key at n: that row alone; the old error is superseded', async () => {
    expect(desk.sent('PO')).to.deep.equal([['PO-other'], numbered('PO', 7, 8)]);
    expect(jobOf(second, 'PO')).to.deep.include({ read: 3, created: 3, superseded: 1, warnings: [] });
    expect(brief(await desk.errors('PO'))).to.deep.equal([[6, 'PO-6', 'superseded', 1]]);
    expect(desk.written('PO')).to.not.include('PO-6');
  });

  it('R2 paused, row n removed: the row that took its place alone; the old error is superseded', async () => {
    expect(desk.sent('PR')).to.deep.equal([['PR-7'], ['PR-8']]);
    expect(jobOf(second, 'PR')).to.deep.include({
      read: 2,
      created: 2,
      superseded: 1,
      checkpoint: { row: 7, line: 8 },
    });
    expect(brief(await desk.errors('PR'))).to.deep.equal([[6, 'PR-6', 'superseded', 1]]);
  });

  it('R2 paused on the last row: removed, nothing is sent and the error is superseded; mended, it alone', async () => {
    expect(desk.sent('PL')).to.deep.equal([]);
    expect(jobOf(second, 'PL')).to.deep.include({ read: 0, exported: 0, superseded: 1, pausedOn: null });
    expect(brief(await desk.errors('PL'))).to.deep.equal([[6, 'PL-6', 'superseded', 1]]);
    expect(desk.sent('PN')).to.deep.equal([['PN-6']]);
    expect(brief(await desk.errors('PN'))).to.deep.equal([[6, 'PN-6', 'resolved', 1]]);
  });

  it('paused, differs before it: row 1, with a warning; the error of n stays open until its key is met', async () => {
    expect(desk.sent('PD').flat()).to.deep.equal([...numbered('PD', 1, 5), ...numbered('PD', 7, 8)]);
    expect(jobOf(second, 'PD')).to.include({ read: 7, created: 2, updated: 5, failed: 0, superseded: 0 });
    expect(changed.exec(jobOf(second, 'PD').warnings[0]!)?.[1]).to.equal('5');
    expect(brief(await desk.errors('PD'))).to.deep.equal([[6, 'PD-6', 'pending', 1]]);
    expect((await desk.record('PD')).pausedOn).to.equal(null);
    expect(desk.sent('PE').flat()).to.deep.equal(numbered('PE', 1, 8));
    expect(jobOf(second, 'PE').warnings).to.have.lengthOf(1);
    expect(brief(await desk.errors('PE'))).to.deep.equal([[6, 'PE-6', 'resolved', 1]]);
  });

  it('completed, unchanged: nothing new', () => {
    expect(desk.sent('CU')).to.deep.equal([]);
    expect(jobOf(second, 'CU')).to.deep.include({
      read: 0,
      exported: 0,
      warnings: [],
      checkpoint: { row: 5, line: 6 },
    });
  });

  it('K1 completed, same up to the checkpoint: the new rows only, though the file looks older', () => {
    expect(desk.sent('CS')).to.deep.equal([numbered('CS', 6, 7)]);
    expect(jobOf(second, 'CS')).to.deep.include({ read: 2, created: 2, warnings: [], checkpoint: { row: 7, line: 8 } });
  });

  it('completed, differs: row 1, without a warning', () => {
    expect(desk.sent('CD').flat()).to.deep.equal(numbered('CD', 1, 4));
    expect(jobOf(second, 'CD')).to.deep.include({ read: 4, updated: 4, created: 0, warnings: [] });
    expect(jobOf(second, 'CD').checkpoint).to.deep.equal({ row: 4, line: 5 });
    expect(desk.names('CD')).to.deep.equal(['N1', 'New', 'N3', 'N4', 'N5']);
  });

  it('X1 the ledger says what --json said', async () => {
    const view = await desk.admin.ledger();
    for (const result of second.output.result.jobs) {
      const { read, exported, created, updated, failed, superseded, status, apiCalls } = result;
      const run = view.runs.findLast((one) => one.job === result.job);
      expect(run, result.job).to.include({ read, exported, created, updated, failed, superseded, status, apiCalls });
      const record = view.jobs.find((one) => one.name === result.job)!;
      expect(record.checkpoint).to.include(result.checkpoint);
      expect(record.phase).to.equal(result.status);
      expect(record.pausedOn?.row ?? null).to.equal(result.pausedOn?.row ?? null);
    }
  });
});

describe('run: flags and state (design.md 4.2)', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  beforeEach(async () => {
    desk = await JobDesk.create('BAD', 'MEND');
  });
  afterEach(() => desk.admin.end());

  it('--dry-run reads all from row 1 and changes nothing anywhere, whatever the job stands on; 0 or 68', async () => {
    const { admin } = desk;
    await desk.define({ DN: {}, DP: {}, DL: {} });
    await desk.file('DN', 3);
    await desk.file('DP', 6, { 4: 'BAD' });
    const fresh = await desk.run('--dry-run', '-j', 'DN', '-j', 'DP');
    expect(fresh.code, fresh.stdout).to.equal(0);
    expect(fresh.output.result).to.include({ dryRun: true, status: 'completed' });
    expect(jobOf(fresh, 'DP')).to.deep.include({ read: 6, exported: 0, failed: 0, refusals: [], pausedOn: null });
    expect(await readdir(admin.folder)).to.not.include('store');

    expect((await desk.run('-j', 'DN', '-j', 'DP')).code).to.equal(69);
    await admin.write('DL.csv', 'Ext_Id__c,Name,Customer_Since__c\nDL-1,N1,\n,N2,\nDL-3,BAD,31.1.2026\n');
    const folder = dirname(admin.store);
    const state = async () => {
      const names = await readdir(folder);
      const { mtimeNs, ino } = await stat(admin.store, { bigint: true });
      return { names, mtimeNs, ino, text: await readFile(admin.store, 'utf8') };
    };
    const stood = await state();
    const rows = admin.org.records('Account').length;
    // Held by another process: a run is refused, a dry run is not.
    const ledger = createLedger({ path: admin.store, clock: systemClock, random: systemRandom });
    const held = await ledger.openJob({ orgId: admin.org.orgId, name: 'DN' });
    const stoodHeld = await state();
    const dry = await desk.run('--dry-run');
    expect(dry.code, dry.stdout).to.equal(68);
    expect(dry.output.result).to.include({ dryRun: true, status: 'completedWithErrors' });
    expect(dry.output.result.jobs.map(({ job, status, read, failed }) => [job, status, read, failed])).to.deep.equal([
      ['DN', 'completed', 3, 0],
      ['DP', 'completed', 6, 0],
      ['DL', 'completedWithErrors', 3, 2],
    ]);
    const refusals = jobOf(dry, 'DL').refusals!;
    expect(refusals.map(({ row, line, key, errors }) => [row, line, key, errors[0]!.statusCode])).to.deep.equal([
      [2, 3, '#row:2', 'LOCAL_MISSING_KEY'],
      [3, 4, 'DL-3', 'LOCAL_INVALID_VALUE'],
    ]);
    expect(await state()).to.deep.equal(stoodHeld);
    expect(desk.writes()).to.deep.equal([]);
    const busy = await desk.run('-j', 'DN', '-j', 'DP');
    expect(busy.code, busy.stdout).to.equal(69);
    expect(jobOf(busy, 'DN')).to.include({ status: 'stopped', read: 0 });
    expect(jobOf(busy, 'DN').stoppedBy?.code).to.equal('busy');
    expect(jobOf(busy, 'DN').stoppedBy?.message).to.include(String(process.pid));
    expect(jobOf(busy, 'DP').pausedOn).to.include({ row: 4, attempts: 2 });
    await held.close();
    expect(admin.org.records('Account')).to.have.lengthOf(rows);
    expect(stood.names).to.include('crm-export-store.json');
  });

  it('--restart: row 1, the error of n stays open; --from-row N: behind N-1, the pause is lifted', async () => {
    await desk.define({ RN: {}, RP: {}, FP: {}, FN: {} });
    for (const name of ['RN', 'FN']) await desk.file(name, 5);
    for (const name of ['RP', 'FP']) await desk.file(name, 6, { 3: 'BAD' });
    expect((await desk.run()).code).to.equal(69);

    const restarted = await desk.run('--restart', '-j', 'RN', '-j', 'RP');
    expect(restarted.code, restarted.stdout).to.equal(69);
    expect(jobOf(restarted, 'RN')).to.deep.include({
      status: 'completed',
      read: 5,
      created: 0,
      updated: 5,
      warnings: [],
    });
    expect(desk.sent('RN').flat()).to.deep.equal(numbered('RN', 1, 5));
    expect(jobOf(restarted, 'RP')).to.deep.include({ status: 'paused', updated: 2, failed: 1, warnings: [] });
    expect(desk.sent('RP')[0]).to.deep.equal(numbered('RP', 1, 4));
    expect(brief(await desk.errors('RP'))).to.deep.equal([[3, 'RP-3', 'pending', 2]]);

    // Row 5 is behind the record the job is paused on.
    const from = await desk.run('--from-row', '5', '-j', 'FP');
    expect(from.code, from.stdout).to.equal(0);
    expect(desk.sent('FP')).to.deep.equal([numbered('FP', 5, 6)]);
    expect(jobOf(from, 'FP')).to.deep.include({
      status: 'completed',
      read: 2,
      pausedOn: null,
      checkpoint: { row: 6, line: 7 },
    });
    expect(brief(await desk.errors('FP'))).to.deep.equal([[3, 'FP-3', 'pending', 1]]);
    expect((await desk.record('FP')).pausedOn).to.equal(null);
    // Back in front of it: the record is met again.
    const back = await desk.run('--from-row', '2', '-j', 'FP');
    expect(back.code, back.stdout).to.equal(69);
    expect(desk.sent('FP')[0]).to.deep.equal(numbered('FP', 2, 5));
    expect(brief(await desk.errors('FP'))).to.deep.equal([[3, 'FP-3', 'pending', 2]]);
    expect(jobOf(back, 'FP').checkpoint.row).to.equal(2);

    // The row behind the last one: everything counts as settled. One more is a row that the source does not have.
    const end = await desk.run('--from-row', '6', '-j', 'FN');
    expect([end.code, jobOf(end, 'FN').read, desk.sent('FN')]).to.deep.equal([0, 0, []]);
    const stood = await desk.record('FN');
    const beyond = await desk.run('--from-row', '7', '-j', 'FN');
    expect(beyond.code).to.equal(1);
    expect(beyond.output.message).to.match(/FN\.csv has 5 rows.*row 7/);
    expect(beyond.output.actions).to.not.be.empty;
    expect((await desk.record('FN')).checkpoint).to.deep.equal(stood.checkpoint);
    expect(desk.sent('FN')).to.deep.equal([]);
  });

  const skip = (name: string, ...more: string[]) =>
    desk.admin.json('skip', '-j', name, '--reason', 'for now', '--no-prompt', ...desk.admin.orgFlags, ...more);

  it('skip, and skip --discard: the next run goes on behind the record and never sends it', async () => {
    await desk.define({ SP: {}, SD: {} });
    for (const name of ['SP', 'SD']) await desk.file(name, 6, { 3: 'BAD' });
    expect((await desk.run()).code).to.equal(69);
    expect((await skip('SP')).code).to.equal(0);
    expect((await skip('SD', '--discard')).code).to.equal(0);
    const ended = await desk.run();
    expect(ended.code, ended.stdout).to.equal(0);
    for (const name of ['SP', 'SD']) {
      expect(desk.sent(name)).to.deep.equal([numbered(name, 4, 6)]);
      expect(jobOf(ended, name)).to.deep.include({
        status: 'completed',
        read: 3,
        warnings: [],
        checkpoint: { row: 6, line: 7 },
      });
      expect(desk.written(name)).to.not.include(`${name}-3`);
    }
    expect(brief(await desk.errors('SP'))).to.deep.equal([[3, 'SP-3', 'pending', 1]]);
    expect(brief(await desk.errors('SD'))).to.deep.equal([[3, 'SD-3', 'discarded', 1]]);
    expect((await desk.errors('SP'))[0]!.note).to.match(/for now$/);
  });

  it('skip, then the skipped row goes out of the file: no other record is passed over in its place', async () => {
    await desk.define({ SX: {} });
    await desk.file('SX', 6, { 3: 'BAD' });
    expect((await desk.run()).code).to.equal(69);
    expect((await skip('SX')).code).to.equal(0);
    await desk.file('SX', 6, { 3: null });
    const ended = await desk.run();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(new Set(desk.written('SX'))).to.deep.equal(new Set(['SX-1', 'SX-2', 'SX-4', 'SX-5', 'SX-6']));
  });
});

describe('run: what files are like', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  beforeEach(async () => {
    desk = await JobDesk.create('BAD', 'MEND');
  });
  afterEach(() => desk.admin.end());

  it('BOM, CRLF, line breaks in quotes, multi-byte text: values as they are, rows and lines as an editor counts them', async () => {
    const { admin } = desk;
    const text = (job: string): string =>
      [
        '\uFEFFExt_Id__c,Name,Description',
        `${job}-1,"two\r\nlines","a ""quote"", and a comma"`,
        `${job}-2,Ünïcode 日本 😀,`,
        '',
        `${job}-3,BAD 日本,😀`,
        `${job}-4,N4,x`,
        `${job}-5,"BAD\r\n1\r\n2",`,
        `${job}-6,N6,`,
        `${job}-7,a,b,c`,
        `${job}-8,BAD,`,
      ].join('\r\n');
    await admin.write('TP.csv', text('TP'));
    await admin.write('TL.csv', text('TL'));
    await desk.define({ TP: {}, TL: logs });
    const ended = await desk.run();
    expect(ended.code, ended.stdout).to.equal(69);
    expect(jobOf(ended, 'TP').pausedOn).to.include({ row: 3, line: 6, key: 'TP-3' });
    expect(jobOf(ended, 'TP').checkpoint).to.deep.equal({ row: 2, line: 4 });
    expect(jobOf(ended, 'TL')).to.include({ status: 'completedWithErrors', read: 8, exported: 4, failed: 4 });
    const errors = (await desk.errors('TL')).toSorted((a, b) => a.row - b.row);
    expect(errors.map(({ row, line, key, errors: [error] }) => [row, line, key, error!.statusCode])).to.deep.equal([
      [3, 6, 'TL-3', 'FIELD_CUSTOM_VALIDATION_EXCEPTION'],
      [5, 8, 'TL-5', 'FIELD_CUSTOM_VALIDATION_EXCEPTION'],
      [7, 12, '#row:7', 'LOCAL_BROKEN_ROW'],
      [8, 13, 'TL-8', 'FIELD_CUSTOM_VALIDATION_EXCEPTION'],
    ]);
    expect(errors[0]!.payload).to.deep.equal({ Ext_Id__c: 'TL-3', Name: 'BAD 日本', Description: '😀' });
    expect(errors[1]!.payload).to.deep.equal({ Ext_Id__c: 'TL-5', Name: 'BAD\r\n1\r\n2' });
    expect(admin.org.find('Account', 'Ext_Id__c', 'TL-1')).to.include({
      Name: 'two\r\nlines',
      Description: 'a "quote", and a comma',
    });
    expect(admin.org.find('Account', 'Ext_Id__c', 'TL-2')).to.include({ Name: 'Ünïcode 日本 😀', Description: null });

    desk.admin.org.rules.clear();
    const on = await desk.run();
    // The broken row of the paused job is met now; the logged one has nothing new.
    expect(on.code, on.stdout).to.equal(69);
    expect(jobOf(on, 'TP').pausedOn).to.include({ row: 7, line: 12, key: '#row:7' });
    expect(desk.written('TP')).to.deep.equal(numbered('TP', 1, 6));
    expect(jobOf(on, 'TL')).to.include({ status: 'completed', read: 0 });
  });

  it('rows appended, a last row that is continued, a file replaced in the night, an empty one that fills', async () => {
    const { admin } = desk;
    await desk.define({ AP: {}, CT: {}, NI: {}, NS: {}, HO: {} });
    const header = 'Ext_Id__c,Name\n';
    await desk.file('AP', 3);
    await admin.write('CT.csv', `${header}CT-1,One\nCT-2,Tw`);
    await desk.file('NI', 5);
    await desk.file('NS', 3);
    await admin.write('HO.csv', header);
    const first = await desk.run();
    expect(first.code, first.stdout).to.equal(0);
    expect(first.output.result.jobs.map(({ created }) => created)).to.deep.equal([3, 2, 5, 3, 0]);
    expect(jobOf(first, 'HO').warnings.join()).to.match(/HO\.csv.* no rows/);
    expect(desk.names('CT')).to.deep.equal(['One', 'Tw']);

    await desk.file('AP', 5);
    await admin.write('CT.csv', `${header}CT-1,One\nCT-2,Two\nCT-3,Thr`);
    // As nightly jobs do: a new file is written beside the old one and takes its name.
    await admin.write('new.csv', 'Name,Ext_Id__c,Industry\nMonday,NI-2,Banking\nMonday,NI-9,\n');
    await rename(admin.path('new.csv'), admin.path('NI.csv'));
    await admin.write('new.csv', await readFile(admin.path('NS.csv')));
    await rename(admin.path('new.csv'), admin.path('NS.csv'));
    await admin.write('HO.csv', `${header}HO-1,One\n`);
    const second = await desk.run();
    expect(second.code, second.stdout).to.equal(0);
    expect(desk.sent('AP')).to.deep.equal([numbered('AP', 4, 5)]);
    expect(desk.sent('CT').flat()).to.deep.equal(numbered('CT', 1, 3));
    expect(desk.names('CT')).to.deep.equal(['One', 'Two', 'Thr']);
    expect(desk.sent('NI')).to.deep.equal([['NI-2', 'NI-9']]);
    expect(desk.names('NI')).to.deep.equal(['N1', 'Monday', 'N3', 'N4', 'N5', 'Monday']);
    expect(desk.sent('NS')).to.deep.equal([]);
    expect(desk.sent('HO')).to.deep.equal([['HO-1']]);
    for (const { warnings } of second.output.result.jobs) expect(warnings).to.deep.equal([]);

    // The last row got its line break and nothing else: it was settled already.
    await admin.write('CT.csv', `${await readFile(admin.path('CT.csv'), 'utf8')}\nCT-4,Four\n`);
    const third = await desk.run('-j', 'CT');
    expect(third.code, third.stdout).to.equal(0);
    expect(desk.sent('CT')).to.deep.equal([['CT-4']]);
  });
});
