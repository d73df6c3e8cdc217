import { expect } from 'chai';
import { accounts, BASE, codes, PracticeClient, upsertPart } from '../support/practice-client.js';

type Part = { httpStatusCode: number; body: any; referenceId: string }; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies of any shape

const HALTED = [
  {
    errorCode: 'PROCESSING_HALTED',
    message: 'The transaction was rolled back since another operation in the same transaction failed.',
  },
];

describe('practice org: Composite (facts 4.1, 4.2, 4.4)', () => {
  let client: PracticeClient;
  beforeEach(async () => (client = await PracticeClient.start()));
  afterEach(() => client.stop());

  const run = async (parts: unknown[], allOrNone = false, more = {}): Promise<Part[]> =>
    (await client.composite(parts, allOrNone, more)).body.compositeResponse as Part[];

  it('4.2: 5 x 200 records are written together, in order, for one API call', async () => {
    const parts = [0, 1, 2, 3, 4].map((n) =>
      upsertPart(`c${n}`, accounts(200, `P${n}`), true, { 'Sforce-Auto-Assign': 'FALSE' }),
    );
    const answer = await run(parts, true, { collateSubrequests: false });
    expect(answer.map(({ httpStatusCode, body }) => [httpStatusCode, body.length])).to.deep.equal(
      Array(5).fill([200, 200]),
    );
    expect(client.org.records('Account').map(({ Ext_Id__c }) => Ext_Id__c)).to.deep.equal(
      [0, 1, 2, 3, 4].flatMap((n) => accounts(200, `P${n}`).map(({ Ext_Id__c }) => Ext_Id__c)),
    );
    expect(client.org.apiCalls).to.equal(1);
    const journal = client.org.journal[0]?.body as { compositeRequest: Array<{ httpHeaders: unknown }> };
    expect(journal.compositeRequest[0]?.httpHeaders).to.deep.equal({ 'Sforce-Auto-Assign': 'FALSE' });
  });

  it('4.1: one bad record under both flags rolls back all; the others say PROCESSING_HALTED', async () => {
    const bad = [...accounts(2, 'B'), { Ext_Id__c: 'bad' }];
    const [a, b, c] = await run(
      [upsertPart('a', accounts(2, 'A'), true), upsertPart('b', bad, true), upsertPart('c', accounts(2, 'C'), true)],
      true,
      { collateSubrequests: false },
    );
    expect([a?.httpStatusCode, a?.body]).to.deep.equal([400, HALTED]);
    expect([c?.httpStatusCode, c?.body]).to.deep.equal([400, HALTED]);
    expect(b?.httpStatusCode).to.equal(200);
    expect(codes(b?.body)).to.deep.equal([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'REQUIRED_FIELD_MISSING',
    ]);
    expect(client.org.records('Account')).to.have.length(0);
    expect(client.org.commits).to.have.length(0);
  });

  it('4.2 trap: outer true, inner false shows success:true with Ids on records that were rolled back', async () => {
    const [part] = await run([upsertPart('a', [{ Ext_Id__c: 'A', Name: 'a' }, { Ext_Id__c: 'B' }], false)], true);
    expect(part?.httpStatusCode).to.equal(200);
    expect(part?.body[0]).to.include({ success: true, created: true });
    expect(codes(part?.body)).to.deep.equal(['ok', 'REQUIRED_FIELD_MISSING']);
    expect(client.org.records('Account')).to.have.length(0);
  });

  it('4.2: outer false leaves each collection to its own flag', async () => {
    const records = (key: string) => [{ Ext_Id__c: key, Name: 'a' }, { Ext_Id__c: `${key}x` }];
    const [a, b] = await run([upsertPart('a', records('A'), true), upsertPart('b', records('B'), false)]);
    expect(codes(a?.body)).to.deep.equal(['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
    expect(codes(b?.body)).to.deep.equal(['ok', 'REQUIRED_FIELD_MISSING']);
    expect(client.org.records('Account').map(({ Ext_Id__c }) => Ext_Id__c)).to.deep.equal(['B']);
  });

  it('a later bad record, in a later collection, may be the one that is named', async () => {
    client.org.behaviour.rollback = 'last';
    const [a, b] = await run(
      [upsertPart('a', [{ Ext_Id__c: 'A' }], true), upsertPart('b', [{ Ext_Id__c: 'B' }, { Ext_Id__c: 'C' }], true)],
      true,
      { collateSubrequests: false },
    );
    expect(a?.body).to.deep.equal(HALTED);
    expect(codes(b?.body)).to.deep.equal(['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
    client.org.behaviour.rollback = 'all';
    const [c, d] = await run(
      [upsertPart('a', [{ Ext_Id__c: 'A' }], true), upsertPart('b', [{ Ext_Id__c: 'B' }], true)],
      true,
      { collateSubrequests: false },
    );
    expect([...codes(c?.body), ...codes(d?.body)]).to.deep.equal(['REQUIRED_FIELD_MISSING', 'REQUIRED_FIELD_MISSING']);
  });

  it('4.1: references by name and index; what depends on a failure is not run', async () => {
    const contact = (ref: string) => ({
      method: 'POST',
      url: `${BASE}/sobjects/Contact`,
      referenceId: `k_${ref.slice(0, 1)}`,
      body: { LastName: 'X', AccountId: `@{${ref}}` },
    });
    const [a, b, k, q] = await run(
      [
        upsertPart('a', [{ Ext_Id__c: 'A', Name: 'a' }], false),
        { method: 'POST', url: `${BASE}/sobjects/Account`, referenceId: 'b', body: { Phone: '1' } },
        contact('a[0].id'),
        { method: 'GET', url: `${BASE}/sobjects/Contact/@{k_a.id}?fields=AccountId`, referenceId: 'q' },
        contact('b.id'),
        contact('c.id'),
      ].slice(0, 4),
    );
    expect([a?.httpStatusCode, b?.httpStatusCode, k?.httpStatusCode, q?.httpStatusCode]).to.deep.equal([
      200, 400, 201, 200,
    ]);
    expect(q?.body.AccountId).to.equal(client.org.records('Account')[0]?.Id);
    const [, failed] = await run([
      { method: 'POST', url: `${BASE}/sobjects/Account`, referenceId: 'b', body: { Phone: '1' } },
      contact('b.id'),
    ]);
    expect([failed?.httpStatusCode, failed?.body[0]]).to.deep.equal([
      400,
      { errorCode: 'PROCESSING_HALTED', message: 'Invalid reference specified. No value for b.id found in b' },
    ]);
    const [, wrongCase] = await run([
      { method: 'POST', url: `${BASE}/sobjects/Account`, referenceId: 'a', body: { Name: '1' } },
      contact('a.Id'),
    ]);
    expect(wrongCase?.body[0].errorCode).to.equal('PROCESSING_HALTED');
  });

  it('4.1: limits 25 and 5, names, forbidden headers: 400 for the whole call, nothing run', async () => {
    const create = (n: number) => ({
      method: 'POST',
      url: `${BASE}/sobjects/Account`,
      referenceId: `r${n}`,
      body: { Name: 'A' },
    });
    const status = async (parts: unknown[]) => (await client.composite(parts)).status;
    expect(await status(Array.from({ length: 26 }, (_, n) => create(n)))).to.equal(400);
    expect(await status([0, 1, 2, 3, 4, 5].map((n) => upsertPart(`c${n}`, accounts(1, `${n}`), false)))).to.equal(400);
    expect(await status([create(1), create(1)])).to.equal(400);
    expect(await status([{ ...create(1), referenceId: 'a-b' }])).to.equal(400);
    for (const name of ['Accept', 'authorization', 'Content-Type']) {
      expect(await status([{ ...create(1), httpHeaders: { [name]: 'x' } }]), name).to.equal(400);
    }
    expect(client.org.records('Account')).to.have.length(0);
    expect(await status(Array.from({ length: 25 }, (_, n) => create(n)))).to.equal(200);
    const [nested] = await run([
      { method: 'POST', url: `${BASE}/composite`, referenceId: 'n', body: { compositeRequest: [] } },
    ]);
    expect(nested?.httpStatusCode).to.equal(404);
  });

  it('4.1: only headers of the subrequest reach it', async () => {
    const [owner] = client.org.seed('User', [
      { Username: 'q@x.example', LastName: 'Q', Email: 'q@x.example', Alias: 'q' },
    ]);
    client.org.assignmentRules.add({ name: 'Leads', object: 'Lead', ownerId: owner ?? null });
    const part = (referenceId: string, httpHeaders: Record<string, string>) => ({
      method: 'POST',
      url: `${BASE}/sobjects/Lead`,
      referenceId,
      httpHeaders,
      body: { LastName: 'L', Company: 'C' },
    });
    const parts = [part('a', { 'sforce-auto-assign': 'FALSE' }), part('b', {})];
    await client.call('POST', 'composite', { compositeRequest: parts }, { 'Sforce-Auto-Assign': 'FALSE' });
    expect(client.org.records('Lead').map(({ OwnerId }) => OwnerId)).to.deep.equal([client.org.userId, owner]);
  });

  it('4.1: collated subrequests run in any order, unless bound, with own headers, or not collated', async () => {
    const create = (n: number, httpHeaders = {}) => ({
      method: 'POST',
      url: `${BASE}/sobjects/Account`,
      referenceId: `r${n}`,
      httpHeaders,
      body: { Name: `${n}` },
    });
    const names = async (parts: unknown[], more = {}) => {
      client.org.clearJournal();
      await run(parts, false, more);
      return client.org.commits.map(({ fields }) => fields.Name);
    };
    expect(await names([create(1), create(2), create(3)])).to.deep.equal(['3', '2', '1']);
    expect(await names([create(1), create(2), create(3)], { collateSubrequests: false })).to.deep.equal([
      '1',
      '2',
      '3',
    ]);
    const header = { 'Sforce-Mru': 'updateMru=false' };
    expect(await names([create(1, header), create(2, header)])).to.deep.equal(['1', '2']);
  });

  it('4.4: statics and Apex limits are shared over the transaction', async () => {
    const seen: number[] = [];
    client.org.triggers.add({
      name: 'Guard',
      object: 'Account',
      events: ['before insert'],
      run: ({ statics, limits, new: records }) => {
        seen.push(Number(statics.get('runs') ?? 0));
        statics.set('runs', Number(statics.get('runs') ?? 0) + 1);
        limits.soql(records.length);
      },
    });
    const parts = (tag: string) => [
      upsertPart('a', accounts(50, `${tag}1`), true),
      upsertPart('b', accounts(50, `${tag}2`), true),
    ];
    const more = { collateSubrequests: false };
    expect((await run(parts('A'), true, more)).map(({ httpStatusCode }) => httpStatusCode)).to.deep.equal([200, 200]);
    expect(seen).to.deep.equal([0, 1]);
    const over = await run([...parts('B'), upsertPart('c', accounts(1, 'B3'), true)], true, more);
    expect(over[2]?.body[0].errors[0]).to.deep.include({
      statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      message: 'Guard: System.LimitException: Too many SOQL queries: 101',
    });
    expect(client.org.records('Account')).to.have.length(100);
    client.org.behaviour.compositeApex = 'perSubrequest';
    const own = await run(
      [upsertPart('a', accounts(90, 'C1'), false), upsertPart('b', accounts(90, 'C2'), false)],
      false,
      more,
    );
    expect(own.every(({ body }) => codes(body).every((code) => code === 'ok'))).to.equal(true);
    expect(client.org.commits).to.have.length(280);
  });

  it('10,000 rows through Composite take well under two seconds of CPU, client included', async function () {
    this.retries(2);
    const start = process.cpuUsage(); // not the clock: other tests run beside this one
    for (let window = 0; window < 10; window += 1) {
      const parts = [0, 1, 2, 3, 4].map((n) => upsertPart(`c${n}`, accounts(200, `${window}-${n}`), true));
      await client.composite(parts, true, { collateSubrequests: false });
    }
    expect(client.org.records('Account')).to.have.length(10_000);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).to.be.below(2000);
  });
});
