/* How a `retry` ends that does not come to its end (design.md 5), and what several jobs do in one. */
import { expect } from 'chai';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import { isWrite } from '../support/killing.js';
import { JobDesk, logs, retryOf, type Ended, type JobParts } from '../support/job-desk.js';

const alone: JobParts = {
  settings: { 'pause-on-export-errors': false, 'batch-size': 1, 'collections-per-request': 1 },
};

/** What an error says had been done. */
const done = ({ output }: Ended<RetryResult>): RetryResult => output.data as RetryResult;

describe('retry: stops', function () {
  this.timeout(300_000);
  let desk: JobDesk;
  beforeEach(async () => {
    desk = await JobDesk.create('BAD');
    await desk.define({ S: alone });
    await desk.file('S', 5, { 1: 'BAD', 2: 'BAD', 3: 'BAD', 4: 'BAD', 5: 'BAD' });
    expect((await desk.run()).code).to.equal(68);
    desk.admin.org.rules.disable('BAD');
    desk.mark();
  });
  afterEach(() => desk.admin.end());

  const second = () => {
    let seen = 0;
    return (request: { method: string; path: string }): boolean => isWrite(request) && ++seen > 1;
  };
  const states = async (): Promise<unknown[]> =>
    (await desk.errors('S')).map(({ row, status, attempts }) => [row, status, attempts]);
  const settledThrough = (row: number): unknown[] =>
    [1, 2, 3, 4, 5].map((one) => [one, one <= row ? 'resolved' : 'pending', 1]);

  async function nextGoesOn(resolved: number): Promise<void> {
    const next = await desk.retry();
    expect(next.code, next.stdout).to.equal(0);
    expect(next.output.result).to.include({ attempted: resolved, resolved });
    expect(await states()).to.deep.equal(settledThrough(5));
  }

  it('C1 X1 Ctrl-C: 130 and stopped after the window in hand; the rest is counted and stays pending; the next retry goes on', async () => {
    const inFlight = desk.holdWrite(1_500);
    const { child, ended } = desk.admin.start(['retry', ...desk.admin.orgFlags, '--json']);
    await inFlight();
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code, stdout).to.equal(130);
    const { result } = JSON.parse(stdout) as { result: RetryResult };
    expect(result).to.include({ status: 'stopped', attempted: 1, resolved: 1, stillFailing: 0 });
    expect(result.skipped).to.deep.equal([{ reason: 'stopped', count: 4 }]);
    expect(result.jobs[0]?.stoppedBy?.code).to.equal('interrupted');
    expect(await states()).to.deep.equal(settledThrough(1));
    await nextGoesOn(4);
    expect(desk.written('S')).to.deep.equal(['S-1', 'S-2', 'S-3', 'S-4', 'S-5']);
  });

  it('X1 the org’s limit in the middle: 75 and stopped, what was answered is settled; the next retry goes on', async () => {
    desk.admin.org.faults.next({ kind: 'requestLimit', limit: 'total', match: second() });
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(75);
    expect(ended.output.result).to.include({ status: 'stopped', attempted: 1, resolved: 1, stillFailing: 0 });
    expect(ended.output.result.skipped).to.deep.equal([{ reason: 'stopped', count: 4 }]);
    expect(retryOf(ended, 'S').stoppedBy?.code).to.equal('org-limit');
    expect(await states()).to.deep.equal(settledThrough(1));
    await nextGoesOn(4);
  });

  it('T2 X1 the org goes down in the middle: 75, unavailable; nothing is logged against a record; the next retry goes on', async () => {
    const port = Number(new URL(desk.admin.org.url).port);
    const fault = desk.admin.org.faults.next({ kind: 'slow', ms: 60_000, match: second() });
    const running = desk.retry();
    while (fault.hits === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await desk.admin.org.stop();
    const ended = await running;
    expect(ended.code, ended.stdout).to.equal(75);
    expect(ended.output.result).to.include({ status: 'stopped', resolved: 1, stillFailing: 0 });
    expect(retryOf(ended, 'S').stoppedBy?.code).to.equal('unavailable');
    expect(await states()).to.deep.equal(settledThrough(1));
    await desk.admin.org.start({ port });
    desk.admin.org.faults.clear();
    const next = await desk.retry();
    expect(next.code, next.stdout).to.equal(0);
    expect(await states()).to.deep.equal(settledThrough(5));
  });

  it('X1 the login is lost in the middle: 77, an error whose data says what was done; the next retry goes on', async () => {
    desk.admin.org.faults.next({ kind: 'unauthorized', times: Infinity, match: second() });
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(77);
    expect(ended.output.name).to.equal('OrgLoginError');
    expect(ended.output.actions).to.not.be.empty;
    expect(done(ended)).to.include({ attempted: 1, resolved: 1, stillFailing: 0, status: 'stopped' });
    expect(done(ended).skipped).to.deep.equal([{ reason: 'stopped', count: 4 }]);
    expect(done(ended).jobs[0]?.stoppedBy?.code).to.equal('login');
    expect(await states()).to.deep.equal(settledThrough(1));
    desk.admin.org.faults.clear();
    await nextGoesOn(4);
  });

  it('X1 the right to write the object goes in the middle: 1, an error whose data says what was done; nothing is logged against a record', async () => {
    const { org } = desk.admin;
    desk.admin.org.faults.next({ kind: 'slow', ms: 1_500, match: isWrite });
    const running = desk.retry();
    while (org.commits.filter(({ fields }) => fields['Ext_Id__c'] === 'S-1').length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    org.setPermissions('Account', { createable: false, updateable: false });
    const ended = await running;
    expect(ended.code, ended.stdout).to.equal(1);
    expect(ended.output.actions).to.not.be.empty;
    expect(done(ended).jobs[0]).to.include({ job: 'S', status: 'failed' });
    expect((await states()).every((row) => (row as unknown[])[2] === 1)).to.equal(true);
    org.setPermissions('Account', { createable: true, updateable: true });
    expect((await desk.retry()).code).to.equal(0);
    expect(await states()).to.deep.equal(settledThrough(5));
  });

  it('X1 Export to CRM is off: 1, no API call, nothing changed; on again: as before', async () => {
    await desk.admin.json('settings', 'set', 'export-to-crm', 'false', '--org-id', desk.admin.org.orgId);
    const off = await desk.retry();
    expect(off.code, off.stdout).to.equal(1);
    expect(off.output.name).to.equal('SwitchedOffError');
    expect(off.output.actions?.join()).to.include('settings set export-to-crm true');
    expect(desk.counted()).to.deep.equal([]);
    expect(await states()).to.deep.equal(settledThrough(0));
    await desk.admin.json('settings', 'set', 'export-to-crm', 'true', '--org-id', desk.admin.org.orgId);
    await nextGoesOn(5);
  });
});

describe('retry: several jobs', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  beforeEach(async () => {
    desk = await JobDesk.create('BAD', 'WORSE');
  });
  afterEach(() => desk.admin.end());

  it('one after the other, each with its own counts; what still fails in one does not stop the others', async () => {
    await desk.define({ ONE: logs, TWO: {}, THREE: logs });
    await desk.file('ONE', 3, { 2: 'BAD' });
    await desk.file('TWO', 4, { 3: 'WORSE' });
    await desk.file('THREE', 3, { 1: 'BAD', 2: 'WORSE' });
    expect((await desk.run()).code).to.equal(69);
    desk.admin.org.rules.disable('BAD');
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(68);
    const { result } = ended.output;
    expect(result).to.include({ attempted: 4, resolved: 2, stillFailing: 2, status: 'completedWithErrors' });
    expect(
      result.jobs.map(({ job, status, attempted, resolved, stillFailing }) => [
        job,
        status,
        attempted,
        resolved,
        stillFailing,
      ]),
    ).to.deep.equal([
      ['ONE', 'completed', 1, 1, 0],
      ['TWO', 'completedWithErrors', 1, 0, 1],
      ['THREE', 'completedWithErrors', 2, 1, 1],
    ]);
    expect(result.apiCalls).to.equal(desk.counted().length);
    expect(result.apiCalls).to.equal(result.jobs.reduce((sum, { apiCalls }) => sum + apiCalls, 0));
    expect(result.errors.map(({ key }) => key)).to.deep.equal(['TWO-3', 'THREE-2']);
  });

  it('a job that names another in after is retried behind it, though its records failed first', async () => {
    const children: JobParts = { ...logs, after: ['PARENTS'] };
    await desk.define({ PARENTS: logs, CHILDREN: children });
    await desk.file('PARENTS', 1);
    await desk.rows('CHILDREN', ['CHILDREN-1,Child,PARENTS-2'], 'Ext_Id__c,Name,Parent.Ext_Id__c');
    expect((await desk.run()).code).to.equal(68);
    await desk.file('PARENTS', 2, { 2: 'BAD' });
    expect((await desk.run()).code).to.equal(68);
    expect((await desk.admin.exportErrors()).map(({ key }) => key)).to.deep.equal(['CHILDREN-1', 'PARENTS-2']);
    desk.admin.org.rules.disable('BAD');
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 2, resolved: 2 });
    expect(desk.account('CHILDREN-1')?.['ParentId']).to.equal(desk.account('PARENTS-2')?.['Id']);
  });

  it('X1 jobs that no longer pass their checks: 1, an error with actions that names each, and data of what was done; the others are retried', async () => {
    const mapping = { Ext_Id__c: 'id', Name: 'name', Phone: 'phone' };
    const leads = { ...logs, object: 'Lead', mapping: { Ext_Id__c: 'id', LastName: 'name', Company: 'company' } };
    await desk.define({ COLUMN: { ...logs, mapping }, OBJECT: leads, FIELD: logs, GOOD: logs });
    await desk.rows('COLUMN', ['COLUMN-1,BAD,1'], 'id,name,phone');
    await desk.rows('OBJECT', ['OBJECT-1,Lead,'], 'id,name,company');
    await desk.rows('FIELD', ['FIELD-1,BAD,1'], 'Ext_Id__c,Name,Secret__c');
    await desk.file('GOOD', 2, { 2: 'BAD' });
    const first = await desk.run();
    expect(first.code, first.stdout).to.equal(68);
    const stood = (await desk.admin.exportErrors()).filter(({ job }) => job !== 'GOOD');
    expect(stood).to.have.lengthOf(3);
    desk.admin.org.rules.disable('BAD');
    await desk.rows('COLUMN', ['COLUMN-1,Good,1'], 'id,name,telephone');
    desk.admin.org.setPermissions('Lead', { readable: false });
    desk.admin.org.fields.hide('Account', 'Secret__c');

    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(1);
    expect(ended.output.result).to.equal(undefined);
    expect(ended.output.message).to.include('COLUMN').and.include('phone');
    expect(ended.output.message).to.include('OBJECT').and.include('Lead');
    expect(ended.output.message).to.include('FIELD').and.include('Secret__c');
    expect(ended.output.actions).to.not.be.empty;
    expect(done(ended)).to.include({ attempted: 1, resolved: 1 });
    expect(done(ended).skipped).to.deep.equal([{ reason: 'checks', count: 3 }]);
    expect(done(ended).jobs.map(({ job, status }) => [job, status])).to.have.deep.members([
      ['GOOD', 'completed'],
      ['COLUMN', 'failed'],
      ['OBJECT', 'failed'],
      ['FIELD', 'failed'],
    ]);
    expect((await desk.admin.exportErrors()).filter(({ job }) => job !== 'GOOD')).to.deep.equal(stood);
    expect(desk.account('GOOD-2')).to.include({ Name: 'BAD' });
  });

  it('X1 a job whose definition is not known: its rows wait, exit 1, and the others are retried', async () => {
    await desk.define({ KNOWN: logs });
    await desk.file('KNOWN', 2, { 2: 'BAD' });
    expect((await desk.run()).code).to.equal(68);
    const { readFile, writeFile } = await import('node:fs/promises');
    const store = JSON.parse(await readFile(desk.admin.store, 'utf8')) as { jobs: { snapshot: unknown }[] };
    store.jobs[0]!.snapshot = null;
    await writeFile(desk.admin.store, JSON.stringify(store));
    desk.admin.org.rules.disable('BAD');
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(1);
    const given = await desk.retry('--definition-file', desk.admin.path('crm-export.json'));
    expect(given.code, given.stdout).to.equal(0);
    expect(given.output.result).to.include({ attempted: 1, resolved: 1 });
  });
});
