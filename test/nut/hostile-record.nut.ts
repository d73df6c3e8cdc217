import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import type { ErrorsExportResult } from '../../src/cli/export-errors.js';
import type { ExportError } from '../../src/core/export-error.js';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import type { RunResult } from '../../src/core/run-result.js';
import type { StatusResult } from '../../src/report/status-result.js';
import { Admin, type CliResult } from '../support/cli.js';
import { csvCell, expectQuiet, hostileMessage, hostileTexts } from '../support/hostile.js';
import { modeOf } from '../support/modes.js';

const entries = Object.entries(hostileTexts);
const huge = 'x\u001b[31m'.repeat(170_000);

/** A CSV file of accounts with any text in its cells. */
function csvOf(rows: readonly (readonly string[])[], header = ['Ext_Id__c', 'Name']): string {
  return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\n');
}

describe('S1: a hostile record', function () {
  this.timeout(240_000);
  let admin: Admin;
  const shown: [string, CliResult][] = [];
  const rows = entries.map(([name, text]) => [`K-${name}`, text] as const);

  before(async () => {
    admin = await Admin.create();
    admin.org.rules.add({
      name: 'No',
      object: 'Account',
      message: hostileMessage,
      field: 'Name',
      predicate: () => true,
    });
    const where = { scope: 'record', times: Infinity, where: (sent: object) => 'Phone' in sent } as const;
    admin.org.faults.next({
      ...where,
      kind: 'recordError',
      statusCode: `CODE_${hostileTexts['title']}`,
      message: hostileMessage,
      fields: ['__proto__', hostileTexts['bidi']!],
    });
    await admin.write('accounts.csv', csvOf(rows));
  });
  after(() => admin.end());

  const say = async (...args: string[]): Promise<CliResult> => {
    const ended = await admin.sf(...args);
    shown.push([args.slice(0, 2).join(' '), ended]);
    return ended;
  };
  const ask = async <T>(...args: string[]) => {
    const ended = await admin.json<T>(...args);
    shown.push([`${args.slice(0, 2).join(' ')} --json`, ended]);
    return ended;
  };

  it('S1: paused on it: run and status show it and do not obey it', async () => {
    const paused = await say('run', ...admin.adHoc('accounts.csv'));
    expect(paused.code, paused.stderr).to.equal(69);
    expect(paused.stdout).to.include('\\x1b]0;owned\\x07');
    const status = await ask<StatusResult>('status', ...admin.orgFlags);
    expect(status.output.result.jobs[0]!.pausedOn!.errors[0]!.message).to.equal(hostileMessage);
    const json = await ask<RunResult>('run', ...admin.adHoc('accounts.csv'));
    expect(json.output.result.jobs[0]!.pausedOn!.errors[0]!.message).to.equal(hostileMessage);
    expect((await say('status', ...admin.orgFlags)).stdout).to.include('\\u202egnp');
  });

  it('S1: logged: the store holds every value and message exactly, and so do errors list and show with --json', async () => {
    const logged = await say('run', ...admin.adHoc('accounts.csv'), '--on-error', 'log');
    expect(logged.code, logged.stderr).to.equal(68);
    const stored = await admin.exportErrors();
    expect(stored.map(({ payload }) => payload?.['Name'])).to.have.members(Object.values(hostileTexts));
    for (const { errors } of stored) expect(errors[0]!.message).to.equal(hostileMessage);

    const list = await ask<ExportError[]>('errors', 'list', ...admin.orgFlags);
    expect(list.output.result.map(({ payload }) => payload)).to.have.deep.members(stored.map(({ payload }) => payload));
    for (const { id, payload } of [stored[0]!, stored.find(({ key }) => key === 'K-c1')!]) {
      const show = await ask<ExportError>('errors', 'show', '--id', id, ...admin.orgFlags);
      expect(show.output.result.payload).to.deep.equal(payload);
      expect(show.output.result.errors[0]!.message).to.equal(hostileMessage);
      expect((await say('errors', 'show', '--id', id, ...admin.orgFlags)).stdout).to.include('\\x1b]0;owned');
    }
    expect((await say('errors', 'list', ...admin.orgFlags)).code).to.equal(0);
  });

  it('S1: errors export: exact values, formulas made text, error texts escaped, for its owner alone', async () => {
    const file = admin.path('errors.csv');
    const { output } = await ask<ErrorsExportResult>('errors', 'export', '--output-file', file, ...admin.orgFlags);
    expect(output.result).to.include({ path: file, format: 'csv', count: rows.length });
    expect(await modeOf(file)).to.equal('600');
    const cells: Record<string, string>[] = parse(await readFile(file), { bom: true, columns: true });
    const names = new Map(cells.map((row) => [row['Ext_Id__c'], row['Name']]));
    const formulas = ['formula', 'dde', 'at', 'composite'];
    for (const [name, text] of entries) {
      expect(names.get(`K-${name}`), name).to.equal(formulas.includes(name) ? `'${text}` : text);
    }
    expect(output.result.apostrophes).to.equal(formulas.length);
    expect(cells[0]!['error__messages'])
      .to.include('\\x1b]0;owned\\x07')
      .and.not.match(/[\u0000-\u001f\u0080-\u009f]/);

    const exact = admin.path('errors.json');
    expect((await say('errors', 'export', '--output-file', exact, ...admin.orgFlags)).code).to.equal(0);
    expect(JSON.parse(await readFile(exact, 'utf8'))).to.deep.equal([...(await admin.exportErrors())]);
    expectQuiet({ stdout: await readFile(exact, 'utf8'), stderr: '' });
  });

  it('S1: retry sends the very bytes of the file: what the org holds equals the cells', async () => {
    admin.org.rules.clear();
    const { code, output } = await ask<RetryResult>('retry', ...admin.orgFlags);
    expect(code, JSON.stringify(output)).to.equal(0);
    expect(output.result.resolved).to.equal(rows.length);
    for (const [key, text] of rows) expect(admin.org.find('Account', 'Ext_Id__c', key)?.['Name'], key).to.equal(text);
    expect((await say('retry', ...admin.orgFlags)).code).to.equal(0);
  });

  it('S1: as keys: ledger, org and --json tell them apart and keep them as they are', async () => {
    const keys = entries.filter(([name]) => name !== 'lines').map(([, text]) => text);
    await admin.write('keys.csv', csvOf(keys.map((key) => [key, 'N'])));
    const ran = await say('run', ...admin.adHoc('keys.csv'), '--on-error', 'log');
    expect(ran.code, ran.stderr).to.equal(0);
    const held = new Set(admin.org.records('Account').map((row) => row['Ext_Id__c']));
    for (const key of keys) expect(held.has(key), JSON.stringify(key)).to.equal(true);
  });

  it('S1: in the status code and the field names of an error, and 1 MB in a cell', async () => {
    await admin.write(
      'more.csv',
      csvOf(
        [
          ['M-1', 'N', 'S'],
          ['M-2', huge, ''],
        ],
        ['Ext_Id__c', 'Name', 'Phone'],
      ),
    );
    const ran = await say('run', ...admin.adHoc('more.csv'), '--on-error', 'log');
    expect(ran.code, ran.stderr).to.equal(68);
    const [coded, long] = (await admin.exportErrors()).filter(({ key }) => key.startsWith('M-'));
    expect(coded!.errors[0]!.statusCode).to.equal(`CODE_${hostileTexts['title']}`);
    expect(coded!.errors[0]!.fields).to.deep.equal(['__proto__', hostileTexts['bidi']]);
    expect(long!.payload).to.equal(null);
    expect(long!.payloadOmitted!.bytes).to.be.above(huge.length);
    for (const id of [coded!.id, long!.id]) {
      expect((await say('errors', 'show', '--id', id, ...admin.orgFlags)).code).to.equal(0);
    }
    const listed = await say('errors', 'list', ...admin.orgFlags, '--code', coded!.errors[0]!.statusCode);
    expect(listed.stdout).to.include('M-1').and.not.include('M-2');
    const status = await ask<StatusResult>('status', ...admin.orgFlags);
    expect(JSON.stringify(status.output.result.byCode)).to.include('CODE_A\\u001b]0;owned');
    await say('status', ...admin.orgFlags);
    const file = admin.path('more-errors.csv');
    await say('errors', 'export', '--output-file', file, ...admin.orgFlags);
    const cells: Record<string, string>[] = parse(await readFile(file), { bom: true, columns: true });
    const states = cells.map((row) => [row['Ext_Id__c'], row['error__key'], row['error__payload']]);
    expect(states).to.deep.equal([
      ['M-1', 'M-1', 'stored'],
      ['', 'M-2', 'too large'],
    ]);
    expect((await stat(admin.store)).size).to.be.below(huge.length);
  });

  it('S1: what an org says about a whole request, in JSON and in HTML', async () => {
    const source = await admin.write('org.csv', csvOf([['O-1', 'N']]));
    const path = /\/composite/;
    const body = JSON.stringify([{ errorCode: `BAD_${hostileTexts['ansi']}`, message: hostileMessage }]);
    for (const answer of [
      { status: 400, body },
      { status: 400, body: `<html><script>${hostileMessage}</script>`, contentType: 'text/html' },
      { status: 405, body: hostileMessage, contentType: 'text/plain' },
    ]) {
      for (const json of [[], ['--json']]) {
        admin.org.faults.next({ kind: 'answer', match: { path }, ...answer });
        expect((await say('run', ...admin.adHoc(source), ...json)).code).to.equal(1);
      }
    }
    const describe = { kind: 'answer', match: { path: /describe/ }, status: 400, body } as const;
    admin.org.faults.next(describe);
    expect((await say('run', ...admin.adHoc(source))).code).to.equal(1);
  });

  it('S1: as names: columns, files, folders, stores, jobs, objects, and whatever flags repeat', async () => {
    const evil = hostileTexts['title']! + hostileTexts['bidi']! + hostileTexts['c1']!;
    const name = evil.replaceAll('/', '-').slice(0, 90);
    await mkdir(admin.path(name));
    const column = await admin.write('column.csv', csvOf([['C-1', 'N']], ['Ext_Id__c', evil]));
    expect((await say('run', ...admin.adHoc(column))).code).to.equal(1);
    expect((await ask('run', ...admin.adHoc(column))).code).to.equal(1);
    const file = await admin.write(
      join(name, `${name}.csv`),
      csvOf([
        ['C-1', 'N'],
        ['C-2', ''],
      ]),
    );
    expect((await say('run', ...admin.adHoc(file), '--name', 'odd')).code).to.equal(69);
    expect((await say('run', ...admin.adHoc(file))).code).to.be.oneOf([1, 69]);
    const store = admin.path(join(name, 'store.json'));
    expect((await say('run', ...admin.adHoc(file), '--name', 'odd', '--store', store)).code).to.equal(69);
    expect((await say('status', ...admin.orgFlags, '--store', store)).stdout).to.include('\\x1b');
    await say('skip', '--job', 'odd', '--reason', evil, ...admin.orgFlags, '--no-prompt');
    expect((await say('errors', 'list', ...admin.orgFlags, '--job', 'odd')).code).to.equal(0);
    await say('skip', '--job', evil, '--reason', 'x', ...admin.orgFlags);
    await say('run', '--file', column, '--sobject', evil, '--external-id', evil, ...admin.orgFlags);
    await say('run', '--job', evil, ...admin.orgFlags);
    await say('run', `--${evil}`, ...admin.orgFlags);
    await say('run', '--batch-size', evil, ...admin.orgFlags);
    await say('retry', '--older-than', evil, ...admin.orgFlags);
    await say('run', '--target-org', evil);
    await say('status', '--target-org', evil);
    await say('settings', 'set', 'batch-size', evil, ...admin.orgFlags);
    await say('errors', 'export', '--output-file', admin.path(name), ...admin.orgFlags);
  });

  it('S1: nothing that any of these commands put out has an effect on a terminal', () => {
    expect(shown.length).to.be.above(40);
    for (const [command, ended] of shown) {
      expect(ended.code, command).to.be.oneOf([0, 1, 2, 68, 69]);
      expectQuiet(ended);
    }
  });
});
