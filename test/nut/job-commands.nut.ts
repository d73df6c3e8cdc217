import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { GenerateResult } from '../../src/core/generate/generate-result.js';
import type { RunResult } from '../../src/core/run-result.js';
import type { ValidateResult } from '../../src/core/validate/validate-result.js';
import { Admin } from '../support/cli.js';
import { writeCalls } from '../support/writes.js';

describe('job generate and job validate', function () {
  this.timeout(240_000);
  let admin: Admin;
  beforeEach(async () => {
    admin = await Admin.create();
  });
  afterEach(() => admin.end());

  const generate = (...more: readonly string[]) =>
    admin.json<GenerateResult>('job', 'generate', ...admin.orgFlags, ...more);
  const validate = (...more: readonly string[]) =>
    admin.json<ValidateResult>('job', 'validate', ...admin.orgFlags, ...more);

  const header = 'Client No;Account Name;Indutry;Rating;Employees;Parent;Remarks';
  const clients = () => admin.write('clients.csv', `${header}\nA-1;One;Banking;Hot;5;;x\nA-2;Two;Other;Hut;6;A-1;y\n`);
  const certain = [
    '--file',
    'clients.csv',
    '--sobject',
    'account',
    '--external-id',
    'ext_id__c',
    '--map',
    'Client No=Ext_Id__c',
  ];

  it('what is generated can be checked and run at once; a second job leaves the first as it stands', async () => {
    await clients();
    const made = await generate(...certain);
    expect(made.code, made.stdout).to.equal(0);
    const { result } = made.output;
    expect(result).to.deep.include({ change: 'created', sampled: 2, definitionFile: admin.path('crm-export.json') });
    expect(result.columns.map(({ column, target, matchedBy }) => `${column}: ${target} ${matchedBy}`)).to.deep.equal([
      'Client No: Ext_Id__c given',
      'Account Name: Name label',
      'Indutry: Industry near',
      'Rating: Rating__c label',
      'Employees: NumberOfEmployees label',
      'Parent: Parent.Ext_Id__c relation',
      'Remarks: null null',
    ]);
    expect(result.findings.map(({ severity, code, row }) => `${severity} ${code} ${row}`)).to.deep.equal([
      'refusal INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST 2',
      'warning guessed null',
      'warning guessed null',
      'info left-out null',
    ]);
    expect(writeCalls(admin.org), 'nothing is sent').to.deep.equal([]);
    const first = await readFile(admin.path('crm-export.json'), 'utf8');

    const checked = await validate();
    expect(checked.code, checked.stdout).to.equal(68);
    expect(checked.output.result).to.include({ valid: false });
    expect(checked.output.result.jobs[0]).to.deep.include({ job: 'Account-clients', status: 'refusal', sampled: 2 });

    const run = await admin.json<RunResult>('run', ...admin.orgFlags, '--on-error', 'log');
    expect(run.output.result.jobs[0]).to.include({ read: 2, exported: 1, failed: 1 });
    expect(admin.written()).to.deep.equal(['A-1']);

    const taken = await generate(...certain);
    expect([taken.code, taken.output.name]).to.deep.equal([1, 'TakenError']);
    expect(taken.output.actions?.join()).to.include('--replace');
    expect(await readFile(admin.path('crm-export.json'), 'utf8')).to.equal(first);

    await admin.write('people.csv', 'Ext_Id__c,Last Name,Account\nC-1,Doe,A-1\n');
    const second = await generate('--file', 'people.csv', '--sobject', 'Contact', '--name', 'people', '--no-prompt');
    expect(second.output.result, second.stdout).to.deep.include({ change: 'added' });
    expect(second.output.result.job.mapping).to.deep.equal({
      Ext_Id__c: 'Ext_Id__c',
      LastName: 'Last Name',
      'Account.Ext_Id__c': 'Account',
    });
    const both = await readFile(admin.path('crm-export.json'), 'utf8');
    expect(both.startsWith(first.slice(0, first.lastIndexOf('\n  ]')))).to.equal(true);
    const people = await admin.json<RunResult>('run', ...admin.orgFlags, '--job', 'people');
    expect([people.code, admin.written('Contact')]).to.deep.equal([0, ['C-1']]);
  });

  it('X1 validate says all that is wrong, job by job, where and what to do; 1 if a job could not run, the rest is told too', async () => {
    await admin.write('good.csv', 'Ext_Id__c,Name\nA-1,One\n');
    await admin.write('typed.csv', `Ext_Id__c,Name,NumberOfEmployees\nA-1,${'x'.repeat(300)},many\n`);
    await admin.write('wrong.csv', 'Ext_Id__c,Nmae,Tier__c,Parent.Name\nA-1,One,A,x\n');
    const job = (name: string, more: object = {}) => ({
      name,
      object: 'Account',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: `${name}.csv` },
      ...more,
    });
    const jobs = [
      job('good'),
      job('typed'),
      job('wrong'),
      job('gone'),
      job('alien', { object: 'Alien__c', source: { type: 'csv', path: 'good.csv' } }),
    ];
    await admin.write('crm-export.json', JSON.stringify({ jobs }));
    admin.org.triggers.add({ name: 'T', object: 'Account', events: ['before insert'], run: () => undefined });

    const checked = await validate();
    expect(checked.code, checked.stdout).to.equal(1);
    expect(checked.output.message).to.match(/Not ready to run: wrong, gone, alien\./);
    const result = checked.output.data as ValidateResult;
    const told = result.jobs.map(({ job: name, status, findings }) => [
      name,
      status,
      findings.map(({ severity, code }) => `${severity} ${code}`),
    ]);
    expect(told).to.deep.equal([
      ['good', 'ok', ['info triggers']],
      ['typed', 'refusal', ['refusal LOCAL_INVALID_VALUE', 'refusal STRING_TOO_LONG', 'info triggers']],
      ['wrong', 'error', ['error unknown-field', 'error relation-key-not-a-key', 'error field-not-writable']],
      ['gone', 'error', ['error source-not-found']],
      ['alien', 'error', ['error object-not-visible']],
    ]);
    for (const { findings } of result.jobs) {
      for (const { advice, severity, job: name } of findings) {
        if (severity !== 'info') expect(advice, name).to.be.a('string').that.is.not.empty;
      }
    }
    expect(result.jobs[0]?.estimate).to.deep.include({
      records: 1,
      recordsAreExact: true,
      recordsPerRequest: 200,
      total: 3,
    });
    expect(writeCalls(admin.org), 'nothing is sent').to.deep.equal([]);
    const { jobs: known, runs } = await admin.ledger();
    expect([known, runs], 'nothing is kept').to.deep.equal([[], []]);

    const screen = await admin.sf('job', 'validate', ...admin.orgFlags, '--job', 'typed');
    expect(screen.code).to.equal(68);
    expect(screen.stdout).to.match(/typed: would run, and records would be refused/);
    expect(screen.stdout).to.match(
      /Would be refused: NumberOfEmployees: "many" is not a number.*\n {2}column "NumberOfEmployees", row 1 \(line 2\)\n {2}Correct/,
    );
    expect(screen.stdout).to.match(/sf crm-export run --definition-file .*crm-export\.json --job typed --dry-run/);
  });

  it('validate looks at the first rows alone, says so, and estimates the rest', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => [
      `A-${String(i).padStart(5, '0')}`,
      i < 4000 ? 'fine' : 'x'.repeat(300),
    ]);
    const file = await admin.accounts(rows.slice(0, 4000));
    const adHoc = ['--file', file, '--sobject', 'Account', '--external-id', 'Ext_Id__c'];
    const some = await validate(...adHoc, '--rows', '100');
    expect(some.code, some.stdout).to.equal(0);
    const estimate = some.output.result.jobs[0]?.estimate;
    expect(some.output.result.jobs[0]?.sampled).to.equal(100);
    expect(estimate?.recordsAreExact).to.equal(false);
    expect(estimate?.records).to.be.within(3900, 4100);
    expect(estimate?.recordsPerRequest).to.equal(1000);

    await admin.accounts(rows);
    const none = await validate(...adHoc, '--rows', '0');
    expect([none.code, none.output.result.jobs[0]?.findings]).to.deep.equal([0, []]);
    expect(none.output.result.jobs[0]?.estimate?.records).to.be.greaterThan(1000);
    const all = await validate(...adHoc, '--rows', '5000');
    expect(all.code).to.equal(68);
    expect(all.output.result.jobs[0]?.findings[0]).to.deep.include({
      code: 'STRING_TOO_LONG',
      row: 4001,
      line: 4002,
      count: 1000,
    });
  });
});

