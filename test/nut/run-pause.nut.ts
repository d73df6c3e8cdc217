import { expect } from 'chai';
import type { RunResult } from '../../src/core/run-result.js';
import { Admin } from '../support/cli.js';

const keys = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => `A-${from + index}`);
const rows = (count: number, name: (row: number) => string = (row) => `Account ${row}`): string[][] =>
  Array.from({ length: count }, (_, index) => [`A-${index + 1}`, name(index + 1)]);

/** A rule that refuses the accounts whose name says so. */
const noBadNames = {
  name: 'No_Bad_Names',
  object: 'Account',
  message: 'The name is bad',
  field: 'Name',
  predicate: (record: { Name?: unknown }) => String(record.Name).startsWith('BAD'),
};

describe('run, pause on', () => {
  let admin: Admin;
  beforeEach(async () => {
    admin = await Admin.create();
    admin.org.rules.add(noBadNames);
  });
  afterEach(() => admin.end());

  const first = (result: RunResult) => result.jobs[0]!;

  for (const naming of ['first', 'last', 'all'] as const) {
    // batch size 4: collections end at 4, 8, 12, 16, 20; the window of five collections at 20
    for (const bad of [1, 4, 5, 20, 21, 25]) {
      it(`H1 H3 X1 the failing record is row ${bad} of 25, ${naming} is named: paused exactly there`, async () => {
        admin.org.behaviour.rollback = naming;
        const file = await admin.accounts(rows(25, (row) => (row === bad || row === 25 ? `BAD ${row}` : `N${row}`)));
        const { code, output } = await admin.run(file, '--batch-size', '4');
        expect(code, output.message).to.equal(69);
        expect(output.status).to.equal(69);
        expect(output.result.status).to.equal('paused');
        const job = first(output.result);
        expect(job).to.include({ status: 'paused', exported: bad - 1, created: bad - 1, updated: 0, failed: 1 });
        expect(job.checkpoint.row).to.equal(bad - 1);
        expect(job.pausedOn).to.include({ row: bad, line: bad + 1, key: `A-${bad}` });
        expect(job.pausedOn?.errors).to.deep.equal([
          { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'The name is bad', fields: ['Name'] },
        ]);
        expect(admin.written()).to.deep.equal(keys(1, bad - 1));
        const errors = await admin.exportErrors();
        expect(errors).to.have.lengthOf(1);
        expect(errors[0]).to.include({ status: 'pending', attempts: 1, row: bad, key: `A-${bad}` });
        expect(errors[0]!.id).to.equal(job.pausedOn?.exportErrorId);
      });
    }
  }

  it('H2 H3 the next run sends the record alone; still refused: one row, one attempt more, nothing else sent', async () => {
    const file = await admin.accounts(rows(12, (row) => (row === 6 ? 'BAD' : `N${row}`)));
    await admin.run(file);
    const before = admin.org.journal.length;
    const { code, output } = await admin.run(file);
    expect(code).to.equal(69);
    expect(first(output.result)).to.include({ exported: 0, failed: 1 });
    const writes = admin.org.journal.slice(before).filter((entry) => entry.path.endsWith('/composite'));
    expect(writes).to.have.lengthOf(1);
    expect(recordsOf(writes[0]!.body)).to.deep.equal(['A-6']);
    const errors = await admin.exportErrors();
    expect(errors).to.have.lengthOf(1);
    expect(errors[0]).to.include({ attempts: 2, status: 'pending' });
    expect(first(output.result).pausedOn?.attempts).to.equal(2);
  });

  it('H2 the cause is mended in the org: the record goes alone first, then the rest, and its error is resolved', async () => {
    const file = await admin.accounts(rows(12, (row) => (row === 6 ? 'BAD' : `N${row}`)));
    await admin.run(file);
    const before = admin.org.journal.length;
    admin.org.rules.disable('No_Bad_Names');
    const { code, output } = await admin.run(file);
    expect(code).to.equal(0);
    expect(first(output.result)).to.include({ status: 'completed', exported: 7, created: 7, failed: 0 });
    const writes = admin.org.journal.slice(before).filter((entry) => entry.path.endsWith('/composite'));
    expect(writes.map((entry) => recordsOf(entry.body))).to.deep.equal([['A-6'], keys(7, 12)]);
    expect(admin.written()).to.deep.equal(keys(1, 12));
    const [error] = await admin.exportErrors();
    expect(error).to.include({ status: 'resolved', recordId: admin.org.find('Account', 'Ext_Id__c', 'A-6')?.Id });
  });

  it('H2 the record is mended in the file: the new row is sent, nothing before it again', async () => {
    const file = await admin.accounts(rows(8, (row) => (row === 5 ? 'BAD' : `N${row}`)));
    await admin.run(file);
    await admin.accounts(rows(8, (row) => (row === 5 ? 'Good now' : `N${row}`)));
    const { code } = await admin.run(file);
    expect(code).to.equal(0);
    expect(admin.written()).to.deep.equal(keys(1, 8));
    expect(admin.org.find('Account', 'Ext_Id__c', 'A-5')?.Name).to.equal('Good now');
  });

  it('H1 a second failing record pauses the next run there, exactly', async () => {
    const file = await admin.accounts(rows(30, (row) => (row === 5 || row === 23 ? 'BAD' : `N${row}`)));
    await admin.run(file);
    await admin.accounts(rows(30, (row) => (row === 23 ? 'BAD' : `N${row}`)));
    const { code, output } = await admin.run(file);
    expect(code).to.equal(69);
    expect(first(output.result).pausedOn?.row).to.equal(23);
    expect(admin.written()).to.deep.equal(keys(1, 22));
    const errors = await admin.exportErrors();
    expect(errors.map((error) => [error.key, error.status])).to.deep.equal([
      ['A-5', 'resolved'],
      ['A-23', 'pending'],
    ]);
  });

  it('H1 goes on past a record that fails only in company', async () => {
    admin.org.triggers.add({
      name: 'Shy',
      object: 'Account',
      events: ['before insert'],
      run: (context) => {
        const shy = context.new.find((record) => record['Name'] === 'Shy');
        if (shy !== undefined && context.new.length > 1) context.addError(shy, 'Not while others look');
      },
    });
    const file = await admin.accounts(rows(20, (row) => (row === 9 ? 'Shy' : `N${row}`)));
    const { code } = await admin.run(file);
    expect(code).to.equal(0);
    expect(admin.written()).to.deep.equal(keys(1, 20));
    expect(await admin.exportErrors()).to.deep.equal([]);
  });

  it('H1 a trigger that throws for its whole chunk: the record that makes it throw is found', async () => {
    admin.org.triggers.add({
      name: 'Fragile',
      object: 'Account',
      events: ['before insert'],
      run: (context) => {
        if (context.new.some((record) => record['Name'] === 'Poison')) throw new Error('Attempt to de-reference null');
      },
    });
    const file = await admin.accounts(rows(40, (row) => (row === 17 ? 'Poison' : `N${row}`)));
    const { code, output } = await admin.run(file);
    expect(code).to.equal(69);
    expect(first(output.result).pausedOn?.row).to.equal(17);
    expect(first(output.result).pausedOn?.errors[0]?.statusCode).to.equal('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY');
    expect(admin.written()).to.deep.equal(keys(1, 16));
  });

  it('L1 Apex limits that allow 90 records per transaction: all are written, no record is blamed', async () => {
    admin.org.triggers.add({
      name: 'Hungry',
      object: 'Account',
      events: ['before insert'],
      run: (context) => {
        for (const _ of context.new) context.limits.cpu(111);
      },
    });
    const file = await admin.accounts(rows(300));
    const { code, output } = await admin.run(file);
    expect(code).to.equal(0);
    expect(first(output.result)).to.include({ created: 300 });
    expect(admin.written()).to.deep.equal(keys(1, 300));
    expect(await admin.exportErrors()).to.deep.equal([]);
    const [job] = (await admin.ledger()).jobs;
    expect(job?.learned.records).to.equal(50);
  });

  it('H1 a record without a key counts as failing in its place and is never sent', async () => {
    const file = await admin.accounts([...rows(3), ['', 'Keyless'], ['A-5', 'N5']]);
    const { code, output } = await admin.run(file);
    expect(code).to.equal(69);
    expect(first(output.result).pausedOn).to.include({ row: 4, line: 5, key: '#row:4' });
    expect(first(output.result).pausedOn?.errors[0]?.statusCode).to.match(/^LOCAL_/);
    expect(admin.written()).to.deep.equal(keys(1, 3));
    const [error] = await admin.exportErrors();
    expect(error).to.include({ category: 'data', canonicalKey: '#row:4' });
  });

  it('a #row: error is superseded when the position holds a usable record', async () => {
    const file = await admin.accounts([...rows(1), ['', 'Keyless'], ['A-3', 'N3']]);
    await admin.run(file);
    await admin.accounts([...rows(1), ['A-2', 'Now with a key'], ['A-3', 'N3']]);
    expect((await admin.run(file)).code).to.equal(0);
    expect(admin.written()).to.deep.equal(['A-1', 'A-2', 'A-3']);
    expect((await admin.exportErrors()).map((error) => error.status)).to.deep.equal(['superseded']);
  });

  it('L2 keys that differ only in case, and one key many times, reach the org in source order', async () => {
    const file = await admin.accounts([
      ['K', 'one'],
      ['L', 'two'],
      ['k', 'three'],
      ['K', 'four'],
      ['L', 'five'],
    ]);
    const { code, output } = await admin.run(file);
    expect(code).to.equal(0);
    expect(first(output.result)).to.include({ created: 2, updated: 3 });
    expect(admin.org.commits.map((commit) => commit.fields['Name'])).to.deep.equal([
      'one',
      'two',
      'three',
      'four',
      'five',
    ]);
    expect(admin.org.find('Account', 'Ext_Id__c', 'K')?.Name).to.equal('four');
  });

  it('H1 several jobs: one that pauses does not stop the others', async () => {
    await admin.accounts(
      rows(3, (row) => (row === 2 ? 'BAD' : `N${row}`)),
      'Ext_Id__c,Name',
      'one.csv',
    );
    await admin.write('two.csv', 'id,last\nC-1,Doe\n');
    await admin.write(
      'crm-export.json',
      JSON.stringify({
        jobs: [
          { name: 'one', object: 'Account', externalId: 'Ext_Id__c', source: { type: 'csv', path: 'one.csv' } },
          {
            name: 'two',
            object: 'Contact',
            operation: 'upsert',
            externalId: 'Ext_Id__c',
            source: { type: 'csv', path: 'two.csv' },
            mapping: { Ext_Id__c: 'id', LastName: 'last' },
          },
        ],
      }),
    );
    const { code, output } = await admin.json<RunResult>('run', ...admin.orgFlags);
    expect(code).to.equal(69);
    expect(output.result.jobs.map((job) => [job.job, job.status])).to.deep.equal([
      ['one', 'paused'],
      ['two', 'completed'],
    ]);
    expect(admin.written('Contact')).to.deep.equal(['C-1']);
  });

  it('10,000 rows cost at most 12 write calls, a failing record in the middle at most 5 more', async () => {
    const file = await admin.accounts(rows(10_000, (row) => (row === 5_555 ? 'BAD' : `N${row}`)));
    const writes = () => admin.org.journal.filter((entry) => entry.path.endsWith('/composite')).length;
    expect((await admin.run(file)).code).to.equal(69);
    admin.org.rules.disable('No_Bad_Names');
    const { code, output } = await admin.run(file);
    expect(code).to.equal(0);
    expect(first(output.result).checkpoint.row).to.equal(10_000);
    expect(admin.org.records('Account')).to.have.lengthOf(10_000);
    expect(admin.written()).to.deep.equal(keys(1, 10_000));
    expect(writes()).to.be.at.most(17);
  });
});

function recordsOf(body: unknown): unknown[] {
  const { compositeRequest } = body as { compositeRequest: { body: { records: { Ext_Id__c: string }[] } }[] };
  return compositeRequest.flatMap((part) => part.body.records.map((record) => record.Ext_Id__c));
}
