import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { JobResult, RunResult } from '../../src/core/run-result.js';
import { Admin, type CliResult, type JsonOutput } from '../support/cli.js';
import { keysOf, writeCalls } from '../support/writes.js';

type Failed = CliResult & { output: JsonOutput<RunResult> };
type Problem = { job: string; kind: string; message: string };
type Facts = { code?: string; problems?: Problem[]; path?: string; backup?: string; jobs?: JobResult[]; line?: number };

const keys = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}-${index + 1}`);

function job(name: string, more: object = {}): object {
  return {
    name,
    object: 'Account',
    externalId: 'Ext_Id__c',
    source: { type: 'csv', path: `${name}.csv` },
    ...more,
  };
}

const facts = ({ output }: Failed): Facts => output.data as Facts;

/** No stack trace, no object dump, no token. */
function expectReadable({ stdout, stderr }: CliResult, admin: Admin): void {
  expect(stdout + stderr).to.not.match(/\n\s+at .+[:(]\d+|node:internal|\[object Object\]|undefined/);
  expect(stdout + stderr).to.not.include(admin.org.accessToken.split('!')[1]);
}

/** An error on `--json`, with the exit code, and with words on what to do next. */
function expectError(failed: Failed, code: number, message: RegExp): void {
  expect(failed.code, failed.stdout).to.equal(code);
  expect(failed.output.status).to.equal(code);
  expect(failed.output.message).to.match(message);
  expect(failed.output.actions, failed.output.message).to.be.an('array').that.is.not.empty;
}

describe('bad input', function () {
  this.timeout(240_000);
  let admin: Admin;
  beforeEach(async () => {
    admin = await Admin.create();
  });
  afterEach(() => admin.end());

  const define = (...jobs: readonly object[]) => admin.write('crm-export.json', JSON.stringify({ jobs }));
  const run = (...more: readonly string[]): Promise<Failed> => admin.json<RunResult>('run', ...admin.orgFlags, ...more);
  const file = (name: string, ...lines: readonly string[]) => admin.write(`${name}.csv`, `${lines.join('\n')}\n`);

  async function expectNothingDone(): Promise<void> {
    expect(writeCalls(admin.org)).to.deep.equal([]);
    const { jobs, exportErrors, runs } = await admin.ledger();
    expect([jobs, exportErrors, runs]).to.deep.equal([[], [], []]);
  }

  describe('X1 one bad job is enough: nothing of any is sent, and all that is wrong is told at once', () => {
    /** Job, what its part of the message must say. */
    const expected: ReadonlyArray<readonly [name: string, kind: string, message: RegExp]> = [
      ['nowhere', 'source', /no file .*nowhere\.csv/],
      ['folder', 'source', /folder\.csv is a folder/],
      ['empty', 'source', /empty\.csv is empty/],
      ['twice', 'source', /twice\.csv .*"name" twice \(columns 2 and 3\)/],
      ['unnamed', 'source', /Column 2 of .*unnamed\.csv has no name/],
      ['latin', 'source', /Line 1 of .*latin\.csv is not valid UTF-8 \(byte 0xE9\)/],
      ['sixteen', 'source', /sixteen\.csv is written in UTF-16/],
      ['delimited', 'mapping', /single column, "Ext_Id__c;Name".*"delimiter": ";"/],
      ['misspelt', 'mapping', /Account has no field "Nmae".*Did you mean "Name"\?/],
      ['unmapped', 'mapping', /no column "compny".* for Name.*Did you mean "company"\?/],
      ['unknown', 'mapping', /Account has no field "Nothing__c"/],
      ['keyless', 'mapping', /no column for the external ID Ext_Id__c/],
      ['byid', 'mapping', /An upsert cannot have Id as its external ID/],
      ['byname', 'mapping', /Name of Account is not an external ID field/],
      ['bynothing', 'mapping', /Account has no field "Ext_Key__c" to be the external ID/],
      ['hidden', 'mapping', /Account has no field "Secret__c", or it is not visible to this user/],
      ['readonly', 'mapping', /Score__c of Account may not be written by this user/],
      ['formula', 'mapping', /Tier__c of Account is a formula/],
      ['noobject', 'object', /no object "Acount__c", or this user may not see it/],
      ['unseen', 'object', /no object "Task", or this user may not see it/],
      ['norights', 'mapping', /neither create nor update records of Lead/],
    ];
    let failed: Failed;
    let screen: CliResult;
    let home: Admin;

    before(async () => {
      home = await Admin.create();
      admin = home;
      home.org.fields.hide('Account', 'Secret__c');
      home.org.fields.readOnly('Account', 'Score__c');
      home.org.setPermissions('Lead', { createable: false, updateable: false });
      home.org.setPermissions('Task', { readable: false });
      await mkdir(home.path('folder.csv'));
      await admin.write('empty.csv', '');
      await file('twice', 'Ext_Id__c,Name,name', 'A,B,C');
      await file('unnamed', 'Ext_Id__c,,Name', 'A,B,C');
      await admin.write('latin.csv', Buffer.from('Ext_Id__c,Name,Caf\xe9\nA,B,C\n', 'latin1'));
      await admin.write('sixteen.csv', Buffer.from('\ufeffExt_Id__c,Name\nA,B\n', 'utf16le'));
      await file('delimited', 'Ext_Id__c;Name', 'A;B');
      await file('misspelt', 'Ext_Id__c,Nmae', 'A,B');
      await file('unmapped', 'id,company', 'A,B');
      await file('unknown', 'id,company', 'A,B');
      await file('keyless', 'Name', 'A');
      for (const name of ['good', 'byid', 'byname', 'noobject', 'unseen']) await file(name, 'Ext_Id__c,Name', 'A,B');
      await file('bynothing', 'Ext_Key__c,Name', 'A,B');
      await file('hidden', 'Ext_Id__c,Secret__c', 'A,B');
      await file('readonly', 'Ext_Id__c,Score__c', 'A,1');
      await file('formula', 'Ext_Id__c,Tier__c', 'A,A');
      await file('norights', 'Ext_Id__c,LastName', 'A,B');
      const more: Record<string, object> = {
        unmapped: { mapping: { Ext_Id__c: 'id', Name: 'compny' } },
        unknown: { mapping: { Ext_Id__c: 'id', Nothing__c: 'company' } },
        byid: { externalId: 'Id' },
        byname: { externalId: 'Name' },
        bynothing: { externalId: 'Ext_Key__c' },
        noobject: { object: 'Acount__c' },
        unseen: { object: 'Task' },
        norights: { object: 'Lead' },
      };
      await define(job('good'), ...expected.map(([name]) => job(name, more[name])));
      failed = await run();
      screen = await admin.start(['run', ...admin.orgFlags], { FORCE_COLOR: '0' }).ended;
    });
    after(() => home.end());

    it('exit 1, nothing sent, no trace in the ledger, on the screen and in --json alike', async () => {
      expectError(failed, 1, /^Nothing was sent/);
      expect(failed.output.name).to.equal('ChecksError');
      expect(screen.code).to.equal(1);
      expect(screen.stderr).to.include('Nothing was sent');
      expect(screen.stderr).to.include('Try this');
      expectReadable(screen, home);
      expect(writeCalls(home.org)).to.deep.equal([]);
      const { jobs, exportErrors, runs } = await home.ledger();
      expect([jobs, exportErrors, runs]).to.deep.equal([[], [], []]);
      const problems = facts(failed).problems!;
      expect([...new Set(problems.map((problem) => problem.job))]).to.deep.equal(expected.map(([name]) => name));
    });

    for (const [name, kind, message] of expected) {
      it(`${name}: ${message.source}`, () => {
        const [problem] = facts(failed).problems!.filter((one) => one.job === name);
        expect(problem).to.include({ kind });
        expect(problem!.message).to.match(message);
        // The screen wraps lines.
        const flat = screen.stderr.replace(/[\s›»]+/g, ' ');
        expect(flat).to.include(`${name}: ${problem!.message}`.replace(/\s+/g, ' ').slice(0, 60));
      });
    }
  });

  it("X1 a header only is 0 records; a 10 MB cell is its record's own; bytes that are no UTF-8 in row 500 stop the job there", async () => {
    await file('header', 'Ext_Id__c,Name');
    await admin.write('huge.csv', `Ext_Id__c,Name\nH-1,N1\nH-2,${'x'.repeat(10 * 1024 * 1024)}\nH-3,N3\n`);
    const rows = keys('L', 600).map((key) => `${key},N`);
    const text = ['Ext_Id__c,Name', ...rows.with(499, 'L-500,Caf\xe9')].join('\n');
    await admin.write('late.csv', Buffer.from(`${text}\n`, 'latin1'));
    const small = { 'batch-size': 50, 'collections-per-request': 2 };
    const log = { 'pause-on-export-errors': false };
    await define(job('header'), job('huge', { settings: log }), job('late', { settings: small }), job('never'));
    await file('never', 'Ext_Id__c,Name', 'X-1,N');

    const failed = await run();
    expectError(failed, 1, /Line 501 of .*late\.csv is not valid UTF-8 \(byte 0xE9\)/);
    expect(failed.output.name).to.equal('SourceNotUtf8Error');
    const { jobs, line, code } = facts(failed);
    expect([code, line]).to.deep.equal(['source.not-utf8', 501]);
    expect(
      jobs!.map(({ job: name, status, read, exported, failed: refused }) => [name, status, read, exported, refused]),
    ).to.deep.equal([
      ['header', 'completed', 0, 0, 0],
      ['huge', 'completedWithErrors', 3, 2, 1],
      ['late', 'failed', 400, 400, 0],
      ['never', 'stopped', 0, 0, 0],
    ]);
    expect(jobs![0]!.warnings.join()).to.match(/header\.csv has a header and no rows/);
    expect(jobs![2]!.checkpoint).to.deep.equal({ row: 400, line: 401 });
    expect(admin.written()).to.deep.equal(['H-1', 'H-3', ...keys('L', 400)]);
    const [error, ...rest] = await admin.exportErrors();
    expect(rest).to.deep.equal([]);
    expect(error).to.include({ job: 'huge', row: 2, line: 3, key: '#row:2', payload: null, category: 'data' });
    expect(error!.errors[0]!.statusCode).to.equal('LOCAL_BROKEN_ROW');
    expect((await readFile(admin.store)).length).to.be.below(50_000);
    const view = await admin.ledger();
    expect(view.runs.find((one) => one.job === 'late')).to.include({ status: 'failed', exported: 400 });

    // The rest of the file is mended: the job goes on behind what is settled.
    await admin.write('late.csv', Buffer.from(`${text}\n`, 'utf8'));
    const before = admin.org.journal.length;
    const mended = await run('-j', 'late');
    expect(mended.code, mended.stdout).to.equal(0);
    expect(mended.output.result.jobs[0]).to.include({ read: 200, created: 200, updated: 0 });
    expect(keysOf(writeCalls(admin.org, before)[0]!)[0]![0]).to.equal('L-401');
  });

  it('definition: typos are told with path, line and what was meant; JSON that is none, with line and column', async () => {
    await admin.write(
      'crm-export.json',
      `{ "jobs": [
  { "nmae": "a", "object": "Account", "externalId": "Ext_Id__c",
    "source": { "type": "cvs", "path": "x.csv", "delimeter": ";" },
    "settings": { "batch-size": 500, "pause-on-export-error": "no" } },
  { "name": "b", "object": "Account", "operation": "upsrt", "externalId": "Ext_Id__c", "source": { "path": "x.csv" } }
] }`,
    );
    const typos = await run();
    expectError(typos, 1, /crm-export\.json/);
    expect(typos.output.name).to.equal('DefinitionInvalidError');
    const problems = (typos.output.data as { problems: { path: string; message: string; line: number }[] }).problems;
    const told = problems.map(({ path, message, line }) => `${line} ${path}: ${message}`);
    const expected = [
      /^2 jobs\[0\]\.nmae: .*Did you mean "name"\?/,
      /^2 jobs\[0\]\.name: is missing/,
      /^3 jobs\[0\]\.source\.type: .*"csv"/,
      /^3 jobs\[0\]\.source\.delimeter: .*Did you mean "delimiter"\?/,
      /^4 jobs\[0\]\.settings\.batch-size: at most 200/,
      /^4 jobs\[0\]\.settings\.pause-on-export-error: .*Did you mean "pause-on-export-errors"\?/,
      /^5 jobs\[1\]\.operation: the only operation is "upsert"/,
      /^5 jobs\[1\]\.source\.type: /,
    ];
    for (const one of expected)
      expect(
        told.filter((line) => one.test(line)),
        `${one.source}\n${told.join('\n')}`,
      ).to.have.lengthOf(1);
    expect(told).to.have.lengthOf(expected.length);
    for (const { path, message } of problems) expect(typos.output.message).to.include(path).and.to.include(message);

    await admin.write('crm-export.json', '{ "jobs": [\n  { "name": "a",\n    "object" "Account" }\n] }');
    const syntax = await run();
    expectError(syntax, 1, /crm-export\.json, line 3, column 14/);
    expect(syntax.output.name).to.equal('DefinitionNotJsonError');
    const screen = await admin.start(['run', ...admin.orgFlags], { FORCE_COLOR: '0' }).ended;
    expect(screen.code).to.equal(1);
    expect(screen.stderr.replace(/\s+/g, ' ')).to.include('line 3, column 14');
    expectReadable(screen, admin);
    await expectNothingDone();
  });

  it('definition: two jobs of one name, no such job, no definition file, --from-row for two jobs', async () => {
    const none = await run();
    expectError(none, 1, /no definition file.*crm-export\.json/);
    expect(none.output.name).to.equal('NoDefinitionError');
    expectError(await run('-d', 'other.json'), 1, /other\.json does not exist/);

    await file('a', 'Ext_Id__c,Name', 'A,B');
    await define(job('a'), job('b', { source: { type: 'csv', path: 'a.csv' } }));
    const unknown = await run('-j', 'a', '-j', 'c');
    expectError(unknown, 1, /no job "c" in .*crm-export\.json; its jobs are: a, b/);
    expectError(await run('--from-row', '2'), 1, /--from-row starts one job/);

    await define(job('a'), job('A', { source: { type: 'csv', path: 'a.csv' } }));
    const twice = await run('-j', 'a');
    expectError(twice, 1, /jobs\[1\]\.name.*"A" belongs to jobs\[0\]/);
    await expectNothingDone();
  });

  it('X1 a job name that belongs to another object is refused, ad hoc and in a file; so are several jobs with it', async () => {
    await file('a', 'Ext_Id__c,Name', 'A-1,B');
    await file('people', 'Ext_Id__c,LastName', 'C-1,D');
    await define(job('a'));
    expect((await run()).code).to.equal(0);
    const { apiUse, ...stood } = await admin.ledger();
    const written = admin.org.commits.length;
    const adHoc = ['--file', 'people.csv', '--sobject', 'Contact', '--external-id', 'Ext_Id__c', '--name', 'a'];
    expectError(
      await run(...adHoc),
      1,
      /name "a" belongs to .*upsert of Account by Ext_Id__c, not upsert of Contact by Ext_Id__c/,
    );
    await define(
      job('first', { object: 'Contact', source: { type: 'csv', path: 'people.csv' } }),
      job('a', { externalId: 'Case_Key__c' }),
    );
    await file('a', 'Case_Key__c,Name', 'A-1,B');
    const failed = await run();
    expectError(failed, 1, /name "a" belongs to .* not upsert of Account by Case_Key__c/);
    expect(facts(failed).problems!.map(({ job: name, kind }) => [name, kind])).to.deep.equal([['a', 'identity']]);
    expect(admin.org.commits).to.have.lengthOf(written);
    // The checks asked the org: those calls are in the accounts (A1), and nothing else is.
    const { apiUse: after, ...stands } = await admin.ledger();
    expect(stands).to.deep.equal(stood);
    const calls = (buckets: typeof apiUse): number => buckets.reduce((sum, bucket) => sum + bucket.calls, 0);
    expect(calls(after)).to.be.greaterThan(calls(apiUse));
  });

  it('C4 a store from the future, a broken one, one that cannot be written: named, untouched, nothing sent', async () => {
    const source = await admin.accounts([['A-1', 'N1']]);
    const text = JSON.stringify({
      version: 99,
      settings: [],
      jobs: [],
      exportErrors: [],
      runs: [],
      apiUse: [],
      more: [1],
    });
    const future = await admin.write('future.json', text);
    const newer = await admin.run(source, '--store', future);
    expectError(newer, 1, /future\.json has version 99/);
    expect(newer.output.name).to.equal('LedgerNewerVersionError');
    expect(await readFile(future, 'utf8')).to.equal(text);

    const plain = await admin.write('plain', 'text');
    const below = await admin.run(source, '--store', join(plain, 'store.json'));
    expectError(below, 1, /plain/);
    expect(below.output.name).to.match(/^LedgerNot(Readable|Writable)Error$/);
    expect(await readFile(plain, 'utf8')).to.equal('text');
    expect(writeCalls(admin.org)).to.deep.equal([]);
    await expectNothingDone();

    // A good store with a backup, then broken: half of the file is gone.
    expect((await admin.run(source)).code).to.equal(0);
    expect((await admin.json('settings', 'set', 'batch-size', '50', '--global')).code).to.equal(0);
    const folder = dirname(admin.store);
    const backups = (await readdir(folder)).filter((name) => name.includes('backup'));
    expect(backups).to.have.lengthOf(1);
    const half = (await readFile(admin.store, 'utf8')).slice(0, 400);
    await writeFile(admin.store, half);
    const before = admin.org.journal.length;
    const broken = await admin.run(source);
    expectError(broken, 1, /The ledger cannot be read: .*crm-export-store\.json/);
    expect(broken.output.name).to.equal('LedgerCorruptError');
    expect(broken.output.message).to.include(join(folder, backups[0]!));
    expect(facts(broken)).to.include({ path: admin.store, backup: join(folder, backups[0]!) });
    expect(await readFile(admin.store, 'utf8')).to.equal(half);
    expect(writeCalls(admin.org, before)).to.deep.equal([]);
    const screen = await admin.start(['run', ...admin.adHoc(source)], { FORCE_COLOR: '0' }).ended;
    expect(screen.code).to.equal(1);
    expectReadable(screen, admin);
  });

  it('X1 bad flags are wrong usage: exit 2, nothing asked of the org', async () => {
    const source = await admin.accounts([['A-1', 'N1']]);
    const outcomes = await Promise.all([
      admin.run(source, '--batch-size', '201'),
      admin.run(source, '--on-error', 'never'),
      admin.run(source, '--restart', '--from-row', '2'),
      run('--file', source, '--sobject', 'Account'),
      run('--file', source, '--definition-file', 'x.json'),
      run('--nonsense'),
    ]);
    expect(outcomes.map(({ code, output }) => [code, output.status])).to.deep.equal(outcomes.map(() => [2, 2]));
    const messages = outcomes.map(({ output }) => output.message);
    expect(messages[0]).to.include('201');
    expect(messages[1]).to.include('never');
    expect(messages[3]).to.include('external-id');
    expect(messages[5]).to.include('--nonsense');
    await expectNothingDone();
    // A name that no job can have comes from a flag, too, but is found by the definition's own check.
    expectError(await admin.run(source, '--name', 'a/b'), 1, /--name/);
  });

  it('X1 the login: no longer valid before the run, and while it runs', async () => {
    const source = await admin.accounts(keys('A', 6).map((key) => [key, 'N']));
    const token = admin.org.accessToken;
    admin.org.faults.next({ kind: 'unauthorized', times: Infinity, match: { path: /\/composite$/, method: 'POST' } });
    const during = await admin.run(source, '--batch-size', '1');
    expectError(during, 77, /INVALID_SESSION_ID|expired/);
    expect(facts(during).code).to.equal('org.login');
    const [done] = facts(during).jobs!;
    expect(done).to.include({ status: 'stopped', exported: 0, failed: 0 });
    expect(done!.stoppedBy?.code).to.equal('login');
    expect(admin.org.commits).to.deep.equal([]);
    expect(await admin.exportErrors()).to.deep.equal([]);

    admin.org.faults.clear();
    admin.org.expireSession();
    const late = await admin.json<RunResult>('run', '--file', source, '-s', 'Account', '-i', 'Ext_Id__c', '-o', token);
    expectError(late, 77, /./);
    expect(admin.org.commits).to.deep.equal([]);
  });

  it('T2 X1 the org is down: before the run, and while it runs: 75, at the checkpoint; the next run goes on', async () => {
    const source = await admin.accounts(keys('A', 15).map((key) => [key, 'N']));
    const port = Number(new URL(admin.org.url).port);
    let seen = 0;
    const isSecond = ({ method }: { method: string }): boolean => method === 'POST' && ++seen === 2;
    // The second window waits while the org goes down under it.
    admin.org.faults.next({ kind: 'slow', ms: 60_000, match: isSecond });
    const started = admin.start(['run', ...admin.adHoc(source), '--batch-size', '1', '--json']);
    while (admin.org.journal.filter(({ method }) => method === 'POST').length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await admin.org.stop();
    const elsewhere = admin.path('elsewhere.json');
    const [ended, down] = await Promise.all([started.ended, admin.run(source, '--store', elsewhere)]);
    expect(down.code, down.stdout).to.equal(75);
    expect(down.output.result.jobs[0]).to.include({ status: 'stopped', read: 0, exported: 0 });
    expect(down.output.result.jobs[0]!.stoppedBy?.code).to.equal('unavailable');
    expect(down.output.result.jobs[0]!.stoppedBy?.message).to.include(`127.0.0.1:${port}`);
    expect(ended.code, ended.stdout).to.equal(75);
    const { result } = JSON.parse(ended.stdout) as JsonOutput<RunResult>;
    expect(result.status).to.equal('stopped');
    expect(result.jobs[0]!.stoppedBy?.code).to.equal('unavailable');
    expect(result.jobs[0]).to.include({ exported: 5, failed: 0 });
    expect(result.jobs[0]!.checkpoint.row).to.equal(5);
    expect(await admin.exportErrors()).to.deep.equal([]);

    await admin.org.start({ port });
    const up = await admin.run(source, '--batch-size', '1');
    expect(up.code, up.stdout).to.equal(0);
    expect(new Set(admin.written())).to.deep.equal(new Set(keys('A', 15)));
    expect(admin.org.records('Account')).to.have.lengthOf(15);
    expect(up.output.result.jobs[0]!.read).to.equal(10);
  });

  it('X1 Export to CRM is off: refused with 1; a dry run works', async () => {
    const source = await admin.accounts([['A-1', 'N1']]);
    const set = await admin.json('settings', 'set', 'export-to-crm', 'false', ...admin.orgFlags);
    expect(set.code, set.stdout).to.equal(0);
    const off = await admin.run(source);
    expectError(off, 1, /switched off/);
    expect(off.output.name).to.equal('SwitchedOffError');
    expect(off.output.actions!.join()).to.include('settings set export-to-crm true');
    await expectNothingDone();
    expect((await admin.run(source, '--dry-run')).code).to.equal(0);
  });
});