describe('job validate and the API budget', function () {
  this.timeout(120_000);
  let admin: Admin;
  before(async () => {
    admin = await Admin.create();
  });
  after(() => admin.end());

  it('A1 its calls are in the accounts; it warns where a run would not have enough, and stops with 75 where it has none', async () => {
    const file = await admin.accounts([['A-1', 'One']]);
    const limit = (calls: number) => admin.json('settings', 'set', 'daily-api-limit', String(calls), ...admin.orgFlags);
    const validate = () => admin.json<ValidateResult>('job', 'validate', ...admin.adHoc(file));

    expect((await limit(10)).code).to.equal(0);
    const warned = await validate();
    expect([warned.code, warned.output.result.jobs[0]?.status]).to.deep.equal([0, 'warning']);
    expect(warned.output.result.jobs[0]?.findings[0]?.message).to.match(/daily-api-limit/);
    const { apiUse } = await admin.ledger();
    expect(apiUse.reduce((sum, { calls }) => sum + calls, 0)).to.equal(warned.output.result.apiCalls);

    expect((await limit(1)).code).to.equal(0);
    const stopped = await validate();
    expect(stopped.code, stopped.stdout).to.equal(75);
    expect(stopped.output.message).to.match(/^Stopped: .*daily-api-limit/);
    expect(stopped.output.actions).to.be.an('array').that.is.not.empty;
  });
});

describe('sf crm-export, typed alone', function () {
  this.timeout(120_000);
  let admin: Admin;
  before(async () => {
    admin = await Admin.create();
  });
  after(() => admin.end());

  it('shows where to begin and every command; a mistyped command says which one was meant', async () => {
    const alone = await admin.sf();
    expect(alone.code, alone.stderr).to.equal(0);
    for (const command of [
      'demo',
      'job generate',
      'job validate',
      'run',
      'retry',
      'status',
      'errors list',
      'settings set',
    ]) {
      expect(alone.stdout).to.include(`sf crm-export ${command}`);
    }
    const job = await admin.json<{ commands: { command: string }[] }>('job');
    expect(job.output.result.commands.map(({ command }) => command)).to.deep.equal([
      'sf crm-export job generate',
      'sf crm-export job validate',
    ]);
    const mistyped = await admin.json('job', 'validat');
    expect([mistyped.code, mistyped.output.message]).to.deep.equal([
      2,
      'There is no command "sf crm-export job validat". Did you mean "validate"?',
    ]);
  });
});
