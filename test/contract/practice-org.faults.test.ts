import { expect } from 'chai';
import type { Fault } from '../../src/practice-org/index.js';
import { accounts, codes, PracticeClient } from '../support/practice-client.js';

describe('practice org: scripted faults (facts 2.6, 7.1, 11.6)', () => {
  let client: PracticeClient;
  beforeEach(async () => (client = await PracticeClient.start()));
  afterEach(() => client.stop());

  const made = () => client.org.records('Account').length;

  /** Status and first code of the next answer, whether it was JSON, and how many records were written. */
  const strike = async (fault: Fault): Promise<unknown[]> => {
    client.org.faults.next(fault);
    try {
      const { status, body, headers } = await client.upsert(accounts(1, String(Math.random())));
      return [status, body?.[0]?.errorCode ?? headers.get('content-type')?.split(';')[0], made()];
    } catch (error) {
      return ['cut', (error as { cause?: { code?: string } }).cause?.code !== undefined, made()];
    }
  };

  const cases: Array<[Fault, unknown[]]> = [
    [{ kind: 'unauthorized' }, [401, 'INVALID_SESSION_ID', 0]],
    [{ kind: 'requestLimit', limit: 'total' }, [403, 'REQUEST_LIMIT_EXCEEDED', 0]],
    [{ kind: 'requestLimit', limit: 'concurrent' }, [403, 'REQUEST_LIMIT_EXCEEDED', 0]],
    [{ kind: 'tooManyRequests' }, [429, 'TOO_MANY_REQUESTS', 0]],
    [{ kind: 'noRoute' }, [420, 'text/html', 0]],
    [{ kind: 'payloadTooLarge' }, [413, 'text/html', 0]],
    [{ kind: 'maintenance' }, [503, 'SERVER_UNAVAILABLE', 0]],
    [{ kind: 'serverError', status: 500 }, [500, 'UNKNOWN_EXCEPTION', 0]],
    [{ kind: 'serverError', status: 502, body: 'html' }, [502, 'text/html', 0]],
    [{ kind: 'serverError', status: 503, afterCommit: true }, [503, 'SERVER_UNAVAILABLE', 1]],
    [{ kind: 'notJson' }, [200, 'text/html', 1]],
    [{ kind: 'notJson', body: 'truncated' }, [200, 'application/json', 1]],
    [{ kind: 'answer', status: 409, body: '[]' }, [409, 'application/json', 0]],
    [{ kind: 'cutBefore' }, ['cut', true, 0]],
    [{ kind: 'cutAfter' }, ['cut', true, 1]],
  ];
  for (const [fault, expected] of cases) {
    it(JSON.stringify(fault), async () => {
      expect(await strike(fault)).to.deep.equal(expected);
      expect((await client.upsert(accounts(1))).status).to.equal(200);
      expect(client.org.journal[0]?.faults).to.deep.equal([fault.kind]);
    });
  }

  it('strikes only what matches, as often as told', async () => {
    const handle = client.org.faults.next({
      kind: 'serverError',
      times: 2,
      match: { method: 'PATCH', path: /composite/ },
    });
    expect((await client.call('GET', 'limits')).status).to.equal(200);
    expect((await client.upsert(accounts(1))).status).to.equal(503);
    expect((await client.upsert(accounts(1))).status).to.equal(503);
    expect((await client.upsert(accounts(1))).status).to.equal(200);
    expect(handle.hits).to.equal(2);
    const always = client.org.faults.next({
      kind: 'unauthorized',
      times: Infinity,
      match: ({ body }) => body !== undefined,
    });
    expect((await client.upsert(accounts(1))).status).to.equal(401);
    always.remove();
    expect((await client.upsert(accounts(1))).status).to.equal(200);
  });

  it('slow before and after the commit; stop() cuts what is under way', async () => {
    client.org.faults.next({ kind: 'slow', ms: 60, afterCommit: true });
    const start = performance.now();
    const pending = client.upsert(accounts(1));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(made()).to.equal(1);
    expect((await pending).status).to.equal(200);
    expect(performance.now() - start).to.be.above(50);
    client.org.faults.next({ kind: 'slow', ms: 5000 });
    const cut = client.upsert(accounts(1, 'never')).then(
      () => 'answered',
      () => 'cut',
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    await client.stop();
    expect(await cut).to.equal('cut');
    expect(made()).to.equal(1);
  });

  it('3.4, 7.1: one locked row fails the batch, or only itself; n times', async () => {
    client.org.faults.next({
      kind: 'lockRows',
      object: 'Account',
      where: ({ Ext_Id__c }) => Ext_Id__c === 'A-1',
      times: 2,
    });
    const locked = await client.upsert(accounts(3));
    expect(codes(locked.body)).to.deep.equal(Array(3).fill('UNABLE_TO_LOCK_ROW'));
    expect(locked.body[0].errors[0].message).to.match(
      /^unable to obtain exclusive access to this record or 1 records:/,
    );
    expect(codes((await client.upsert(accounts(1))).body)).to.deep.equal(['ok']);
    expect(codes((await client.upsert(accounts(3))).body)).to.deep.equal(Array(3).fill('UNABLE_TO_LOCK_ROW'));
    expect(codes((await client.upsert(accounts(3))).body)).to.deep.equal(['ok', 'ok', 'ok']);
    client.org.faults.next({ kind: 'lockRows', scope: 'record', where: ({ Ext_Id__c }) => Ext_Id__c === 'A-1' });
    expect(codes((await client.upsert(accounts(3))).body)).to.deep.equal(['ok', 'UNABLE_TO_LOCK_ROW', 'ok']);
  });

  it('7.1, 7.5: storage full, maintenance and any other record error', async () => {
    client.org.seed('Account', [{ Name: 'old', Ext_Id__c: 'old' }]);
    client.org.faults.next({ kind: 'storageFull', operation: 'insert', scope: 'record' });
    const { body } = await client.upsert([
      { Ext_Id__c: 'old', Name: 'o' },
      { Ext_Id__c: 'new', Name: 'n' },
    ]);
    expect(codes(body)).to.deep.equal(['ok', 'STORAGE_LIMIT_EXCEEDED']);
    client.org.faults.next({ kind: 'recordMaintenance' });
    expect(codes((await client.upsert(accounts(2))).body)).to.deep.equal(
      Array(2).fill('INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE'),
    );
    client.org.faults.next({
      kind: 'recordError',
      statusCode: 'ENTITY_IS_LOCKED',
      message: 'This record is locked.',
      scope: 'record',
    });
    expect(codes((await client.upsert(accounts(1))).body)).to.deep.equal(['ENTITY_IS_LOCKED']);
  });

  it('expireSession: 401 until a new login', async () => {
    client.org.expireSession();
    expect((await client.call('GET', 'limits')).status).to.equal(401);
    expect(client.org.journal.at(-1)?.counted).to.equal(false);
    client.org.login();
    expect((await client.call('GET', 'limits')).status).to.equal(200);
  });
});
