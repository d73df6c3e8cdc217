import { expect } from 'chai';
import { PracticeClient } from '../support/practice-client.js';

describe('practice org: sObject rows (facts 2.6 to 2.9)', () => {
  let client: PracticeClient;
  beforeEach(async () => (client = await PracticeClient.start()));
  afterEach(() => client.stop());

  const create = async (body: Record<string, unknown>, object = 'Account') =>
    client.call('POST', `sobjects/${object}`, body);

  it('creates (201, Location), reads, updates (204), deletes (204)', async () => {
    const made = await create({ Name: 'A', Ext_Id__c: 'A-1' });
    expect(made.status).to.equal(201);
    expect(made.body).to.deep.equal({ id: made.body.id, success: true, errors: [] });
    expect(made.headers.get('location')).to.equal(`/services/data/v66.0/sobjects/Account/${made.body.id}`);
    const path = `sobjects/Account/${made.body.id}`;
    expect((await client.call('GET', path)).body).to.include({
      Name: 'A',
      Tier__c: 'B',
      Account_No__c: 'ACC-00001',
      Active__c: true,
    });
    expect((await client.call('GET', `${path}?fields=Name`)).body).to.have.keys(['attributes', 'Name']);
    const updated = await client.call('PATCH', path, { name: 'B', Score__c: 60 });
    expect([updated.status, updated.body]).to.deep.equal([204, undefined]);
    expect((await client.call('GET', path.slice(0, -3))).body).to.include({ Name: 'B', Tier__c: 'A' });
    expect((await client.call('DELETE', path)).status).to.equal(204);
    const again = await client.call('DELETE', path);
    expect([again.status, again.body[0].errorCode]).to.deep.equal([404, 'ENTITY_IS_DELETED']);
    expect((await client.query('SELECT COUNT() FROM Account')).body.totalSize).to.equal(0);
    expect(
      (await client.call('GET', 'queryAll?q=SELECT+Id,IsDeleted+FROM+Account')).body.records[0].IsDeleted,
    ).to.equal(true);
  });

  it('2.8: upserts by external id: 201, 200 (204 before v46), 300, 404, updateOnly', async () => {
    const path = 'sobjects/Account/Ext_Id__c/a%2F1%20%C3%A9';
    const made = await client.call('PATCH', path, { Name: 'A' });
    expect([made.status, made.body.created]).to.deep.equal([201, true]);
    expect(client.org.records('Account')[0]?.Ext_Id__c).to.equal('a/1 é');
    const changed = await client.call('PATCH', path.replace('a%2F', 'A%2F'), { Name: 'B' });
    expect([changed.status, changed.body]).to.deep.equal([
      200,
      { id: made.body.id, success: true, errors: [], created: false },
    ]);
    expect((await client.call('PATCH', `/services/data/v45.0/${path}`, { Name: 'C' })).status).to.equal(204);
    expect(
      (await client.call('PATCH', 'sobjects/Account/Ext_Id__c/new?updateOnly=true', { Name: 'C' })).status,
    ).to.equal(404);
    client.org.seed('Account', [
      { Name: 'x', Group_Key__c: 'G' },
      { Name: 'y', Group_Key__c: 'G' },
    ]);
    const many = await client.call('PATCH', 'sobjects/Account/Group_Key__c/G', { Name: 'C' });
    expect(many.status).to.equal(300);
    expect(many.body).to.have.length(2);
    expect(many.body[0]).to.match(/^\/services\/data\/v66\.0\/sobjects\/Account\/001/);
    const none = await client.call('PATCH', 'sobjects/Account/Phone/1', { Name: 'C' });
    expect([none.status, none.body[0].message]).to.deep.equal([
      404,
      'Provided external ID field does not exist or is not accessible: Phone',
    ]);
    expect((await client.call('PATCH', path, { Name: 'C', Ext_Id__c: 'x' })).body[0].errorCode).to.equal(
      'INVALID_FIELD',
    );
    expect((await client.call('PATCH', path, { Name: 'C', Id: made.body.id })).body[0].errorCode).to.equal(
      'INVALID_FIELD',
    );
    expect((await client.call('GET', path)).body.Name).to.equal('C');
    expect((await client.call('POST', 'sobjects/Account/Id', { Name: 'by Id' })).status).to.equal(201);
  });

  it('2.6, 3.2: several errors of one record come as several entries, with errorCode and fields', async () => {
    const { status, body } = await create({
      Name: 'x'.repeat(256),
      Billing_Email__c: 'x@',
      Rating__c: 'Boiling',
      Score__c: 1000,
      NumberOfEmployees: 99999999999,
      ParentId: '003000000000001AAA',
    });
    expect(status).to.equal(400);
    expect(body).to.deep.equal([
      {
        message: `Account Name: data value too large: ${'x'.repeat(256)} (max length=255)`,
        errorCode: 'STRING_TOO_LONG',
        fields: ['Name'],
      },
      {
        message: 'Billing Email: invalid email address: x@',
        errorCode: 'INVALID_EMAIL_ADDRESS',
        fields: ['Billing_Email__c'],
      },
      {
        message: 'Rating: bad value for restricted picklist field: Boiling',
        errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        fields: ['Rating__c'],
      },
      {
        message: 'Score: value outside of valid range on numeric field: 1000',
        errorCode: 'NUMBER_OUTSIDE_VALID_RANGE',
        fields: ['Score__c'],
      },
      {
        message: 'Employees: value outside of valid range on numeric field: 99999999999',
        errorCode: 'NUMBER_OUTSIDE_VALID_RANGE',
        fields: ['NumberOfEmployees'],
      },
      {
        message: 'Parent Account ID: id value of incorrect type: 003000000000001AAA',
        errorCode: 'MALFORMED_ID',
        fields: ['ParentId'],
      },
    ]);
  });

  const refusals: Array<[string, string, Record<string, unknown>, string, RegExp]> = [
    [
      '7.2 required',
      'Lead',
      { Phone: '1' },
      'REQUIRED_FIELD_MISSING',
      /^Required fields are missing: \[LastName, Company\]$/,
    ],
    [
      '7.2 parent that never was',
      'Account',
      { Name: 'A', ParentId: '001000000000999' },
      'INVALID_CROSS_REFERENCE_KEY',
      /^invalid cross reference id$/,
    ],
    [
      '3.7 unknown field',
      'Account',
      { Name: 'A', Nope__c: 1 },
      'INVALID_FIELD',
      /^No such column 'Nope__c' on sobject of type Account$/,
    ],
    [
      '3.7 wrong JSON type',
      'Account',
      { Name: 'A', AnnualRevenue: 'abc' },
      'JSON_PARSER_ERROR',
      /^Cannot deserialize instance of double from VALUE_STRING value abc or request may be missing a required field at \[line:1, column:\d+\]$/,
    ],
    [
      '2.7 date-time without T',
      'Account',
      { Name: 'A', Last_Sync__c: '2017-10-17 00:00:00' },
      'JSON_PARSER_ERROR',
      /instance of datetime from VALUE_STRING/,
    ],
    [
      'number for text',
      'Account',
      { Name: 5 },
      'JSON_PARSER_ERROR',
      /instance of string from VALUE_NUMBER_INT value 5/,
    ],
    ['formula', 'Account', { Name: 'A', Tier__c: 'A' }, 'INVALID_FIELD_FOR_INSERT_UPDATE', /Tier__c/],
    [
      'audit field',
      'Account',
      { Name: 'A', CreatedDate: '2020-01-01T00:00:00Z' },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      /CreatedDate/,
    ],
    [
      'Id on insert',
      'Account',
      { Name: 'A', Id: '001000000000001' },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      /cannot specify Id/,
    ],
    ['null checkbox', 'Account', { Name: 'A', Active__c: null }, 'INVALID_TYPE_ON_FIELD_IN_RECORD', /Active/],
  ];
  for (const [name, object, body, code, message] of refusals) {
    it(`refuses: ${name}`, async () => {
      const answer = await create(body, object);
      expect([answer.status, answer.body[0].errorCode]).to.deep.equal([400, code]);
      expect(answer.body[0].message).to.match(message);
      expect(client.org.commits).to.have.length(0);
    });
  }

  it('7.2, 7.4: deleted parent, inactive owner, foreign record type', async () => {
    const [id] = client.org.seed('Account', [{ Name: 'A' }]);
    await client.call('DELETE', `sobjects/Account/${id}`);
    expect((await create({ Name: 'B', ParentId: id })).body[0].errorCode).to.equal('ENTITY_IS_DELETED');
    const inactive = client.org.records('User').find(({ IsActive }) => IsActive === false)?.Id;
    const owner = await create({ LastName: 'B', OwnerId: inactive }, 'Contact');
    expect(owner.body[0]).to.deep.include({
      errorCode: 'INACTIVE_OWNER_OR_USER',
      message: `operation performed with inactive user [${String(inactive)}] as owner of contact`,
    });
    const [mine, other] = client.org.seed('RecordType', [
      { Name: 'Mine', DeveloperName: 'Mine', SobjectType: 'Account' },
      { Name: 'Other', DeveloperName: 'Other', SobjectType: 'Lead' },
    ]);
    expect((await create({ Name: 'B', RecordTypeId: mine })).status).to.equal(201);
    expect((await create({ Name: 'B', RecordTypeId: other })).body[0].message).to.equal(
      `Record Type ID: this ID value isn't valid for the user: ${other}`,
    );
    const { recordTypeInfos } = (await client.call('GET', 'sobjects/Account/describe')).body;
    expect(recordTypeInfos.map(({ name }: { name: string }) => name)).to.deep.equal(['Mine', 'Master']);
  });

  it('3.6: null clears, absent leaves alone, blank text is null, text is trimmed; numbers keep digits and lose surplus decimals', async () => {
    const made = await create({ Name: ' A ', Phone: '1', Fax: '', Rating__c: 'hot', Score__c: 12.349 });
    await client.call('PATCH', `sobjects/Account/${made.body.id}`, '{"Phone":null,"Big_Number__c":123456789012345678}');
    const { body } = await client.call('GET', `sobjects/Account/${made.body.id}`);
    expect(body).to.include({ Name: 'A', Phone: null, Fax: null, Rating__c: 'Hot', Score__c: 12.34 });
    expect(String(client.org.records('Account')[0]?.Big_Number__c)).to.equal('123456789012345678');
  });

  it('master-detail: required, never moved, deleted with its master (facts 2.8)', async () => {
    const [first, second] = client.org.seed('Invoice__c', [
      { Due_Date__c: '2026-01-01' },
      { Due_Date__c: '2026-01-01' },
    ]);
    expect((await create({ Product__c: 'P' }, 'Invoice_Line__c')).body[0].message).to.equal(
      'Required fields are missing: [Invoice__c]',
    );
    const line = await create(
      { Product__c: 'P', Invoice__c: first, Quantity__c: 2, Unit_Price__c: 1.5 },
      'Invoice_Line__c',
    );
    expect(client.org.records('Invoice_Line__c')[0]).to.include({ Amount__c: 3 });
    const moved = await client.call('PATCH', `sobjects/Invoice_Line__c/${line.body.id}`, { Invoice__c: second });
    expect(moved.body[0].errorCode).to.equal('INVALID_FIELD_FOR_INSERT_UPDATE');
    await client.call('DELETE', `sobjects/Invoice__c/${first}`);
    expect(client.org.records('Invoice_Line__c')).to.have.length(0);
  });

  it('2.9: a duplicate rule blocks with duplicateResut; allowSave passes alerts, never blocks', async () => {
    client.org.seed('Contact', [{ LastName: 'X', Email: 'a@b.example' }]);
    client.org.duplicateRules.add({ name: 'Contacts_DR', object: 'Contact', matchFields: ['Email'] });
    const body = { LastName: 'Y', Email: 'A@b.example' };
    const refused = await create(body, 'Contact');
    expect(refused.status).to.equal(400);
    expect(refused.body[0]).to.include({ errorCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?' });
    expect(refused.body[0].duplicateResut).to.include({ allowSave: true, duplicateRule: 'Contacts_DR' });
    const header = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };
    expect((await client.call('POST', 'sobjects/Contact', body, header)).status).to.equal(201);
    client.org.duplicateRules.add({ name: 'Contacts_DR', object: 'Contact', matchFields: ['Email'], action: 'block' });
    expect((await client.call('POST', 'sobjects/Contact', body, header)).status).to.equal(400);
  });

  it('6: assignment rules work unless Sforce-Auto-Assign is FALSE; Sforce-Mru keeps Recently Viewed clean', async () => {
    const [owner] = client.org.seed('User', [
      { Username: 'q@x.example', LastName: 'Q', Email: 'q@x.example', Alias: 'q' },
    ]);
    client.org.assignmentRules.add({ name: 'Leads', object: 'Lead', ownerId: owner ?? null });
    const lead = { LastName: 'L', Company: 'C' };
    await client.call('POST', 'sobjects/Lead', lead);
    await client.call('POST', 'sobjects/Lead', lead, {
      'Sforce-Auto-Assign': 'FALSE',
      'Sforce-Mru': 'updateMru=false',
    });
    expect(client.org.records('Lead').map(({ OwnerId }) => OwnerId)).to.deep.equal([owner, client.org.userId]);
    expect(client.org.recentlyViewed).to.deep.equal([client.org.records('Lead')[0]?.Id]);
  });

  it('2.3: ETag on Account only, 304 and 412', async () => {
    const made = await create({ Name: 'A' });
    const path = `sobjects/Account/${made.body.id}`;
    const etag = (await client.call('GET', path)).headers.get('etag') ?? '';
    expect((await client.call('GET', path, undefined, { 'if-none-match': etag })).status).to.equal(304);
    expect((await client.call('PATCH', path, { Phone: '1' }, { 'if-match': etag })).status).to.equal(204);
    expect((await client.call('PATCH', path, { Phone: '2' }, { 'if-match': etag })).status).to.equal(412);
    const lead = await create({ LastName: 'L', Company: 'C' }, 'Lead');
    expect((await client.call('GET', `sobjects/Lead/${lead.body.id}`)).headers.get('etag')).to.equal(null);
  });

  it('2.4: pages with locators, nextRecordsUrl, columns=true', async () => {
    client.org.seed(
      'Account',
      Array.from({ length: 450 }, (_, n) => ({ Name: `A${n}` })),
    );
    const first = await client.call('GET', 'query?q=SELECT+Name+FROM+Account', undefined, {
      'Sforce-Query-Options': 'batchSize=200',
    });
    expect(first.body).to.include({ totalSize: 450, done: false });
    const second = await client.call('GET', first.body.nextRecordsUrl);
    const third = await client.call('GET', second.body.nextRecordsUrl);
    expect([second.body.records.length, third.body.records.length, third.body.done]).to.deep.equal([200, 50, true]);
    expect(third.body.records[49].Name).to.equal('A449');
    expect((await client.call('GET', 'query/01gxx-200')).body[0].errorCode).to.equal('INVALID_QUERY_LOCATOR');
    const columns = await client.call('GET', 'query?q=SELECT+Name,Parent.Name+FROM+Account&columns=true');
    expect(columns.body.columnMetadata.map(({ columnName }: { columnName: string }) => columnName)).to.deep.equal([
      'Name',
      'Parent.Name',
    ]);
  });

  it('8.1: the one Tooling query: active triggers of an object', async () => {
    client.org.triggers.add({ name: 'AccTrigger', object: 'Account', events: ['before insert'], run: () => undefined });
    client.org.triggers.add({ name: 'Off', object: 'Account', active: false, run: () => undefined });
    client.org.triggers.add({ name: 'Line', object: 'Invoice_Line__c', run: () => undefined });
    const tooling = (where: string) =>
      client.call(
        'GET',
        `tooling/query?q=${encodeURIComponent(`SELECT Id, Name, Status, UsageBeforeInsert, UsageAfterUpdate FROM ApexTrigger WHERE ${where}`)}`,
      );
    const { body } = await tooling("TableEnumOrId = 'Account' AND Status = 'Active'");
    expect(body.totalSize).to.equal(1);
    expect(body.records[0]).to.include({
      Name: 'AccTrigger',
      Status: 'Active',
      UsageBeforeInsert: true,
      UsageAfterUpdate: false,
    });
    expect((await tooling("EntityDefinition.QualifiedApiName = 'Invoice_Line__c'")).body.records[0].Name).to.equal(
      'Line',
    );
    expect((await tooling("Name = 'a' OR Name = 'b'")).body[0].message).to.equal('Disjunctions not supported');
    expect((await client.call('GET', 'tooling/query?q=SELECT+Id+FROM+Flow')).body[0].errorCode).to.equal(
      'INVALID_TYPE',
    );
  });
});
