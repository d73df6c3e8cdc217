/*
 * What `retry` sends (R1, R3), where the source, the mapping or the definition is not what it was. The plain cases are in
 * retry.nut: the row as it is now, another place in a replaced file, a source that is gone, the paused record by position.
 */
import { rename, rm } from 'node:fs/promises';
import { expect } from 'chai';
import type { JobParts } from '../support/job-desk.js';
import { JobDesk, logs, retryOf } from '../support/job-desk.js';

const brief = async (desk: JobDesk, job: string): Promise<unknown[]> =>
  (await desk.errors(job)).map(({ key, status, attempts }) => [key, status, attempts]);

const long = 'x'.repeat(31_000);
const wide = 'Ext_Id__c,Name,Description,Secret__c,Phone';

describe('retry: data and definitions', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  beforeEach(async () => {
    desk = await JobDesk.create('BAD', 'WORSE');
  });
  afterEach(() => desk.admin.end());

  const log = (parts: JobParts): JobParts => ({ ...parts, ...logs });
  const mend = (): void => desk.admin.org.rules.clear();

  it('R1 the source is gone, parents and null parents pending, with and without a mapping: the stored lookups are sent', async () => {
    const mapping = { Ext_Id__c: 'id', Name: 'name', 'Parent.Ext_Id__c': 'parent' };
    await desk.define({ AS: logs, MAP: log({ mapping }) });
    desk.admin.org.seed('Account', [{ Ext_Id__c: 'P-1', Name: 'Parent' }]);
    for (const job of ['AS', 'MAP']) {
      // What each had before shows whether a null cleared it.
      const [parent] = desk.admin.org.records('Account').map(({ Id }) => Id);
      desk.admin.org.seed('Account', [{ Ext_Id__c: `${job}-2`, Name: 'Old', ParentId: parent as string }]);
      const header = job === 'AS' ? 'Ext_Id__c,Name,Parent.Ext_Id__c' : 'id,name,parent';
      await desk.rows(job, [`${job}-1,BAD,P-1`, `${job}-2,BAD,#N/A`, `${job}-3,BAD,`, ',BAD,P-1'], header);
    }
    expect((await desk.run()).code).to.equal(68);
    for (const job of ['AS', 'MAP']) await rm(desk.admin.path(`${job}.csv`));
    mend();
    const ended = await desk.retry();
    // What is known by its place alone waits for its source.
    expect(ended.code, ended.stdout).to.equal(68);
    expect(ended.output.result).to.include({ attempted: 6, resolved: 6, stillFailing: 0 });
    expect(ended.output.result.skipped).to.deep.equal([{ reason: 'no-data', count: 2 }]);
    const parent = desk.account('P-1')?.['Id'];
    for (const job of ['AS', 'MAP']) {
      const found = [1, 2, 3].map((row) => desk.account(`${job}-${row}`)?.['ParentId'] ?? null);
      expect(found, job).to.deep.equal([parent, null, null]);
      expect(retryOf(ended, job).warnings.join()).to.include(`${job}.csv`);
    }
  });

  it('R1 lookups in merges: the newer way of writing one stands alone, whether the rows are read or stored', async () => {
    const header = 'Ext_Id__c,Name,Phone,Parent.Ext_Id__c';
    const rows = (job: string): string[] => [
      `${job}-1,BAD,1,P-1`,
      `${job}-1,BAD,,#N/A`,
      `${job}-2,BAD,2,#N/A`,
      `${job}-2,BAD,,P-1`,
      `${job}-3,BAD,3,P-1`,
      `${job}-3,BAD,,`,
    ];
    await desk.define({ READ: logs, GONE: logs });
    desk.admin.org.seed('Account', [{ Ext_Id__c: 'P-1', Name: 'Parent' }]);
    for (const job of ['READ', 'GONE']) await desk.rows(job, rows(job), header);
    expect((await desk.run()).code).to.equal(68);
    await rm(desk.admin.path('GONE.csv'));
    mend();
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 6, resolved: 6 });
    const parent = desk.account('P-1')?.['Id'];
    for (const job of ['READ', 'GONE']) {
      const found = [1, 2, 3].map((row) => desk.account(`${job}-${row}`));
      expect(found.map((one) => [one?.['Phone'], one?.['ParentId'] ?? null])).to.deep.equal([
        ['1', null],
        ['2', parent],
        ['3', parent],
      ]);
    }
  });

  it('R1 over 32 KB: sent from the source while the row stands; gone, it is left alone as no-data and stays pending', async () => {
    await desk.define({ BIG: logs, LOST: logs });
    for (const job of ['BIG', 'LOST'])
      await desk.rows(job, [`${job}-1,BAD,${long},${long},1`, `${job}-2,BAD,,,2`], wide);
    desk.admin.org.setObject(withLongSecret());
    expect((await desk.run()).code).to.equal(68);
    const omitted = (await desk.admin.exportErrors()).filter(({ payloadOmitted }) => payloadOmitted !== null);
    expect(omitted.map(({ key }) => key)).to.deep.equal(['BIG-1', 'LOST-1']);
    await desk.rows('LOST', ['LOST-9,Other,,,'], wide);
    mend();
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(68);
    expect(retryOf(ended, 'BIG')).to.deep.include({ attempted: 2, resolved: 2, skipped: [] });
    expect(desk.account('BIG-1')?.['Description']).to.equal(long);
    expect(retryOf(ended, 'LOST')).to.deep.include({
      attempted: 1,
      resolved: 1,
      skipped: [{ reason: 'no-data', count: 1 }],
    });
    expect(desk.account('LOST-1')).to.equal(undefined);
    expect(await brief(desk, 'LOST')).to.deep.equal([
      ['LOST-1', 'pending', 1],
      ['LOST-2', 'resolved', 1],
    ]);
  });

  it('R1 R3 over 32 KB, of two refused rows of a key: the earlier one is gone, so what only it set cannot be sent: not resolved', async () => {
    await desk.define({ OLD: logs });
    desk.admin.org.setObject(withLongSecret());
    await desk.rows('OLD', ['OLD-1,Good,,,', `OLD-2,BAD,${long},${long},`], wide);
    expect((await desk.run()).code).to.equal(68);
    await desk.rows('OLD', ['OLD-1,Good,,,', 'OLD-3,Good,,,', 'OLD-4,Good,,,', 'OLD-2,BAD,,,5'], wide);
    expect((await desk.run()).code).to.equal(68);
    const [error] = await desk.errors('OLD');
    expect(error).to.include({ status: 'pending', attempts: 2, row: 4, payload: null });
    expect(error?.payloadOmitted?.fields).to.include.members(['Description', 'Secret__c', 'Phone']);
    mend();
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(68);
    expect(retryOf(ended, 'OLD').skipped).to.deep.equal([{ reason: 'no-data', count: 1 }]);
    expect(await brief(desk, 'OLD')).to.deep.equal([['OLD-2', 'pending', 2]]);
  });

  it('R3 absent fields: what an early refused row sets and later accepted ones leave out arrives with retry', async () => {
    await desk.define({ SAME: logs, LATER: logs, TWICE: logs });
    const header = 'Ext_Id__c,Name,Phone,Industry';
    // Accepted within the same run, in a later run, and two refused rows before the accepted one.
    await desk.rows('SAME', ['SAME-1,BAD,1,Banking', 'SAME-1,Good,,Other'], header);
    await desk.rows('LATER', ['LATER-1,BAD,1,Banking'], header);
    await desk.rows('TWICE', ['TWICE-1,BAD,1,', 'TWICE-1,BAD,,Banking', 'TWICE-1,Good,,'], header);
    expect((await desk.run()).code).to.equal(68);
    await desk.rows('LATER', ['LATER-1,BAD,1,Banking', 'LATER-1,Good,,Other'], header);
    expect((await desk.run('--job', 'LATER')).code).to.equal(0);
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 3, resolved: 3 });
    expect(desk.account('SAME-1')).to.include({ Name: 'Good', Phone: '1', Industry: 'Other' });
    expect(desk.account('LATER-1')).to.include({ Name: 'Good', Phone: '1', Industry: 'Other' });
    expect(desk.account('TWICE-1')).to.include({ Name: 'Good', Phone: '1', Industry: 'Banking' });
  });

  it('R3 the same while the job is paused on the later row of the key: accepted, the job moves on, and what is owed goes after it', async () => {
    await desk.define({ OWED: {}, LEFT: {} });
    const rows = (job: string, phone: string): string[] => [
      `${job}-1,BAD,${phone}`,
      `${job}-2,Good,`,
      `${job}-1,WORSE,`,
      `${job}-3,Good,`,
    ];
    await desk.rows('OWED', rows('OWED', '1'), 'Ext_Id__c,Name,Phone');
    await desk.rows('LEFT', rows('LEFT', '666'), 'Ext_Id__c,Name,Phone');
    expect((await desk.run()).code).to.equal(69);
    for (const job of ['OWED', 'LEFT']) expect((await desk.decide('skip', '--job', job)).code).to.equal(0);
    expect((await desk.run()).code).to.equal(69);
    desk.admin.org.rules.disable('WORSE');
    desk.admin.org.rules.add({
      name: 'No_666',
      object: 'Account',
      message: 'Not that number',
      predicate: ({ Phone }) => Phone === '666',
    });
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(68);
    for (const job of ['OWED', 'LEFT']) {
      const record = await desk.record(job);
      expect(record).to.deep.include({ phase: 'open', pausedOn: null });
      expect(record.checkpoint.row).to.equal(3);
      expect(retryOf(ended, job)).to.include({ movedPast: true });
      expect(desk.written(job)).to.not.include(`${job}-3`);
    }
    expect(desk.account('OWED-1')).to.include({ Name: 'WORSE', Phone: '1' });
    expect(retryOf(ended, 'OWED')).to.include({ resolved: 1, stillFailing: 0, status: 'completed' });
    // What is left is refused by itself: one row, one attempt more for all requests of this retry.
    expect(desk.account('LEFT-1')).to.include({ Name: 'WORSE' });
    const [left, ...others] = await desk.errors('LEFT');
    expect(others).to.deep.equal([]);
    expect(left).to.include({ status: 'pending', attempts: 3, retries: 1 });
    expect(left?.payload).to.include({ Phone: '666' });
    expect(retryOf(ended, 'LEFT')).to.include({ resolved: 0, stillFailing: 1, status: 'completedWithErrors' });
  });

  it('R1 the source counts from the oldest refused row on, and only up to the checkpoint', async () => {
    await desk.define({ FROM: logs, UPTO: logs });
    const header = 'Ext_Id__c,Name,Phone';
    await desk.rows('FROM', ['FROM-1,Good,1', 'FROM-2,BAD,', 'FROM-1,BAD,'], header);
    const late = ['UPTO-4,Good,', 'UPTO-2,Late,9', 'UPTO-1,Late,9'];
    await desk.rows('UPTO', ['UPTO-1,Good,', 'UPTO-2,BAD,2', 'UPTO-3,Good,', ...late], header);
    // One window is settled, then the org's limit strikes: the rest of the file is the next run's.
    let seen = 0;
    const match = ({ method, body }: { method: string; body: unknown }): boolean =>
      method === 'POST' && JSON.stringify(body).includes('UPTO') && ++seen === 2;
    desk.admin.org.faults.next({ kind: 'requestLimit', limit: 'total', match });
    const first = await desk.run();
    expect(first.code, first.stdout).to.equal(75);
    expect((await desk.record('UPTO')).checkpoint.row).to.equal(4);
    mend();
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 3, resolved: 3 });
    expect(desk.account('UPTO-2')).to.include({ Name: 'BAD', Phone: '2' });
    const sent = desk.writes().flatMap(({ collections }) => collections.flatMap(({ records }) => records));
    // Row 1 was accepted: what it set is not sent again, for the org may have changed it since.
    const record = sent.find((one) => one['Ext_Id__c'] === 'FROM-1');
    expect(record).to.include({ Name: 'BAD' }).and.not.have.property('Phone');
    expect(desk.written('UPTO')).to.deep.equal(['UPTO-1', 'UPTO-3', 'UPTO-4', 'UPTO-2']);
  });

  it('R1 a mapping mended after the job completed: the next run finds nothing new and stores it, and retry maps anew', async () => {
    const mapping = { Ext_Id__c: 'id', Name: 'code' };
    await desk.define({ MAPPED: log({ mapping }) });
    await desk.rows('MAPPED', ['MAPPED-1,BAD 1,First', 'MAPPED-2,BAD 2,Second'], 'id,code,title');
    expect((await desk.run()).code).to.equal(68);
    await desk.define({ MAPPED: log({ mapping: { ...mapping, Name: 'title' } }) });
    const unread = await desk.retry();
    expect(unread.code, 'works from the snapshot of the last run').to.equal(68);
    const nothing = await desk.run();
    expect([nothing.code, nothing.output.result.jobs[0]?.read]).to.deep.equal([0, 0]);
    expect(desk.writes()).to.deep.equal([]);
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 2, resolved: 2 });
    expect(desk.names('MAPPED')).to.deep.equal(['First', 'Second']);
  });

  it('R1 -d stands before the stored definition: mapping, place of the source; other jobs as they were', async () => {
    const mapping = { Ext_Id__c: 'id', Name: 'code' };
    await desk.define({ GIVEN: log({ mapping }), OTHER: logs });
    await desk.rows('GIVEN', ['GIVEN-1,BAD 1,First'], 'id,code,title');
    await desk.file('OTHER', 2, { 2: 'WORSE' });
    expect((await desk.run()).code).to.equal(68);
    desk.admin.org.rules.disable('WORSE');
    await rename(desk.admin.path('GIVEN.csv'), desk.admin.path('elsewhere.csv'));
    await desk.rows('elsewhere', ['GIVEN-1,BAD 1,Moved'], 'id,code,title');
    const source = { type: 'csv', path: 'elsewhere.csv' };
    const given = await desk.define({ GIVEN: log({ mapping: { ...mapping, Name: 'title' }, source }) }, 'given.json');
    const ended = await desk.retry('--definition-file', given);
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 2, resolved: 2 });
    expect([...desk.names('GIVEN'), ...desk.names('OTHER')]).to.deep.equal(['Moved', 'N1', 'WORSE']);
  });

  it('R1 -d with a renamed job (formerly): the rows of the old name are retried by the new definition, and the run takes the state over', async () => {
    const mapping = { Ext_Id__c: 'id', Name: 'code' };
    await desk.define({ OLD: log({ mapping }) });
    await desk.rows('OLD', ['OLD-1,Good,First', 'OLD-2,BAD 2,Second'], 'id,code,title');
    expect((await desk.run()).code).to.equal(68);
    const source = { type: 'csv', path: 'OLD.csv' };
    const parts = log({ source, mapping: { ...mapping, Name: 'title' }, formerly: ['OLD'] });
    const renamed = await desk.define({ NEW: parts }, 'renamed.json');
    const ended = await desk.retry('--definition-file', renamed);
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 1, resolved: 1 });
    expect(desk.account('OLD-2')).to.include({ Name: 'Second' });
    expect((await desk.admin.exportErrors()).map(({ status }) => status)).to.deep.equal(['resolved']);
    const next = await desk.run('--definition-file', renamed);
    expect([next.code, next.output.result.jobs[0]?.read]).to.deep.equal([0, 0]);
    expect((await desk.admin.ledger()).jobs.map(({ name }) => name)).to.deep.equal(['NEW']);
  });

  it('R1 columns in another order, or in capitals: current data, by column name', async () => {
    await desk.define({ ORDER: logs });
    await desk.rows('ORDER', ['ORDER-1,BAD,1', 'ORDER-2,Good,2'], 'Ext_Id__c,Name,Phone');
    expect((await desk.run()).code).to.equal(68);
    await desk.rows('ORDER', ['3,ORDER-1,Mended', '2,ORDER-2,Good'], 'PHONE,EXT_ID__C,NAME');
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(desk.account('ORDER-1')).to.include({ Name: 'Mended', Phone: '3' });
  });

  it('R1 a column renamed: nothing of the job is sent, exit 1 names column and job; given with -d: current data', async () => {
    const mapping = { Ext_Id__c: 'id', Name: 'name', Phone: 'phone' };
    await desk.define({ COLUMN: log({ mapping }) });
    await desk.rows('COLUMN', ['COLUMN-1,BAD,1'], 'id,name,phone');
    expect((await desk.run()).code).to.equal(68);
    await desk.rows('COLUMN', ['COLUMN-1,Mended,2'], 'id,name,telephone');
    const refused = await desk.retry();
    expect(refused.code, refused.stdout).to.equal(1);
    expect(refused.output.message).to.include('COLUMN').and.include('phone');
    expect(refused.output.actions).to.not.be.empty;
    expect(desk.writes()).to.deep.equal([]);
    expect(await brief(desk, 'COLUMN')).to.deep.equal([['COLUMN-1', 'pending', 1]]);
    const renamed = await desk.define({ COLUMN: log({ mapping: { ...mapping, Phone: 'telephone' } }) }, 'renamed.json');
    const ended = await desk.retry('--definition-file', renamed);
    expect(ended.code, ended.stdout).to.equal(0);
    expect(desk.account('COLUMN-1')).to.include({ Name: 'Mended', Phone: '2' });
  });

  it('4.1 X1 a position that has a key now by a mended mapping: its record is sent; refused, its new row is counted and shown', async () => {
    const by = (column: string): JobParts => log({ mapping: { Ext_Id__c: { column }, Name: 'name' } });
    await desk.define({ KEYED: by('first') });
    await desk.rows('KEYED', ['KEYED-1,KEYED-1,Good', ',KEYED-2,BAD', ',KEYED-3,Good'], 'first,second,name');
    expect((await desk.run()).code).to.equal(68);
    const mended = await desk.define({ KEYED: by('second') }, 'mended.json');
    const ended = await desk.retry('--definition-file', mended);
    expect(ended.code, ended.stdout).to.equal(68);
    expect(ended.output.result).to.include({
      attempted: 2,
      superseded: 2,
      stillFailing: 1,
      status: 'completedWithErrors',
    });
    expect(ended.output.result.errors.map(({ key, status }) => [key, status])).to.deep.equal([['KEYED-2', 'pending']]);
    expect(await brief(desk, 'KEYED')).to.deep.equal([
      ['#row:2', 'superseded', 1],
      ['#row:3', 'superseded', 1],
      ['KEYED-2', 'pending', 1],
    ]);
    expect(desk.account('KEYED-3')).to.include({ Name: 'Good' });
  });

  it('E1 quarantined rows beside pending ones of other keys: left alone by retry, resolved by the run that has them accepted', async () => {
    await desk.define({ Q: logs });
    await desk.file('Q', 4, { 2: 'BAD', 4: 'BAD' });
    expect((await desk.run()).code).to.equal(68);
    const [first] = await desk.errors('Q');
    expect((await desk.decide('errors', 'quarantine', '--id', first!.id)).code).to.equal(0);
    mend();
    const ended = await desk.retry();
    expect(ended.code, ended.stdout).to.equal(0);
    expect(ended.output.result).to.include({ attempted: 1, resolved: 1, quarantined: 0 });
    expect(desk.sent('Q')).to.deep.equal([['Q-4']]);
    expect(await brief(desk, 'Q')).to.deep.equal([
      ['Q-2', 'quarantined', 1],
      ['Q-4', 'resolved', 1],
    ]);
    expect((await desk.run('--restart')).code).to.equal(0);
    expect(await brief(desk, 'Q')).to.deep.equal([
      ['Q-2', 'resolved', 1],
      ['Q-4', 'resolved', 1],
    ]);
  });

  /** The practice org's accounts, with a second field that takes a long text. */
  function withLongSecret() {
    const account = desk.admin.org.objectDefinition('Account');
    const description = account.fields.find(({ name }) => name === 'Description')!;
    const others = account.fields.filter(({ name }) => name !== 'Secret__c');
    return { ...account, fields: [...others, { ...description, name: 'Secret__c', label: 'Secret' }] };
  }
});
