import { expect } from 'chai';
import type { TriggerContext } from '../../src/practice-org/index.js';
import { accounts, codes, PracticeClient } from '../support/practice-client.js';

describe('practice org: validation rules and triggers (facts 3.4, 7.3, 9)', () => {
  let client: PracticeClient;
  beforeEach(async () => (client = await PracticeClient.start()));
  afterEach(() => client.stop());

  it('rules refuse records, several at once, and can be switched on and off', async () => {
    const { rules } = client.org;
    rules.add({
      name: 'short',
      object: 'Account',
      message: 'Too short',
      field: 'Name',
      predicate: ({ Name }) => String(Name).length < 2,
    });
    rules.add({ name: 'noX', object: 'Account', message: 'No x', predicate: ({ Name }) => Name === 'x' });
    rules.add({
      name: 'change',
      object: 'Account',
      when: 'update',
      message: 'Fixed',
      predicate: ({ Name }, old) => old?.Name !== Name,
    });
    const { body } = await client.create([{ Name: 'x' }, { Name: 'y' }, { Name: 'good' }]);
    expect(body[0].errors).to.deep.equal([
      { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Too short', fields: ['Name'] },
      { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'No x', fields: [] },
    ]);
    expect(codes(body.slice(1))).to.deep.equal(['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'ok']);
    rules.disable('short');
    rules.remove('noX');
    expect(codes((await client.create([{ Name: 'x' }])).body)).to.deep.equal(['ok']);
    rules.enable('short');
    expect(codes((await client.create([{ Name: 'x' }])).body)).to.deep.equal(['FIELD_CUSTOM_VALIDATION_EXCEPTION']);
    const [row] = client.org.records('Account');
    expect(
      (await client.call('PATCH', `sobjects/Account/${String(row?.Id)}`, { Name: 'other' })).body[0].message,
    ).to.equal('Fixed');
    rules.clear();
    expect(() => rules.enable('short')).to.throw('Nothing named short');
  });

  it('before triggers change records, after triggers see them saved; one run for 200 records', async () => {
    const events: string[] = [];
    client.org.triggers.add({
      name: 'T',
      object: 'Account',
      run: (context: TriggerContext) => {
        events.push(`${context.event} ${context.new.length}`);
        if (context.event === 'before insert') for (const record of context.new) record.Industry = 'Other';
        if (context.event === 'after insert')
          expect(context.new.every(({ Id }) => typeof Id === 'string' && Id !== '')).to.equal(true);
        if (context.event === 'before update') expect(context.old[0]?.Industry).to.equal('Other');
      },
    });
    await client.upsert(accounts(200));
    await client.upsert([...accounts(2), { Ext_Id__c: 'new', Name: 'n' }]);
    expect(events).to.deep.equal([
      'before insert 200',
      'after insert 200',
      'before update 2',
      'after update 2',
      'before insert 1',
      'after insert 1',
    ]);
    expect(client.org.records('Account').every(({ Industry }) => Industry === 'Other')).to.equal(true);
  });

  it('7.3: what a trigger throws fails its whole chunk with one message', async () => {
    client.org.triggers.add({
      name: 'AccTrigger',
      object: 'Account',
      run: ({ new: records }) => {
        if (records.some(({ Name }) => Name === 'boom')) throw new Error('Attempt to de-reference a null object');
      },
    });
    const { body } = await client.create([{ Name: 'a' }, { Name: 'boom' }, { Phone: 'no name' }]);
    expect(codes(body)).to.deep.equal(Array(3).fill('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'));
    expect(body[0].errors[0].message).to.equal(
      'AccTrigger: execution of BeforeInsert\n\ncaused by: System.NullPointerException: Attempt to de-reference a null object\n\nTrigger.AccTrigger: line 1, column 1',
    );
    expect(client.org.records('Account')).to.have.length(0);
  });

  it('3.4: what fails is set aside, the rest is saved anew with its triggers; limits restart, statics do not', async () => {
    const runs: string[] = [];
    client.org.triggers.add({
      name: 'T',
      object: 'Account',
      events: ['before insert'],
      run: ({ new: records, statics, limits }) => {
        const run = Number(statics.get('run') ?? 0);
        statics.set('run', run + 1);
        limits.soql(90);
        runs.push(`${run}: ${records.length}`);
      },
    });
    const { body } = await client.create([{ Name: 'a' }, { Phone: '1' }, { Name: 'c' }]);
    expect(codes(body)).to.deep.equal(['ok', 'REQUIRED_FIELD_MISSING', 'ok']);
    expect(runs).to.deep.equal(['0: 3', '1: 2']);
  });

  it('3.4: still failing in the third pass: Too many batch retries', async () => {
    let victim = 0;
    client.org.triggers.add({
      name: 'T',
      object: 'Account',
      events: ['after insert'],
      run: ({ new: records, addError }) => {
        const record = records[0];
        victim += 1;
        if (record) addError(record, `victim ${victim}`);
      },
    });
    const { body } = await client.create([{ Name: 'a' }, { Name: 'b' }, { Name: 'c' }, { Name: 'd' }]);
    expect(body.map(({ errors }: { errors: Array<{ message: string }> }) => errors[0]?.message)).to.deep.equal([
      'victim 1',
      'victim 2',
      'Too many batch retries in the presence of Apex triggers and partial failures.',
      'Too many batch retries in the presence of Apex triggers and partial failures.',
    ]);
    expect(client.org.records('Account')).to.have.length(0);
    expect(client.org.commits).to.have.length(0);
  });

  it('9: an Apex limit lets only 90 records through in one transaction', async () => {
    client.org.apexLimits.soql = 90;
    client.org.triggers.add({
      name: 'T',
      object: 'Account',
      events: ['before insert'],
      run: ({ limits, new: records }) => limits.soql(records.length),
    });
    expect(codes((await client.upsert(accounts(91))).body)).to.deep.equal(
      Array(91).fill('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'),
    );
    expect(codes((await client.upsert(accounts(90))).body)).to.deep.equal(Array(90).fill('ok'));
  });

  it('triggers on delete may refuse records', async () => {
    const ids = client.org.seed('Account', [{ Name: 'keep' }, { Name: 'go' }]);
    client.org.triggers.add({
      name: 'T',
      object: 'Account',
      events: ['before delete'],
      run: ({ old, addError }) => old.forEach((row) => row?.Name === 'keep' && addError(row, 'Kept')),
    });
    const { body } = await client.call('DELETE', `composite/sobjects?ids=${ids.join(',')}`);
    expect(codes(body)).to.deep.equal(['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'ok']);
    expect(client.org.records('Account').map(({ Name }) => Name)).to.deep.equal(['keep']);
  });

  it('deleting clears lookups and takes contacts along', async () => {
    const [parent] = client.org.seed('Account', [{ Name: 'P' }]);
    client.org.seed('Account', [{ Name: 'C', ParentId: parent ?? null }]);
    client.org.seed('Contact', [{ LastName: 'K', AccountId: parent ?? null }]);
    await client.call('DELETE', `sobjects/Account/${parent}`);
    expect(client.org.records('Account')[0]?.ParentId).to.equal(null);
    expect(client.org.records('Contact')).to.have.length(0);
  });
});
