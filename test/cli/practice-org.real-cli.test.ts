import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { PracticeOrg } from '../../src/practice-org/index.js';

/**
 * The practice org against the real `sf` CLI. SF_CLI_BIN names its executable; run by `npm run test:cli` only, with a
 * Node >= 22 first on the PATH. Nothing here touches the CLI state of the user: HOME is a folder of its own.
 */
const { SF_CLI_BIN } = process.env;

type Json = {
  status: number;
  name?: string;
  message?: string;
  code?: string;
  data?: { errorCode?: string; fields?: string[] };
  result: Record<string, unknown> & { records?: Array<Record<string, unknown>> };
};

describe('practice org: the real sf CLI (facts 1, 10.4)', function () {
  this.timeout(180_000);
  let org: PracticeOrg;
  let home: string;

  before(async function () {
    if (SF_CLI_BIN === undefined) throw new Error('SF_CLI_BIN is not set: name the executable of a real sf CLI');
    home = mkdtempSync(join(tmpdir(), 'practice-org-cli-'));
    org = new PracticeOrg();
    await org.start();
  });
  after(async () => {
    await org?.stop();
    if (home) rmSync(home, { recursive: true, force: true });
  });

  /** The environment of facts 1.5: quiet, offline, and at home in a folder of its own. */
  const environment = (more: Record<string, string>): NodeJS.ProcessEnv => ({
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    HOME: home,
    USERPROFILE: home,
    SF_DISABLE_TELEMETRY: 'true',
    SF_SKIP_NEW_VERSION_CHECK: 'true',
    SF_AUTOUPDATE_DISABLE: 'true',
    SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
    SF_DISABLE_LOG_FILE: 'true',
    SF_ORG_API_VERSION: '66.0',
    ...more,
  });

  const sf = async (args: string[], more: Record<string, string> = {}): Promise<Json> =>
    new Promise((resolve, reject) => {
      const options = { env: environment(more), cwd: home, maxBuffer: 16 * 1024 * 1024 };
      execFile(SF_CLI_BIN ?? 'sf', [...args, '--json'], options, (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Json);
        } catch {
          reject(new Error(`sf ${args.join(' ')}: ${error?.message ?? ''}\n${stdout}\n${stderr}`));
        }
      });
    });

  const onAccount = (command: string, ...args: string[]): Promise<Json> =>
    sf(['data', command, 'record', '-o', 'practice', '-s', 'Account', ...args]);

  it('1.1: org login access-token works over plain http on the loopback', async () => {
    const args = ['org', 'login', 'access-token', '--instance-url', org.url, '--no-prompt', '--alias', 'practice'];
    const { status, result } = await sf(args, { SF_ACCESS_TOKEN: org.accessToken });
    expect(status).to.equal(0);
    expect(result.username).to.equal(org.username);
    expect(String(result.orgId).slice(0, 15)).to.equal(org.orgId.slice(0, 15));
    const paths = org.journal.map(({ path, query }) => `${path}?${decodeURIComponent(query)}`);
    expect(paths[0]).to.equal('/services/oauth2/userinfo?');
    expect(paths[1]).to.equal(`/services/data/v51.0/sobjects/User/${org.userId}?`);
    expect(paths[2]).to.match(/ScratchOrgInfo/);
  });

  it('1.5: org display says Connected', async () => {
    const { result } = await sf(['org', 'display', '-o', 'practice']);
    expect(result).to.include({ connectedStatus: 'Connected', username: org.username });
  });

  it('data create record, data get record', async () => {
    const values = "Name='Acme Ltd' Ext_Id__c=E-1 NumberOfEmployees=5 Active__c=false";
    const made = await onAccount('create', '-v', values);
    expect(made.result).to.deep.include({ success: true, errors: [] });
    const { result } = await onAccount('get', '-i', String(made.result.id));
    expect(result).to.include({ Name: 'Acme Ltd', Ext_Id__c: 'E-1', NumberOfEmployees: 5, Active__c: false });
    expect(org.commits[0]).to.include({ operation: 'insert', object: 'Account', id: made.result.id });
  });

  it('data query, with a parent field and with columns', async () => {
    const soql = "SELECT Id, Name, Parent.Name FROM Account WHERE Ext_Id__c = 'e-1'";
    const { result } = await sf(['data', 'query', '-o', 'practice', '-q', soql]);
    expect(result).to.include({ totalSize: 1, done: true });
    expect(result.records?.[0]).to.include({ Name: 'Acme Ltd', Parent: null });
  });

  it('data update record, by Id and by where', async () => {
    const id = String(org.find('Account', 'Ext_Id__c', 'E-1')?.Id);
    expect((await onAccount('update', '-i', id, '-v', 'Phone=123')).status).to.equal(0);
    expect((await onAccount('update', '-w', 'Ext_Id__c=E-1', '-v', 'Fax=456')).status).to.equal(0);
    expect(org.find('Account', 'Ext_Id__c', 'E-1')).to.include({ Phone: '123', Fax: '456' });
  });

  it('documented errors reach the user by code: required, duplicate, validation rule, unknown field and object', async () => {
    org.rules.add({
      name: 'NoRubbish',
      object: 'Account',
      message: 'No rubbish, please',
      field: 'Name',
      predicate: ({ Name }) => Name === 'Rubbish',
    });
    const required = await onAccount('create', '-v', 'Phone=1');
    expect(required).to.include({ status: 1, name: 'REQUIRED_FIELD_MISSING' });
    expect(required.data?.fields).to.deep.equal(['Name']);
    expect((await onAccount('create', '-v', 'Name=B Ext_Id__c=e-1')).name).to.equal('DUPLICATE_VALUE');
    const refused = await onAccount('create', '-v', 'Name=Rubbish');
    expect([refused.name, refused.message]).to.deep.equal(['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'No rubbish, please']);
    expect((await onAccount('create', '-v', 'Name=B Nope__c=1')).name).to.equal('INVALID_FIELD');
    const nowhere = await sf(['data', 'create', 'record', '-o', 'practice', '-s', 'Nope__c', '-v', 'Name=B']);
    expect(nowhere.name).to.equal('NOT_FOUND');
    const query = await sf(['data', 'query', '-o', 'practice', '-q', 'SELECT Nope FROM Account']);
    expect(query.status).to.equal(1);
    expect(query.message).to.contain("No such column 'Nope' on entity 'Account'");
  });

  it('sf has no "data upsert record": upsert by external id goes through "sf api request rest"', async () => {
    const url = '/services/data/v66.0/sobjects/Account/Ext_Id__c/E-1';
    const args = ['api', 'request', 'rest', url, '-o', 'practice', '-X', 'PATCH', '-b', '{"Phone":"789"}'];
    const made = await new Promise<string>((resolve) => {
      const options = { env: environment({}), cwd: home };
      execFile(SF_CLI_BIN ?? 'sf', args, options, (_, stdout) => resolve(stdout));
    });
    expect(JSON.parse(made)).to.deep.include({ success: true, created: false });
    expect(org.find('Account', 'Ext_Id__c', 'E-1')?.Phone).to.equal('789');
  });

  it('data delete record', async () => {
    expect((await onAccount('delete', '-w', 'Ext_Id__c=E-1')).status).to.equal(0);
    expect(org.records('Account')).to.have.length(0);
    expect(org.commits.at(-1)?.operation).to.equal('delete');
  });

  it('1.1: with an access token the first 401 ends the command', async () => {
    org.expireSession();
    const { status, message } = await sf(['data', 'query', '-o', 'practice', '-q', 'SELECT Id FROM Account']);
    expect(status).to.equal(1);
    expect(message).to.match(/Session expired or invalid|INVALID_SESSION_ID/);
  });

  it('1.2: org login jwt, and a new token by itself after the session expired', async () => {
    const key = join(home, 'key.pem');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const login = [
      'org',
      'login',
      'jwt',
      '-i',
      'anyClientId',
      '-f',
      key,
      '-r',
      org.url,
      '-o',
      org.username,
      '--alias',
      'jwt',
    ];
    expect((await sf(login)).status).to.equal(0);
    org.expireSession();
    const { status, result } = await sf([
      'data',
      'query',
      '-o',
      'jwt',
      '-q',
      'SELECT Username FROM User WHERE IsActive = true',
    ]);
    expect(status).to.equal(0);
    expect(result.records?.[0]?.Username).to.equal(org.username);
  });
});
