import { Connection } from '@jsforce/jsforce-node';
import { expect } from 'chai';
import { BASE, PracticeClient } from '../support/practice-client.js';

describe('practice org: driven by jsforce, a client we did not write (facts 10)', () => {
  let client: PracticeClient;
  let conn: Connection;
  beforeEach(async () => {
    client = await PracticeClient.start();
    const { url: instanceUrl, accessToken } = client.org;
    conn = new Connection({ instanceUrl, accessToken, version: '66.0' });
  });
  afterEach(() => client.stop());

  it('10.2: create, update, upsert, retrieve, destroy: arrays through sObject Collections', async () => {
    const account = conn.sobject('Account');
    const made = await account.create([{ Name: 'A', Ext_Id__c: 'A' }, { Phone: '1' }], { allOrNone: false });
    expect(made.map(({ success }) => success)).to.deep.equal([true, false]);
    expect(made[1]?.errors?.[0]).to.deep.include({ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['Name'] });
    const id = made[0]?.id ?? '';
    expect((await account.update([{ Id: id, Phone: '2' }]))[0]?.success).to.equal(true);
    const upserted = await account.upsert(
      [
        { Ext_Id__c: 'a', Name: 'AA' },
        { Ext_Id__c: 'B', Name: 'B' },
      ],
      'Ext_Id__c',
    );
    expect(upserted.map((result) => 'created' in result && result.created)).to.deep.equal([false, true]);
    const [row] = await account.retrieve([id]);
    expect(row).to.include({ Name: 'AA', Phone: '2' });
    const gone = await account.destroy([id, '001000000000999AAA']);
    expect(gone.map(({ success }) => success)).to.deep.equal([true, false]);
  });

  it('10.2: allOrNone, headers, and allowRecursive in chunks of 200', async () => {
    const account = conn.sobject('Account');
    const rolled = await account.create([{ Name: 'A' }, { Phone: '1' }], { allOrNone: true });
    expect(rolled.every(({ success }) => !success)).to.equal(true);
    const many = Array.from({ length: 450 }, (_, n) => ({ Name: `A${n}` }));
    const refused = await account.create(many).then(
      () => 'accepted',
      (error: Error) => error.name,
    );
    expect(refused).to.equal('EXCEEDED_ID_LIMIT');
    const results = await account.create(many, { allowRecursive: true, headers: { 'Sforce-Mru': 'updateMru=false' } });
    expect(results).to.have.length(450);
    expect(client.org.records('Account').map(({ Name }) => Name)).to.deep.equal(many.map(({ Name }) => Name));
    expect(client.org.journal.at(-1)?.headers['sforce-mru']).to.equal('updateMru=false');
    expect(client.org.recentlyViewed).to.have.length(0);
  });

  it('single records, and errors by name', async () => {
    const account = conn.sobject('Account');
    const made = await account.create({ Name: 'A', Ext_Id__c: 'A' });
    expect(made.success).to.equal(true);
    expect((await account.upsert({ Ext_Id__c: 'A', Phone: '3' }, 'Ext_Id__c')).success).to.equal(true);
    expect((await account.retrieve(made.id ?? '')).Phone).to.equal('3');
    const nameOf = async (work: Promise<unknown>) =>
      work.then(
        () => 'none',
        (error: Error) => error.name,
      );
    expect(await nameOf(account.create({ Phone: '1' }))).to.equal('REQUIRED_FIELD_MISSING');
    expect(await nameOf(account.create({ Name: 'x'.repeat(256), Rating__c: 'no' }))).to.equal('MULTIPLE_API_ERRORS');
    client.org.seed('Account', [
      { Name: 'x', Group_Key__c: 'G' },
      { Name: 'y', Group_Key__c: 'G' },
    ]);
    expect(await nameOf(account.upsert({ Group_Key__c: 'G', Name: 'z' }, 'Group_Key__c'))).to.equal('MULTIPLE_CHOICES');
    expect(await nameOf(account.retrieve('001000000000999AAA'))).to.equal('NOT_FOUND');
  });

  it('query with pages, describe, describeGlobal, limits, versions, identity', async () => {
    client.org.seed(
      'Account',
      Array.from({ length: 4500 }, (_, n) => ({ Name: `A${n}` })),
    );
    const first = await conn.query('SELECT Id, Name FROM Account');
    expect([first.totalSize, first.records.length, first.done]).to.deep.equal([4500, 2000, false]);
    const all = await conn.query('SELECT Id FROM Account', { autoFetch: true, maxFetch: 10_000 });
    expect(all.records).to.have.length(4500);
    expect((await conn.describe('Contact')).fields.some(({ name }) => name === 'LastName')).to.equal(true);
    expect((await conn.describeGlobal()).sobjects.some(({ name }) => name === 'Invoice__c')).to.equal(true);
    expect((await conn.limits()).DailyApiRequests?.Max).to.equal(15_000);
    expect(conn.limitInfo.apiUsage).to.deep.equal({ used: client.org.apiCalls, limit: 15_000 });
    expect((await conn.identity()).user_id).to.equal(client.org.userId);
  });

  it('10.1: composite by request, and refresh of an expired session', async () => {
    const { url: instanceUrl, accessToken } = client.org;
    const refreshing = new Connection({
      instanceUrl,
      accessToken,
      version: '66.0',
      refreshFn: (_, callback) => callback(null, client.org.login()),
    });
    client.org.expireSession();
    const body = JSON.stringify({
      allOrNone: true,
      compositeRequest: [{ method: 'POST', url: `${BASE}/sobjects/Account`, referenceId: 'a', body: { Name: 'A' } }],
    });
    const answer = await refreshing.request<{ compositeResponse: Array<{ httpStatusCode: number }> }>({
      method: 'POST',
      url: `${BASE}/composite`,
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer.compositeResponse[0]?.httpStatusCode).to.equal(201);
    expect(
      client.org.journal.filter(({ path }) => path.endsWith('/composite')).map(({ status }) => status),
    ).to.deep.equal([401, 200]);
  });

  it('10.2: the refresh token works at the token endpoint', async () => {
    const { url, refreshToken } = client.org;
    const own = new Connection({
      oauth2: { loginUrl: url, clientId: 'any', clientSecret: 'any', redirectUri: 'http://localhost/' },
      instanceUrl: url,
      refreshToken,
      accessToken: '00D000000000001!old',
      version: '66.0',
    });
    expect((await own.query('SELECT Id FROM Organization')).totalSize).to.equal(1);
  });
});
