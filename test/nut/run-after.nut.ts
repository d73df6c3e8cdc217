import { expect } from 'chai';
import type { RunResult } from '../../src/core/run-result.js';
import { Admin } from '../support/cli.js';

describe('after: a job that waits for another', () => {
  let admin: Admin;
  beforeEach(async () => {
    admin = await Admin.create();
    admin.org.rules.add({
      name: 'No_Bad_Names',
      object: 'Account',
      message: 'The name is bad',
      predicate: (record) => record['Name'] === 'BAD',
    });
    await admin.write('parents.csv', 'Ext_Id__c,Name\nP-1,Good\nP-2,BAD\n');
    await admin.write('children.csv', 'Ext_Id__c,LastName,Account.Ext_Id__c\nC-1,Doe,P-2\n');
    await admin.write('others.csv', 'Ext_Id__c,LastName\nL-1,Roe\n');
    const job = (name: string, object: string, after: string[] = []) => ({
      name,
      object,
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: `${name}.csv` },
      after,
    });
    const jobs = [job('parents', 'Account'), job('children', 'Contact', ['parents']), job('others', 'Contact')];
    await admin.write('crm-export.json', JSON.stringify({ jobs }));
  });
  afterEach(() => admin.end());

  const run = (...more: string[]) => admin.json<RunResult>('run', ...admin.orgFlags, ...more);
  const statuses = (result: RunResult) => result.jobs.map((job) => [job.job, job.status]);

  it('starts when the job it names has completed, in this run or before; else it waits, and the others run', async () => {
    const paused = await run();
    expect(paused.code).to.equal(69);
    expect(statuses(paused.output.result)).to.deep.equal([
      ['parents', 'paused'],
      ['children', 'waiting'],
      ['others', 'completed'],
    ]);
    expect(admin.written('Contact')).to.deep.equal(['L-1']);

    const alone = await run('--job', 'children');
    expect(alone.code, 'paused from before').to.equal(69);
    expect(statuses(alone.output.result)).to.deep.equal([['children', 'waiting']]);

    admin.org.rules.disable('No_Bad_Names');
    const done = await run();
    expect(done.code).to.equal(0);
    expect(statuses(done.output.result)).to.deep.equal([
      ['parents', 'completed'],
      ['children', 'completed'],
      ['others', 'completed'],
    ]);
    expect(admin.written('Contact')).to.deep.equal(['L-1', 'C-1']);

    // a name that moves must not bring the state of another object with it
    const moved = { name: 'people', object: 'Contact', externalId: 'Ext_Id__c', formerly: ['parents'] };
    const source = { type: 'csv', path: 'others.csv' };
    const file = await admin.write('moved.json', JSON.stringify({ jobs: [{ ...moved, source }] }));
    const refused = await run('--definition-file', file);
    expect(refused.code).to.equal(1);
    expect(refused.output.message).to.include('upsert of Account by Ext_Id__c');

    const again = await run('--job', 'children');
    expect(again.code, 'completed before').to.equal(0);
    expect(again.output.result.jobs[0]).to.include({ read: 0, status: 'completed' });
  });

  it('X1 waits for a job that was never run, or stopped: 75; the jobs behind a stop are told too', async () => {
    const never = await run('--job', 'children');
    expect(never.code).to.equal(75);
    expect(never.output.result.jobs[0]?.waitingFor).to.deep.equal({
      job: 'parents',
      status: 'stopped',
      stoppedBy: null,
    });

    admin.org.faults.next({ kind: 'requestLimit', limit: 'total', match: { method: 'POST', path: /composite/ } });
    const stopped = await run();
    expect(stopped.code).to.equal(75);
    expect(statuses(stopped.output.result)).to.deep.equal([
      ['parents', 'stopped'],
      ['children', 'stopped'],
      ['others', 'stopped'],
    ]);
    expect(stopped.output.result.jobs.map((job) => job.stoppedBy?.code)).to.deep.equal(Array(3).fill('org-limit'));
    expect(stopped.output.result.jobs[2]?.warnings.join()).to.include('the run ended at the job parents');
    expect(admin.written('Contact')).to.deep.equal([]);
  });
});
