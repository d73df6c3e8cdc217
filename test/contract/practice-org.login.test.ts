import { request } from 'node:http';
import { gunzipSync, gzipSync, deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { BASE, PracticeClient } from '../support/practice-client.js';

describe('practice org: login, versions and the wire (facts 1, 2)', () => {
  let client: PracticeClient;
  beforeEach(async () => (client = await PracticeClient.start()));
  afterEach(() => client.stop());

  const form = (body: Record<string, string>) =>
    fetch(`${client.org.url}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(body) });

  it('1.1: answers the requests of an access-token login', async () => {
    const info = await client.call('GET', '/services/oauth2/userinfo');
    expect(info.body).to.include({ organization_id: '00D000000000001EAA', preferred_username: client.org.username });
    const user = await client.call('GET', `/services/data/v51.0/sobjects/User/${info.body.user_id}`);
    expect(user.body.Username).to.equal(client.org.username);
    const probe = await client.call('GET', '/services/data/v51.0/query?q=SELECT Id FROM ScratchOrgInfo limit 1');
    expect(probe.status).to.equal(400);
    expect(probe.body).to.deep.equal([
      { message: "sObject type 'ScratchOrgInfo' is not supported.", errorCode: 'INVALID_TYPE' },
    ]);
    const orgs = await client.query(
      'SELECT Name, InstanceName, IsSandbox, TrialExpirationDate, NamespacePrefix, OrganizationType FROM Organization',
    );
    expect(orgs.body.totalSize).to.equal(1);
  });

  it('1.1: the token has the shape that the CLI accepts', () => {
    expect(client.org.accessToken).to.match(/^(00D\w{12,15})![.\w]*$/);
  });

  it('1.2: JWT bearer and refresh token give new tokens; others are refused', async () => {
    const payload = Buffer.from(JSON.stringify({ sub: client.org.username })).toString('base64url');
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const jwt = (await (await form({ grant_type, assertion: `e30.${payload}.sig` })).json()) as Record<string, string>;
    expect(jwt).to.include({
      token_type: 'Bearer',
      instance_url: client.org.url,
      access_token: client.org.accessToken,
    });
    client.org.expireSession();
    expect((await client.call('GET', 'limits')).status).to.equal(401);
    const refreshed = await form({ grant_type: 'refresh_token', refresh_token: client.org.refreshToken });
    expect(refreshed.status).to.equal(200);
    expect((await client.call('GET', 'limits')).status).to.equal(200);
    expect((await form({ grant_type: 'refresh_token', refresh_token: 'wrong' })).status).to.equal(400);
    expect((await form({ grant_type: 'password' })).status).to.equal(400);
  });

  it('S1: no token and no secret in the journal', async () => {
    await client.call('GET', 'limits');
    await form({ grant_type: 'refresh_token', refresh_token: client.org.refreshToken });
    const text = JSON.stringify(client.org.journal);
    expect(text).to.not.contain(client.org.accessToken);
    expect(text).to.not.contain(client.org.refreshToken);
  });

  it('2.1: versions need no login, are not counted and tell no limits; // collapses', async () => {
    const response = await fetch(`${client.org.url}//services/data`);
    const versions = (await response.json()) as Array<{ label: string; version: string }>;
    expect(versions.find(({ version }) => version === '66.0')?.label).to.equal("Spring '26");
    expect(versions.find(({ version }) => version === '65.0')?.label).to.equal("Winter '26");
    expect(response.headers.get('sforce-limit-info')).to.equal(null);
    expect(client.org.apiCalls).to.equal(0);
  });

  it('2.5: every counted answer tells the use, errors included', async () => {
    expect((await client.call('GET', '')).headers.get('sforce-limit-info')).to.equal('api-usage=1/15000');
    expect((await client.call('GET', 'nowhere')).headers.get('sforce-limit-info')).to.equal('api-usage=2/15000');
    expect((await client.call('GET', 'limits')).body.DailyApiRequests).to.deep.equal({ Max: 15000, Remaining: 14997 });
    client.org.limits.DailyApiRequests.Remaining = 0;
    const refused = await client.call('GET', 'limits');
    expect(refused.status).to.equal(403);
    expect(refused.body[0]).to.deep.equal({
      message: 'TotalRequests Limit exceeded.',
      errorCode: 'REQUEST_LIMIT_EXCEEDED',
    });
  });

  it('2.6: 401 with JSON body, 404, 405, 410, 414, 415, 431, 400 for broken JSON', async () => {
    const status = async (method: string, path: string, body?: unknown, headers = {}) => {
      const answer = await client.call(method, path, body, headers);
      return `${answer.status} ${answer.body?.[0]?.errorCode}`;
    };
    expect(await status('GET', 'limits', undefined, { authorization: 'Bearer x' })).to.equal('401 INVALID_SESSION_ID');
    expect(await status('GET', 'nope')).to.equal('404 NOT_FOUND');
    expect(await status('GET', 'sobjects/Nope__c/describe')).to.equal('404 NOT_FOUND');
    expect(await status('GET', '/services/data/v99.0/limits')).to.equal('404 NOT_FOUND');
    expect(await status('PUT', 'composite', {})).to.equal('405 METHOD_NOT_ALLOWED');
    expect(await status('GET', '/services/data/v20.0/limits')).to.equal('410 UNSUPPORTED_API_VERSION');
    expect(await status('GET', `query?q=${'x'.repeat(17000)}`)).to.equal('414 URI_TOO_LONG');
    expect(await status('GET', 'limits', undefined, { 'x-long': 'x'.repeat(17000) })).to.match(/^431/);
    expect(await status('POST', 'sobjects/Account', '<a/>', { 'content-type': 'text/xml' })).to.equal(
      '415 UNSUPPORTED_MEDIA_TYPE',
    );
    expect(await status('POST', 'sobjects/Account', '{"Name":')).to.equal('400 JSON_PARSER_ERROR');
  });

  it('2.7: takes gzip and deflate bodies, and ?_HttpMethod=PATCH', async () => {
    const post = (body: Buffer, encoding: string) =>
      fetch(`${client.org.url}${BASE}/sobjects/Account`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${client.org.accessToken}`,
          'content-type': 'application/json; charset=utf-8',
          'content-encoding': encoding,
        },
        body: new Uint8Array(body),
      });
    expect((await post(gzipSync('{"Name":"gzip"}'), 'gzip')).status).to.equal(201);
    expect((await post(deflateSync('{"Name":"deflate"}'), 'deflate')).status).to.equal(201);
    expect((await post(Buffer.from('{"Name":"x"}'), 'zstd')).status).to.equal(415);
    const [{ Id } = { Id: '' }] = client.org.records('Account');
    expect(
      (await client.call('POST', `sobjects/Account/${String(Id)}?_HttpMethod=PATCH`, { Phone: '1' })).status,
    ).to.equal(204);
    expect(client.org.records('Account').map(({ Name }) => Name)).to.deep.equal(['gzip', 'deflate']);
  });

  it('2.7, 1.2: compresses answers when asked, and takes chunked bodies', async () => {
    const { port } = new URL(client.org.url);
    const answer = await new Promise<{ encoding: string | undefined; text: string }>((resolve, reject) => {
      const call = request(
        {
          port,
          host: '127.0.0.1',
          method: 'PATCH',
          path: `/${BASE}/composite/sobjects/Account/Ext_Id__c`,
          headers: {
            authorization: `Bearer ${client.org.accessToken}`,
            'content-type': 'application/json',
            'accept-encoding': 'gzip, deflate',
            'transfer-encoding': 'chunked',
          },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () =>
            resolve({
              encoding: response.headers['content-encoding'],
              text: gunzipSync(Buffer.concat(parts)).toString(),
            }),
          );
        },
      );
      call.on('error', reject);
      const records = Array.from({ length: 20 }, (_, n) => ({
        attributes: { type: 'Account' },
        Name: 'N',
        Ext_Id__c: `Z${n}`,
      }));
      const text = JSON.stringify({ records });
      call.write(text.slice(0, 50));
      setTimeout(() => call.end(text.slice(50)), 20);
    });
    expect(answer.encoding).to.equal('gzip');
    expect(JSON.parse(answer.text)).to.have.length(20);
  });
});
