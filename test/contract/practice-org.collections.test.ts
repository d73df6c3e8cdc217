import { expect } from 'chai';
import { accounts, codes, PracticeClient, typed } from '../support/practice-client.js';

describe('practice org: sObject Collections (facts 3)', () => {
  let client: PracticeClient;
  beforeEach(async () => (client = await PracticeClient.start()));
  afterEach(() => client.stop());

  it('3.1, 3.2: upsert keeps the order, says created, and journals what it wrote, in order', async () => {
    client.org.seed('Account', [{ Name: 'old', Ext_Id__c: 'B' }]);
    const records = [{ Ext_Id__c: 'A', Name: 'a' }, { Ext_Id__c: 'b', Name: 'b' }, { Ext_Id__c: 'C' }];
    const { status, body } = await client.upsert(records);
    expect(status).to.equal(200);
    expect(codes(body)).to.deep.equal(['ok', 'ok', 'REQUIRED_FIELD_MISSING']);
    expect(body.map(({ created }: { created?: boolean }) => created)).to.deep.equal([true, false, undefined]);
    expect(body[2]).to.deep.equal({
      success: false,
      errors: [
        { statusCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [Name]', fields: ['Name'] },
      ],
    });
    expect(
      client.org.commits.map(({ operation, externalId, fields }) => [operation, externalId, fields]),
    ).to.deep.equal([
      ['insert', 'A', records[0]],
      ['update', 'b', records[1]],
    ]);
    expect(client.org.journal.at(-1)).to.deep.include({ counted: true, apiCalls: 1, status: 200 });
    expect(client.org.find('Account', 'Ext_Id__c', 'B')).to.include({ Ext_Id__c: 'B', Name: 'b' });
    expect(client.org.apiCalls).to.equal(1);
  });

  it('3.1: at most 200 records and 10 chunks of equal type', async () => {
    const many = await client.upsert(accounts(201));
    expect([many.status, many.body[0].errorCode]).to.deep.equal([400, 'EXCEEDED_ID_LIMIT']);
    const mixed = Array.from({ length: 11 }, (_, n) => ({
      attributes: { type: n % 2 === 0 ? 'Account' : 'Lead' },
      ...(n % 2 === 0 ? { Name: 'A' } : { LastName: 'L', Company: 'C' }),
    }));
    const post = (records: unknown[]) => client.call('POST', 'composite/sobjects', { records });
    expect((await post(mixed)).body[0].message).to.match(/^Cannot have more than 10 chunks/);
    expect(codes((await post(mixed.slice(0, 10))).body)).to.deep.equal(Array(10).fill('ok'));
  });

  it('3.1: creates, updates, retrieves and deletes', async () => {
    const made = await client.create([{ Name: 'A' }, { Name: 'B' }]);
    const [a, b] = made.body.map(({ id }: { id: string }) => id) as [string, string];
    expect(made.body[0]).to.deep.equal({ id: a, success: true, errors: [] });
    const update = await client.call('PATCH', 'composite/sobjects', {
      records: typed([
        { id: b, Phone: '2' },
        { id: a, Phone: '1' },
      ]),
    });
    expect(update.body.map(({ id }: { id: string }) => id)).to.deep.equal([b, a]);
    const wanted = { ids: [b, '001000000000999AAA', a.slice(0, 15)], fields: ['Name', 'Phone'] };
    const rows = await client.call('POST', 'composite/sobjects/Account', wanted);
    expect(rows.body[1]).to.equal(null);
    expect([rows.body[0].Phone, rows.body[2].Phone]).to.deep.equal(['2', '1']);
    expect((await client.call('GET', `composite/sobjects/Account?ids=${a}&fields=Name`)).body[0].Name).to.equal('A');
    expect((await client.call('POST', 'composite/sobjects/Account', { ids: [a], fields: ['Nope'] })).status).to.equal(
      400,
    );
    const gone = await client.call('DELETE', `composite/sobjects?ids=${a},${b},rubbish,001000000000999`);
    expect(codes(gone.body)).to.deep.equal(['ok', 'ok', 'MALFORMED_ID', 'INVALID_CROSS_REFERENCE_KEY']);
    expect(codes((await client.call('DELETE', `composite/sobjects?ids=${a}`)).body)).to.deep.equal([
      'ENTITY_IS_DELETED',
    ]);
  });

  it('3.5: errors of Ids in updates', async () => {
    const [account] = client.org.seed('Account', [{ Name: 'A' }]);
    const patch = (records: unknown[]) => client.call('PATCH', 'composite/sobjects', { records });
    const wrong = await patch([{ attributes: { type: 'Contact' }, id: account, Phone: '1' }]);
    expect(wrong.body[0].errors[0]).to.deep.equal({
      statusCode: 'MALFORMED_ID',
      message: `Contact ID: id value of incorrect type: ${account}`,
      fields: ['Id'],
    });
    expect(codes((await patch(typed([{ Phone: '1' }]))).body)).to.deep.equal(['MISSING_ARGUMENT']);
    const twice = Array.from({ length: 12 }, (_, n) => ({ id: account, Phone: String(n) }));
    expect(codes((await patch(typed(twice))).body)).to.deep.equal(Array(12).fill('ok'));
    expect(client.org.records('Account')[0]?.Phone).to.equal('11');
    const often = await patch(typed([...twice, { id: account, Phone: 'x' }]));
    expect(codes(often.body)).to.deep.equal(Array(13).fill('DUPLICATE_VALUE'));
  });

  it('3.5: the same key twice: none of those rows is written; case by the rule of the field', async () => {
    const { body } = await client.upsert([
      { Ext_Id__c: 'A', Name: '1' },
      { Ext_Id__c: 'B', Name: '2' },
      { Ext_Id__c: 'a', Name: '3' },
    ]);
    expect(codes(body)).to.deep.equal(['DUPLICATE_VALUE', 'ok', 'DUPLICATE_VALUE']);
    expect(body[0].errors[0].message).to.equal('Duplicate external id specified: A');
    const records = [
      { Case_Key__c: 'A', Name: '1' },
      { Case_Key__c: 'a', Name: '3' },
    ];
    expect(codes((await client.upsert(records, { key: 'Case_Key__c' })).body)).to.deep.equal(['ok', 'ok']);
    const numbers = [
      { Legacy_Number__c: 1, Name: '1' },
      { Legacy_Number__c: '1.0', Name: '3' },
    ];
    expect(codes((await client.upsert(numbers, { key: 'Legacy_Number__c' })).body)).to.deep.equal([
      'DUPLICATE_VALUE',
      'DUPLICATE_VALUE',
    ]);
  });

  it('3.5: key missing, ambiguous, no key field; Id as key; no Id beside a key', async () => {
    client.org.seed('Account', [
      { Name: 'x', Group_Key__c: 'G' },
      { Name: 'y', Group_Key__c: 'G' },
    ]);
    const { body } = await client.upsert([
      { Name: 'A' },
      { Ext_Id__c: null, Name: 'B' },
      { Ext_Id__c: ' ', Name: 'B' },
    ]);
    expect(codes(body)).to.deep.equal(['MISSING_ARGUMENT', 'MISSING_ARGUMENT', 'MISSING_ARGUMENT']);
    expect(body[0].errors[0].message).to.equal('Ext_Id__c not specified');
    const ambiguous = await client.upsert([{ Group_Key__c: 'G', Name: 'A' }], { key: 'Group_Key__c' });
    expect(ambiguous.body[0].errors[0].statusCode).to.equal('DUPLICATE_EXTERNAL_ID');
    expect(ambiguous.body[0].errors[0].message).to.match(
      /^Group_Key__c: more than one record found for external id field: \[001\w{15}, 001\w{15}\]$/,
    );
    expect((await client.upsert([{ Phone: '1' }], { key: 'Phone' })).status).to.equal(404);
    const id = client.org.records('Account')[0]?.Id;
    const byId = await client.upsert([{ Id: id, Name: 'z' }, { Name: 'new' }], { key: 'Id' });
    expect(byId.body.map(({ created }: { created: boolean }) => created)).to.deep.equal([false, true]);
    expect(codes((await client.upsert([{ Id: id, Ext_Id__c: 'q', Name: 'z' }])).body)).to.deep.equal(['INVALID_FIELD']);
  });

  it('3.6: parents by external id: found, missing, created in the same call, contradicting', async () => {
    client.org.seed('Account', [{ Name: 'P', Ext_Id__c: 'P-1' }]);
    const { body } = await client.upsert([
      { Ext_Id__c: 'A', Name: 'a', Parent: { Ext_Id__c: 'p-1' } },
      { Ext_Id__c: 'B', Name: 'b', Parent: { Ext_Id__c: 'NO-1' } },
      { Ext_Id__c: 'C', Name: 'c', Parent: { attributes: { type: 'Account' }, Ext_Id__c: 'A' } },
      { Ext_Id__c: 'D', Name: 'd', ParentId: null, Parent: { Ext_Id__c: 'P-1' } },
      { Ext_Id__c: 'E', Name: 'e', Parent: { Phone: '1' } },
    ]);
    expect(codes(body)).to.deep.equal(['ok', 'INVALID_FIELD', 'INVALID_FIELD', 'INVALID_FIELD', 'INVALID_FIELD']);
    expect(body[1].errors[0].message).to.equal(
      'Foreign key external ID: no-1 not found for field Ext_Id__c in entity Account',
    );
    expect(body[3].errors[0].message).to.match(/^Cannot specify both/);
    expect(client.org.find('Account', 'Ext_Id__c', 'A')?.ParentId).to.equal(
      client.org.find('Account', 'Ext_Id__c', 'P-1')?.Id,
    );
  });

  it('3.6: polymorphic lookups need attributes.type', async () => {
    const [contact] = client.org.seed('Contact', [{ LastName: 'C', Ext_Id__c: 'X' }]);
    client.org.seed('Lead', [{ LastName: 'L', Company: 'C', Ext_Id__c: 'X' }]);
    const { body } = await client.create(
      [{ Who: { attributes: { type: 'Contact' }, Ext_Id__c: 'X' } }, { Who: { Ext_Id__c: 'X' } }],
      'Task',
    );
    expect(codes(body)).to.deep.equal(['ok', 'INVALID_FIELD']);
    expect(client.org.records('Task')[0]?.WhoId).to.equal(contact);
  });

  it('7.2: unique values, by the case rule of the field', async () => {
    const [id = ''] = client.org.seed('Account', [{ Name: 'A', Ext_Id__c: 'K', Case_Key__c: 'K' }]);
    const { body } = await client.create([
      { Name: 'B', Ext_Id__c: 'k' },
      { Name: 'C', Case_Key__c: 'k' },
      { Name: 'D', Case_Key__c: 'k' },
    ]);
    expect(codes(body)).to.deep.equal(['DUPLICATE_VALUE', 'ok', 'DUPLICATE_VALUE']);
    expect(body[0].errors[0]).to.deep.include({
      message: `duplicate value found: Ext_Id__c duplicates value on record with id: ${id.slice(0, 15)}`,
      fields: [],
    });
  });

  it('3.3: allOrNone rolls everything back; the first bad record shows its own error', async () => {
    const { body } = await client.upsert([{ Ext_Id__c: 'A', Name: 'a' }, { Ext_Id__c: 'B' }, { Ext_Id__c: 'C' }], {
      allOrNone: true,
    });
    expect(codes(body)).to.deep.equal([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'REQUIRED_FIELD_MISSING',
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    ]);
    expect(body[0]).to.include({ success: false, created: true }).and.not.have.property('id');
    expect(client.org.records('Account')).to.have.length(0);
    expect(client.org.commits).to.have.length(0);
  });

  it('3.3: or all bad records, or the last one; or PROCESSING_HALTED, or Ids that do not exist', async () => {
    const records = [{ Ext_Id__c: 'A', Name: 'a' }, { Ext_Id__c: 'B' }, { Ext_Id__c: 'C' }];
    client.org.behaviour.rollback = 'all';
    const rolled = 'ALL_OR_NONE_OPERATION_ROLLED_BACK';
    const bad = 'REQUIRED_FIELD_MISSING';
    expect(codes((await client.upsert(records, { allOrNone: true })).body)).to.deep.equal([rolled, bad, bad]);
    client.org.behaviour.rollback = 'last';
    client.org.behaviour.rolledBackCode = 'PROCESSING_HALTED';
    client.org.behaviour.rolledBackIds = true;
    const { body } = await client.upsert(records, { allOrNone: true });
    expect(codes(body)).to.deep.equal(['PROCESSING_HALTED', 'PROCESSING_HALTED', bad]);
    expect((await client.call('GET', `sobjects/Account/${body[0].id}`)).status).to.equal(404);
  });

  it('3.7: a bad field rejects the whole collection, or only its record if so set', async () => {
    const records = [
      { Ext_Id__c: 'A', Name: 'a' },
      { Ext_Id__c: 'B', Name: 'b', AnnualRevenue: 'abc' },
      { Ext_Id__c: 'C', Name: 'c', Nope: 1 },
    ];
    const whole = await client.upsert(records);
    expect([whole.status, whole.body[0].errorCode]).to.deep.equal([400, 'JSON_PARSER_ERROR']);
    expect(client.org.records('Account')).to.have.length(0);
    client.org.behaviour.badFields = 'record';
    const each = await client.upsert(records);
    expect(codes(each.body)).to.deep.equal(['ok', 'INVALID_TYPE_ON_FIELD_IN_RECORD', 'INVALID_FIELD']);
    expect(each.body[1].errors[0]).to.deep.include({
      message: 'Annual Revenue: value not of required type: abc',
      fields: ['AnnualRevenue'],
    });
  });

  it('3.1: unknown type and missing records are refused as a whole', async () => {
    expect(
      (await client.call('POST', 'composite/sobjects', { records: typed([{}], 'Nope') })).body[0].errorCode,
    ).to.equal('INVALID_TYPE');
    expect((await client.call('POST', 'composite/sobjects', {})).status).to.equal(400);
    expect((await client.upsert([{ Ext_Id__c: 'A' }], { object: 'Nope' })).status).to.equal(404);
  });
});
