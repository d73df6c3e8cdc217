/* What a `retry` makes of errors that are no record's own, in log manner as a run does (design.md 3.2, 3.3). Runs: run-log.nut. */
import { expect } from 'chai';
import { isWrite } from '../support/killing.js';
import { JobDesk, logs, retryOf } from '../support/job-desk.js';

describe('retry: errors of the batch and of the wire', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  beforeEach(async () => {
    desk = await JobDesk.create('BAD');
  });
  afterEach(() => desk.admin.end());

  const wide = { settings: { 'pause-on-export-errors': false, 'batch-size': 200, 'collections-per-request': 1 } };
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

  /** A job of so many rows, all of them pending; the rule that refused them is gone. */
  async function pending(job: string, count: number, name: (row: number) => string = () => 'Name'): Promise<void> {
    await desk.file(job, count, Object.fromEntries(numbers(count).map((row) => [row, `BAD ${name(row)}`])));
  }

  it('3.2 a trigger that throws for its whole chunk, Apex limits: cut until each record stands for itself; one attempt for all requests', async () => {
    await desk.define({ POISON: wide, HUNGRY: wide });
    await pending('POISON', 40, (row) => (row === 17 ? 'Poison' : 'Name'));
    await pending('HUNGRY', 120);
    expect((await desk.run()).code).to.equal(68);
    desk.admin.org.rules.disable('BAD');
    desk.admin.org.triggers.add({
      name: 'Fragile',
      object: 'Account',
      events: ['before insert'],
      run: (context) => {
        if (context.new.some((record) => record['Name'] === 'BAD Poison')) throw new Error('de-reference null');
        for (const _ of context.new) context.limits.cpu(111);
      },
    });
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(68);
    expect(retryOf(ended, 'POISON')).to.include({ attempted: 40, resolved: 39, stillFailing: 1 });
    expect(retryOf(ended, 'HUNGRY')).to.include({ attempted: 120, resolved: 120, stillFailing: 0 });
    const open = (await desk.admin.exportErrors()).filter(({ status }) => status !== 'resolved');
    expect(open.map(({ key, attempts, retries }) => [key, attempts, retries])).to.deep.equal([['POISON-17', 2, 1]]);
    expect(open[0]?.errors[0]?.statusCode).to.equal('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY');
  });

  it('T1 E2 a lock that passes costs time alone; an echo of another record’s error is never stored', async () => {
    await desk.define({ LOCK: wide });
    await pending('LOCK', 6);
    expect((await desk.run()).code).to.equal(68);
    desk.admin.org.rules.disable('BAD');
    const { faults } = desk.admin.org;
    faults.next({ kind: 'lockRows', times: 2, where: (record) => record['Ext_Id__c'] === 'LOCK-2' });
    const echo = { kind: 'recordError', message: 'rolled back', scope: 'record' } as const;
    const where = (record: { [name: string]: unknown }): boolean => record['Ext_Id__c'] === 'LOCK-4';
    faults.next({ ...echo, statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK', where });
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 6, resolved: 6, stillFailing: 0 });
    expect((await desk.errors('LOCK')).every(({ attempts }) => attempts === 1)).to.equal(true);
  });

  it('T2 an answer that never came: sent again, and settled once', async () => {
    await desk.define({ WIRE: wide });
    await pending('WIRE', 3);
    expect((await desk.run()).code).to.equal(68);
    desk.admin.org.rules.disable('BAD');
    desk.admin.org.faults.next({ kind: 'cutAfter', match: isWrite });
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 3, resolved: 3 });
    expect(desk.writes()).to.have.lengthOf(2);
    expect(desk.admin.org.records('Account')).to.have.lengthOf(3);
    expect((await desk.errors('WIRE')).map(({ status, attempts }) => [status, attempts])).to.deep.equal(
      numbers(3).map(() => ['resolved', 1]),
    );
  });

  it('max-export-errors: a table that is full stops runs, and not the retry that empties it', async () => {
    await desk.define({ FULL: logs });
    await pending('FULL', 4);
    await desk.admin.json('settings', 'set', 'max-export-errors', '4', ...desk.admin.orgFlags);
    expect((await desk.run()).code).to.equal(68);
    await pending('FULL', 5);
    const stopped = await desk.run();
    expect(stopped.code, stopped.stdout).to.equal(69);
    expect(stopped.output.result.jobs[0]?.stoppedBy?.code).to.equal('error-cap');
    const still = await desk.retry();
    expect(still.code, still.stdout).to.equal(68);
    expect(still.output.result).to.include({ attempted: 4, stillFailing: 4 });
    desk.admin.org.rules.disable('BAD');
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 4, resolved: 4 });
    expect((await desk.run()).code).to.equal(0);
    expect(desk.account('FULL-5')).to.include({ Name: 'BAD Name' });
  });
});
