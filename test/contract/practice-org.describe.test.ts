import { expect } from 'chai';
import { codes, PracticeClient } from '../support/practice-client.js';

type Described = Record<string, unknown> & { name: string };

describe('practice org: describe, field-level security, object permissions (facts 2.2, 2.3)', () => {
  let client: PracticeClient;
  beforeEach(async () => (client = await PracticeClient.start()));
  afterEach(() => client.stop());

  const fields = async (object: string): Promise<Map<string, Described>> => {
    const { body } = await client.call('GET', `sobjects/${object}/describe`);
    return new Map((body.fields as Described[]).map((field) => [field.name, field]));
  };

  it('2.2: lists the objects, and tells what a loader needs of each field', async () => {
    const { body } = await client.call('GET', 'sobjects');
    const names = (body.sobjects as Described[]).map(({ name }) => name);
    expect(names).to.include.members([
      'Account',
      'Contact',
      'Lead',
      'Opportunity',
      'Case',
      'Task',
      'User',
      'Invoice__c',
      'Invoice_Line__c',
    ]);
    const account = await fields('Account');
    expect(account.get('Id')).to.include({ type: 'id', idLookup: true, createable: false });
    expect(account.get('Name')).to.include({
      nillable: false,
      defaultedOnCreate: false,
      createable: true,
      length: 255,
    });
    expect(account.get('Ext_Id__c')).to.include({
      externalId: true,
      idLookup: true,
      unique: true,
      caseSensitive: false,
    });
    expect(account.get('Case_Key__c')).to.include({ unique: true, caseSensitive: true });
    expect(account.get('Group_Key__c')).to.include({ externalId: true, unique: false });
    expect(account.get('Legacy_Number__c')).to.include({ type: 'double', precision: 18, scale: 0, externalId: true });
    expect(account.get('Rating__c')).to.include({ type: 'picklist', restrictedPicklist: true });
    expect(account.get('NumberOfEmployees')).to.include({ type: 'int', digits: 8 });
    expect(account.get('ParentId')).to.deep.include({ referenceTo: ['Account'], relationshipName: 'Parent' });
    expect(account.get('Tier__c')).to.include({ calculated: true, createable: false, updateable: false });
    expect(account.get('Account_No__c')).to.include({ autoNumber: true, createable: false });
    expect(account.get('OwnerId')).to.include({ nillable: false, defaultedOnCreate: true });
    const task = await fields('Task');
    expect(task.get('WhoId')).to.deep.include({ referenceTo: ['Contact', 'Lead'], polymorphicForeignKey: true });
    const line = await fields('Invoice_Line__c');
    expect(line.get('Invoice__c')).to.include({
      nillable: false,
      createable: true,
      updateable: false,
      relationshipOrder: 0,
    });
    expect(line.has('OwnerId')).to.equal(false);
  });

  it('2.3: 304 on If-Modified-Since until something changes, even within the same second', async () => {
    const first = await client.call('GET', 'sobjects/Account/describe');
    const since = { 'if-modified-since': first.headers.get('last-modified') ?? '' };
    expect((await client.call('GET', 'sobjects/Account/describe', undefined, since)).status).to.equal(304);
    client.org.fields.hide('Account', 'Secret__c');
    const second = await client.call('GET', 'sobjects/Account/describe', undefined, since);
    expect(second.status).to.equal(200);
    client.org.fields.editable('Account', 'Secret__c');
    const again = { 'if-modified-since': second.headers.get('last-modified') ?? '' };
    expect((await client.call('GET', 'sobjects/Account/describe', undefined, again)).status).to.equal(200);
    expect((await client.call('GET', 'sobjects/Contact/describe', undefined, since)).status).to.equal(304);
  });

  it('2.2, 3.7: a hidden field is absent, unknown to writes and to queries', async () => {
    client.org.seed('Account', [{ Name: 'A', Secret__c: 's' }]);
    client.org.fields.hide('Account', 'Secret__c');
    expect((await fields('Account')).has('Secret__c')).to.equal(false);
    const write = await client.create([{ Name: 'A', Secret__c: 'x' }]);
    expect([write.status, write.body]).to.deep.equal([
      400,
      [{ message: "No such column 'Secret__c' on sobject of type Account", errorCode: 'INVALID_FIELD' }],
    ]);
    expect((await client.query('SELECT Secret__c FROM Account')).body[0].errorCode).to.equal('INVALID_FIELD');
    const row = await client.call('GET', `sobjects/Account/${String(client.org.records('Account')[0]?.Id)}`);
    expect(row.body).to.not.have.property('Secret__c');
  });

  it('7.4: a read-only field says so in the describe, and INVALID_FIELD_FOR_INSERT_UPDATE on the record', async () => {
    client.org.fields.readOnly('Account', 'Secret__c');
    expect((await fields('Account')).get('Secret__c')).to.include({ createable: false, updateable: false });
    const { body } = await client.create([{ Name: 'A', Secret__c: 'x' }, { Name: 'B' }]);
    expect(codes(body)).to.deep.equal(['INVALID_FIELD_FOR_INSERT_UPDATE', 'ok']);
    expect(body[0].errors[0].fields).to.deep.equal(['Secret__c']);
    expect(body[0].errors[0].message).to.match(/^Unable to create\/update fields: Secret__c\./);
  });

  it('7.3, 7.4: object permissions show in the describe and in every write', async () => {
    const [id] = client.org.seed('Account', [{ Name: 'A', Ext_Id__c: 'A' }]);
    client.org.setPermissions('Account', { createable: false, updateable: false, deletable: false });
    expect((await client.call('GET', 'sobjects/Account/describe')).body).to.include({
      createable: false,
      updateable: false,
    });
    const made = await client.create([{ Name: 'B' }]);
    expect(made.body[0].errors[0]).to.deep.equal({
      statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      message: 'entity type cannot be inserted: Account',
      fields: [],
    });
    const changed = await client.upsert([{ Ext_Id__c: 'A', Phone: '1' }]);
    expect(changed.body[0].errors[0].message).to.equal('entity type cannot be updated: Account');
    const gone = await client.call('DELETE', `composite/sobjects?ids=${id}`);
    expect(codes(gone.body)).to.deep.equal(['INSUFFICIENT_ACCESS_OR_READONLY']);
    client.org.setPermissions('Account', { readable: false });
    expect((await client.call('GET', 'sobjects/Account/describe')).status).to.equal(404);
    expect((await client.query('SELECT Id FROM Account')).body[0].errorCode).to.equal('INVALID_TYPE');
  });

  it('setObject adds an object and keeps the rows of one that it replaces', async () => {
    client.org.seed('Account', [{ Name: 'A', Ext_Id__c: 'A' }]);
    const account = client.org.objectDefinition('Account');
    client.org.setObject({
      ...account,
      fields: [...account.fields, { name: 'New__c', type: 'string', externalId: true }],
    });
    const { body } = await client.upsert([{ Ext_Id__c: 'a', New__c: 'n' }]);
    expect(body[0].created).to.equal(false);
    expect(client.org.find('Account', 'New__c', 'n')?.Name).to.equal('A');
  });
});
