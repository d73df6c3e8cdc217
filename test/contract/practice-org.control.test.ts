import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { accounts, codes, PracticeClient } from '../support/practice-client.js';

const SERVE = fileURLToPath(new URL('../../src/practice-org/serve.ts', import.meta.url));

describe('practice org: control endpoint', () => {
  let client: PracticeClient;
  beforeEach(async () => (client = await PracticeClient.start()));
  afterEach(() => client.stop());

  const control = async (method: string, what: string, body?: unknown, headers = {}) => {
    const response = await fetch(`${client.org.url}/practice-org/${what}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as any }; // eslint-disable-line @typescript-eslint/no-explicit-any -- answers of any shape
  };

  it('takes rules, triggers, faults, seeds and settings as JSON', async () => {
    const seeded = await control('POST', 'seed', { Account: [{ Name: 'old', Ext_Id__c: 'old', Score__c: 5 }] });
    expect(seeded.body.seed.Account).to.have.length(1);
    await control('POST', 'rules', [
      { name: 'low', object: 'Account', field: 'Score__c', op: '<', value: 10, message: 'Too low' },
    ]);
    const refused = await client.upsert([
      { Ext_Id__c: 'old', Phone: '1' },
      { Ext_Id__c: 'A', Name: 'A', Score__c: 10 },
    ]);
    expect(refused.body[0].errors[0]).to.deep.equal({
      statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      message: 'Too low',
      fields: ['Score__c'],
    });
    expect(codes(refused.body)[1]).to.equal('ok');
    await control('POST', 'disable', ['low']);
    expect(codes((await client.upsert([{ Ext_Id__c: 'old', Phone: '1' }])).body)).to.deep.equal(['ok']);
    await control('POST', 'triggers', [
      {
        name: 'T',
        object: 'Account',
        spendPerRecord: { soql: 1 },
        throwWhen: { field: 'Name', op: '=', value: 'boom' },
      },
    ]);
    expect(codes((await client.upsert([{ Ext_Id__c: 'x', Name: 'boom' }])).body)).to.deep.equal([
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    ]);
    await control('POST', 'remove', ['T']);
    await control('POST', 'faults', [
      { kind: 'lockRows', where: { field: 'Ext_Id__c', op: 'startsWith', value: 'A' } },
    ]);
    expect(codes((await client.upsert(accounts(1))).body)).to.deep.equal(['UNABLE_TO_LOCK_ROW']);
    await control('POST', 'configure', {
      limits: { DailyApiRequests: { Remaining: 0 } },
      fields: { 'Account.Secret__c': 'hidden' },
      behaviour: { rollback: 'all' },
      expireSession: true,
      login: true,
    });
    expect((await client.call('GET', 'limits')).status).to.equal(403);
    const state = await control('GET', 'state');
    expect(state.body).to.include({
      orgId: client.org.orgId,
      apiCalls: client.org.apiCalls,
      accessToken: client.org.accessToken,
    });
    expect(state.body.rules[0]).to.include({ name: 'low', active: false });
    expect((await control('GET', 'records/Account')).body.map(({ Name }: { Name: string }) => Name)).to.deep.equal([
      'old',
      'A',
    ]);
    expect((await control('GET', 'commits?after=1')).body).to.have.length(1);
    expect((await control('GET', 'journal')).body).to.have.length(client.org.journal.length);
  });

  it('declares a trigger with a static guard: only the first chunk of a transaction is worked on', async () => {
    await control('POST', 'triggers', {
      name: 'G',
      object: 'Account',
      oncePerTransaction: true,
      set: { Industry: 'Other' },
    });
    const part = (ref: string) => ({
      method: 'PATCH',
      url: '/services/data/v66.0/composite/sobjects/Account/Ext_Id__c',
      referenceId: ref,
      body: { allOrNone: true, records: [{ attributes: { type: 'Account' }, Ext_Id__c: ref, Name: ref }] },
    });
    await client.composite([part('a'), part('b')], true, { collateSubrequests: false });
    expect(client.org.records('Account').map(({ Industry }) => Industry)).to.deep.equal(['Other', null]);
  });

  it('is refused to web pages and to foreign host names, and says what is wrong', async () => {
    expect((await control('GET', 'state', undefined, { origin: 'http://evil.example' })).status).to.equal(403);
    expect((await control('POST', 'nonsense', {})).body.error).to.match(/^Unknown: nonsense\. Known: /);
    expect((await control('POST', 'rules', [{ object: 'Account' }])).body.error).to.equal('Missing: message');
    expect(
      (await control('POST', 'rules', [{ object: 'Account', message: 'm', field: 'Name', op: '~' }])).status,
    ).to.equal(400);
    expect((await control('POST', 'fields', { 'Account.Nope': 'hidden' })).body.error).to.equal(
      'No field Nope on Account',
    );
    expect((await control('GET', 'nothing')).status).to.equal(404);
    expect((await control('DELETE', 'rules')).status).to.equal(405);
    expect(client.org.journal).to.have.length(0);
  });
});

describe('practice org: as a process of its own', () => {
  let child: ChildProcessWithoutNullStreams | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'practice-org-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => child?.kill('SIGKILL'));

  const serve = async (...args: string[]): Promise<Record<string, string>> => {
    child = spawn(process.execPath, ['--import', 'tsx', SERVE, ...args]);
    for await (const line of createInterface({ input: child.stdout }))
      return JSON.parse(line) as Record<string, string>;
    throw new Error('It ended before it was ready');
  };

  it('prints one line of JSON, takes a config, and ends with its parent', async () => {
    const config = join(folder, 'config.json');
    const rule = { object: 'Account', field: 'Name', op: 'isBlank', message: 'No name' };
    writeFileSync(
      config,
      JSON.stringify({ username: 'me@x.example', seed: { Account: [{ Name: 'A' }] }, rules: [rule] }),
    );
    const ready = await serve('--config', config, '--parent');
    expect(ready).to.include({ username: 'me@x.example', orgId: '00D000000000001EAA' });
    const headers = { authorization: `Bearer ${ready.accessToken}` };
    const answer = await fetch(`${ready.url}/services/data/v66.0/query?q=SELECT+Name+FROM+Account`, { headers });
    expect(((await answer.json()) as { totalSize: number }).totalSize).to.equal(1);
    const ended = new Promise<number | null>((resolve) => child?.once('exit', resolve));
    child?.stdin.end();
    expect(await ended).to.equal(0);
  });

  it('ends with 1 and a message on a bad config', async () => {
    const config = join(folder, 'bad.json');
    writeFileSync(config, JSON.stringify({ nonsense: 1 }));
    child = spawn(process.execPath, ['--import', 'tsx', SERVE, '--config', config]);
    let text = '';
    child.stderr.on('data', (part: Buffer) => (text += part.toString()));
    expect(await new Promise((resolve) => child?.once('close', resolve))).to.equal(1);
    expect(text).to.match(/^Unknown: nonsense/);
  });

  it('can be stopped and started again, with its rows', async () => {
    const org = new PracticeOrg();
    org.seed('Account', [{ Name: 'A' }]);
    await org.start();
    await org.stop();
    const { url } = await org.start();
    expect((await fetch(`${url}/services/data`)).status).to.equal(200);
    await org.stop();
    expect(org.records('Account')).to.have.length(1);
  });
});
