import { expect } from 'chai';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import { Admin } from '../support/cli.js';

const rows = (count: number, name: (row: number) => string = (row) => `N${row}`): string[][] =>
  Array.from({ length: count }, (_, index) => [`A-${index + 1}`, name(index + 1)]);

const noBadNames = {
  name: 'No_Bad_Names',
  object: 'Account',
  message: 'The name is bad',
  field: 'Name',
  predicate: (record: { Name?: unknown }) => String(record.Name).startsWith('BAD'),
};

describe('retry', () => {
  let admin: Admin;
  beforeEach(async () => {
    admin = await Admin.create();
    admin.org.rules.add(noBadNames);
  });
  afterEach(() => admin.end());

  const retry = (...more: string[]) => admin.json<RetryResult>('retry', ...admin.orgFlags, ...more);
  const log = (file: string, ...more: string[]) => admin.run(file, '--on-error', 'log', ...more);
  const statuses = async () => (await admin.exportErrors()).map((error) => [error.key, error.status]);
  /** API calls but for those that a login by access token costs. */
  const ownCalls = () =>
    admin.org.journal.filter(({ counted, query }) => counted && !query.includes('Organization')).length;
  const nameOf = (key: string) => admin.org.find('Account', 'Ext_Id__c', key)?.['Name'];

  it('nothing pending: exit 0, nothing tried, no API call', async () => {
    const { code, output } = await retry();
    expect(code).to.equal(0);
    expect(output.result).to.include({ attempted: 0, resolved: 0, stillFailing: 0, apiCalls: 0, status: 'completed' });
    expect(ownCalls()).to.equal(0);
  });

  it('R1 L1 still refused: 68, attempts and retries raised, newest errors, nothing else sent; mended: resolved', async () => {
    const file = await admin.accounts(rows(30, (row) => (row % 10 === 3 ? `BAD ${row}` : `N${row}`)));
    expect((await log(file)).code).to.equal(68);
    const sent = admin.org.commits.length;
    admin.org.rules.add({ ...noBadNames, message: 'Still bad' });
    const first = await retry();
    expect(first.code).to.equal(68);
    expect(first.output.result).to.include({
      attempted: 3,
      resolved: 0,
      stillFailing: 3,
      status: 'completedWithErrors',
    });
    expect(first.output.result.errors.map((error) => error.errors[0]?.message)).to.deep.equal(
      Array(3).fill('Still bad'),
    );
    expect(admin.org.commits.length).to.equal(sent);
    for (const error of await admin.exportErrors())
      expect(error).to.include({ attempts: 2, retries: 1, status: 'pending' });

    admin.org.rules.disable('No_Bad_Names');
    const second = await retry();
    expect(second.code).to.equal(0);
    expect(second.output.result).to.include({ attempted: 3, resolved: 3, stillFailing: 0 });
    expect(admin.org.commits.slice(sent).map((commit) => commit.fields['Ext_Id__c'])).to.deep.equal([
      'A-3',
      'A-13',
      'A-23',
    ]);
    for (const error of await admin.exportErrors()) {
      expect(error.status).to.equal('resolved');
      expect(error.recordId).to.equal(admin.org.find('Account', 'Ext_Id__c', error.key)?.Id);
    }
  });

  it('R1 sends the current data of the source: the row as it is now, from the key in a replaced file, else as stored', async () => {
    const file = await admin.accounts(
      rows(6, (row) => (row === 2 || row === 4 || row === 6 ? `BAD ${row}` : `N${row}`)),
    );
    await log(file);
    admin.org.rules.disable('No_Bad_Names');
    // replaced: A-4 is elsewhere with a new name, A-2 and A-6 are gone
    await admin.accounts([
      ['A-9', 'other'],
      ['A-4', 'Newest'],
    ]);
    const { code, output } = await retry();
    expect(code).to.equal(0);
    expect(output.result).to.include({ attempted: 3, resolved: 3 });
    expect([nameOf('A-2'), nameOf('A-4'), nameOf('A-6')]).to.deep.equal(['BAD 2', 'Newest', 'BAD 6']);
    expect(admin.org.find('Account', 'Ext_Id__c', 'A-9')).to.equal(undefined);
  });

  it('R1 the source is gone: the stored data is sent', async () => {
    const file = await admin.accounts(rows(3, (row) => (row === 2 ? 'BAD 2' : `N${row}`)));
    await log(file);
    admin.org.rules.disable('No_Bad_Names');
    const { rm } = await import('node:fs/promises');
    await rm(file);
    const { code, output } = await retry();
    expect(code, output.message).to.equal(0);
    expect(nameOf('A-2')).to.equal('BAD 2');
  });

  it('R3 a field that only the refused row sets arrives with the retry, and nothing older overwrites what came later', async () => {
    const file = await admin.accounts(
      [
        ['K', 'BAD early', '111'],
        ['K', 'Late', ''],
        ['L', 'BAD', '222'],
      ],
      'Ext_Id__c,Name,Phone',
    );
    await log(file);
    const [first] = await admin.exportErrors();
    expect(first).to.deep.include({ key: 'K', status: 'pending', payload: { Ext_Id__c: 'K', Phone: '111' } });
    const { output } = await retry();
    expect(output.result).to.include({ attempted: 2, resolved: 1, stillFailing: 1 });
    expect(admin.org.find('Account', 'Ext_Id__c', 'K')).to.include({ Name: 'Late', Phone: '111' });
    expect(await statuses()).to.deep.equal([
      ['K', 'resolved'],
      ['L', 'pending'],
    ]);
  });

  it('R2 paused: the record is sent alone; accepted, the job moves past it in one write, and the run goes on behind', async () => {
    const file = await admin.accounts(rows(8, (row) => (row === 5 ? 'BAD' : `N${row}`)));
    await admin.run(file);
    const refused = await retry();
    expect(refused.code).to.equal(68);
    expect(refused.output.result).to.include({ attempted: 1, stillFailing: 1 });
    expect(admin.written()).to.have.lengthOf(4);
    expect((await admin.ledger()).jobs[0]).to.deep.include({ phase: 'paused' });

    await admin.accounts(rows(8, (row) => (row === 5 ? 'Mended' : `N${row}`)));
    const sent = admin.org.journal.length;
    const accepted = await retry();
    expect(accepted.code).to.equal(0);
    expect(accepted.output.result).to.include({ attempted: 1, resolved: 1 });
    const writes = admin.org.journal.slice(sent).filter((entry) => entry.path.endsWith('/composite'));
    expect(writes).to.have.lengthOf(1);
    expect(nameOf('A-5')).to.equal('Mended');
    const [job] = (await admin.ledger()).jobs;
    expect(job).to.include({ phase: 'open', pausedOn: null });
    expect(job?.checkpoint.row).to.equal(5);
    const { code, output } = await admin.run(file);
    expect(code).to.equal(0);
    expect(output.result.jobs[0]).to.include({ read: 3, exported: 3 });
    expect(admin.written()).to.deep.equal(rows(8).map(([key]) => key));
  });

  it('R2 paused, another key stands at the position: superseded, and that row is the next run’s', async () => {
    const file = await admin.accounts(rows(6, (row) => (row === 3 ? 'BAD' : `N${row}`)));
    await admin.run(file);
    await admin.accounts(rows(6).map(([key, name], index) => (index === 2 ? ['X-3', 'Another'] : [key!, name!])));
    const { code, output } = await retry();
    expect(code).to.equal(0);
    expect(output.result).to.include({ attempted: 0, superseded: 1 });
    expect(admin.written()).to.deep.equal(['A-1', 'A-2']);
    expect((await admin.run(file)).code).to.equal(0);
    expect(admin.written()).to.deep.equal(['A-1', 'A-2', 'X-3', 'A-4', 'A-5', 'A-6']);
  });

  it('R2 paused, the part before the checkpoint changed: the record is retried by its key, the job’s state stays', async () => {
    const file = await admin.accounts(rows(6, (row) => (row === 3 ? 'BAD' : `N${row}`)));
    await admin.run(file);
    await admin.accounts([['Z-0', 'inserted before'], ...rows(6, (row) => (row === 3 ? 'Mended' : `N${row}`))]);
    const { code, output } = await retry();
    expect(code).to.equal(0);
    expect(output.result).to.include({ attempted: 1, resolved: 1 });
    expect(nameOf('A-3')).to.equal('Mended');
    expect(admin.org.find('Account', 'Ext_Id__c', 'Z-0')).to.equal(undefined);
    const [job] = (await admin.ledger()).jobs;
    expect(job?.phase).to.equal('paused');
    expect(job?.checkpoint.row).to.equal(2);
    const { stdout } = await admin.sf('status', '--org-id', admin.org.orgId);
    expect(stdout).to.include('Paused on row 3 (line 4)').and.to.include('key A-3, which a retry has exported since');
  });

  it('filters: --job, --id, --code, --older-than, --limit; what they leave is counted', async () => {
    const file = await admin.accounts(rows(15, (row) => (row % 3 === 0 ? 'BAD' : `N${row}`)));
    await log(file);
    admin.org.rules.disable('No_Bad_Names');
    const [one] = await admin.exportErrors();
    const none = await retry('--code', 'STRING_TOO_LONG');
    expect([none.code, none.output.result.jobs.length, none.output.result.notChosen]).to.deep.equal([0, 0, 5]);
    expect((await retry('--older-than', '1h')).output.result).to.include({ attempted: 0, notChosen: 5 });
    const byId = await retry('--id', one!.id.slice(0, 13));
    expect([byId.code, byId.output.result.resolved, byId.output.result.notChosen]).to.deep.equal([0, 1, 4]);
    const limited = await retry('--limit', '1', '--job', one!.job);
    expect(limited.code).to.equal(68);
    expect(limited.output.result).to.include({ attempted: 1, resolved: 1, status: 'completedWithErrors' });
    expect(limited.output.result.skipped).to.deep.equal([{ reason: 'limit', count: 3 }]);
    const byCode = await retry('--code', 'field_custom_validation_exception');
    expect([byCode.code, byCode.output.result.resolved]).to.deep.equal([0, 3]);
  });

  it('a name that nothing has is told, not taken for nothing to do', async () => {
    const file = await admin.accounts(rows(3, (row) => (row === 3 ? 'BAD' : `N${row}`)));
    await log(file);
    const before = ownCalls();
    const nobody = await admin.sf('retry', ...admin.orgFlags, '--job', 'nobody');
    expect(nobody.code).to.equal(1);
    expect(nobody.stderr).to.include('nobody').and.to.include('Account-accounts');
    const noId = await admin.sf('retry', ...admin.orgFlags, '--id', 'ffffffff');
    expect(noId.code).to.equal(1);
    for (const flag of ['--id', '--job', '--code']) {
      expect((await admin.sf('retry', ...admin.orgFlags, flag, '')).code, flag).to.equal(2);
    }
    expect(ownCalls()).to.equal(before);
  });

  it('retry-max-attempts: quarantined by the retry that makes it full, and left alone afterwards', async () => {
    const file = await admin.accounts(rows(2, (row) => (row === 2 ? 'BAD' : `N${row}`)));
    await log(file);
    await admin.sf('settings', 'set', 'retry-max-attempts', '2', '--org-id', admin.org.orgId);
    expect((await retry()).output.result).to.include({ stillFailing: 1, quarantined: 0 });
    const { code, output } = await retry();
    expect(code).to.equal(68);
    expect(output.result).to.include({ stillFailing: 0, quarantined: 1 });
    expect(await statuses()).to.deep.equal([['A-2', 'quarantined']]);
    expect((await retry()).output.result).to.include({ attempted: 0 });
  });

  it('10,000 pending errors cost at most 15 write calls when all pass', async () => {
    await admin.sf('settings', 'set', 'max-export-errors', '20000', '--org-id', admin.org.orgId);
    const file = await admin.accounts(rows(10_000, (row) => `BAD ${row}`));
    expect((await log(file)).code).to.equal(68);
    admin.org.rules.disable('No_Bad_Names');
    const before = admin.org.journal.length;
    const { code, output } = await retry();
    expect(code).to.equal(0);
    expect(output.result).to.include({ attempted: 10_000, resolved: 10_000 });
    const writes = admin.org.journal.slice(before).filter((entry) => entry.path.includes('/composite'));
    expect(writes.length).to.be.at.most(15);
    expect(admin.org.records('Account')).to.have.lengthOf(10_000);
  });
});
