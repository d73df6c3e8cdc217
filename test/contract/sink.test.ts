import { expect } from 'chai';
import { Org } from '@salesforce/core';
import { OrgFault, type RecordSink } from '../../src/core/ports/sink.js';
import type { OrgTransport } from '../../src/core/ports/transport.js';
import type { PreparedRecord } from '../../src/core/record.js';
import { createOrgTransport } from '../../src/org/org-transport.js';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { createCompositeSink } from '../../src/sinks/composite-sink.js';

type Subject = { org: PracticeOrg; sink: RecordSink; transport: OrgTransport };

function account(row: number, fields: Record<string, unknown> = { Name: `N${row}` }): PreparedRecord {
  const payload = { Ext_Id__c: `A-${row}`, ...fields } as PreparedRecord['payload'];
  return {
    kind: 'prepared',
    position: { row },
    end: row,
    key: { canonical: `a-${row}`, display: `A-${row}` },
    payload,
    json: JSON.stringify(payload),
    selfLookupKeys: [],
  };
}

const accounts = (count: number) => Array.from({ length: count }, (_, index) => account(index + 1));

/** The contract of `core/ports/sink.ts`; every way into the org must hold it. */
function sinkContract(name: string, make: (org: PracticeOrg) => Promise<Omit<Subject, 'org'>>): void {
  describe(`the contract of a sink: ${name}`, () => {
    let subject: Subject;
    const instanceUrl = process.env['SF_ORG_INSTANCE_URL'];
    beforeEach(async () => {
      const org = new PracticeOrg({});
      await org.start();
      process.env['SF_ORG_INSTANCE_URL'] = org.url;
      subject = { org, ...(await make(org)) };
      org.clearJournal();
    });
    afterEach(async () => {
      await subject.org.stop();
      if (instanceUrl === undefined) delete process.env['SF_ORG_INSTANCE_URL'];
      else process.env['SF_ORG_INSTANCE_URL'] = instanceUrl;
    });

    const send = (records: PreparedRecord[], allOrNone: boolean, collectionSize = 200) =>
      subject.sink.send({ records, collectionSize, allOrNone });
    const codes = async (records: PreparedRecord[], allOrNone: boolean, collectionSize = 200) =>
      (await send(records, allOrNone, collectionSize)).collections.flatMap((one) =>
        one.kind === 'refused'
          ? one.records.map(() => one.errors[0]?.statusCode)
          : one.results.map((result) => (result.success ? 'ok' : result.errors[0]?.statusCode)),
      );
    const faultOf = async (work: Promise<unknown>): Promise<OrgFault> => {
      const thrown: unknown = await work.catch((error: unknown) => error);
      expect(thrown).to.be.instanceOf(OrgFault);
      return thrown as OrgFault;
    };

    it('P3 P25 one request for 1,000 records; a result for each, in order, with Id and created', async () => {
      const records = accounts(1000);
      const { collections } = await send(records, true);
      expect(subject.org.journal).to.have.lengthOf(1);
      expect(collections.map((one) => one.records.length)).to.deep.equal([200, 200, 200, 200, 200]);
      const results = collections.flatMap((one) => (one.kind === 'results' ? one.results : []));
      expect(results).to.deep.equal(
        records.map((record) => ({
          success: true,
          created: true,
          id: subject.org.find('Account', 'Ext_Id__c', record.key.display)?.Id,
        })),
      );
    });

    for (const rollback of ['first', 'last', 'all'] as const) {
      it(`H1 all or none: nothing is written, nobody shows a success (${rollback} named)`, async () => {
        subject.org.behaviour.rollback = rollback;
        const records = [...accounts(3), account(4, {}), account(5), account(6, {})];
        const found = await codes(records, true, 2);
        expect(found).to.not.include('ok');
        expect(found).to.include('REQUIRED_FIELD_MISSING');
        expect(subject.org.commits).to.deep.equal([]);
      });
    }

    it('L1 not all or none: the good are written, the refused come back in their places with all their errors', async () => {
      const records = [account(1), account(2, { Name: 'B', Rating__c: 'Lukewarm' }), account(3)];
      const [collection] = (await send(records, false)).collections;
      const results = collection?.kind === 'results' ? collection.results : [];
      expect(results.map((result) => result.success)).to.deep.equal([true, false, true]);
      const [error] = results[1]?.success === false ? results[1].errors : [];
      expect(error?.statusCode).to.equal('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST');
      expect(error?.fields).to.deep.equal(['Rating__c']);
      expect(subject.org.commits.map((commit) => commit.externalId)).to.deep.equal(['A-1', 'A-3']);
    });

    it('a collection that is refused as a whole is an answer about its records', async () => {
      const records = [account(1, { Name: 'A', Nope__c: 'x' }), account(2)];
      expect(await codes(records, true)).to.deep.equal(['INVALID_FIELD', 'INVALID_FIELD']);
      expect(subject.org.commits).to.deep.equal([]);
    });

    it('P12 numbers keep the digits they were written with', async () => {
      const record = { ...account(1), json: '{"Ext_Id__c":"A-1","Name":"N","Big_Number__c":123456789012345678}' };
      expect(await codes([record], true)).to.deep.equal(['ok']);
      const found = subject.org.find('Account', 'Ext_Id__c', 'A-1');
      expect(String(found?.['Big_Number__c'])).to.equal('123456789012345678');
    });

    it('a value that looks like a Composite reference arrives as it is, all or none kept', async () => {
      const odd = account(2, { Name: '@{c0[0].id}' });
      expect(await codes([account(1), odd], true)).to.deep.equal(['ok', 'ok']);
      expect(subject.org.find('Account', 'Ext_Id__c', 'A-2')?.['Name']).to.equal('@{c0[0].id}');
      expect(await codes([account(3), odd, account(4, {})], true)).to.not.include('ok');
      expect(subject.org.find('Account', 'Ext_Id__c', 'A-3')).to.equal(undefined);
    });

    it('P26 sends once, whatever comes back; T2 what came back is told apart', async () => {
      const table = [
        [{ kind: 'serverError', status: 503 }, 'outcome-unknown'],
        [{ kind: 'serverError', status: 502, body: 'html' }, 'outcome-unknown'],
        [{ kind: 'cutBefore' }, 'outcome-unknown'],
        [{ kind: 'cutAfter' }, 'outcome-unknown'],
        [{ kind: 'notJson', body: 'html' }, 'outcome-unknown'],
        [{ kind: 'notJson', body: 'truncated' }, 'outcome-unknown'],
        [{ kind: 'tooManyRequests' }, 'wait'],
        [{ kind: 'noRoute' }, 'wait'],
        [{ kind: 'requestLimit', limit: 'concurrent' }, 'wait'],
        [{ kind: 'payloadTooLarge' }, 'too-large'],
        [{ kind: 'unauthorized', times: 9 }, 'login'],
      ] as const;
      for (const [fault, kind] of table) {
        subject.org.faults.clear();
        subject.org.faults.next(fault);
        const before = subject.org.journal.length;
        expect((await faultOf(send(accounts(2), true))).kind, fault.kind).to.equal(kind);
        expect(subject.org.journal.length - before, fault.kind).to.equal(1);
      }
    });

    it('A1 the org’s daily limit is the org’s limit', async () => {
      subject.org.limits.DailyApiRequests.Remaining = 0;
      expect((await faultOf(send(accounts(1), true))).kind).to.equal('org-limit');
    });

    it('T2 an org that cannot be reached was not sent anything', async () => {
      await subject.org.stop();
      expect((await faultOf(send(accounts(1), true))).kind).to.equal('not-sent');
    });

    it("A1 the org's own count comes with its answers, about records too, and what is sent later is added", async () => {
      expect(subject.transport.orgUsage()).to.equal(undefined);
      subject.org.limits.DailyApiRequests.Remaining = 1_000;
      await send(accounts(2), true);
      expect(subject.transport.orgUsage()).to.deep.equal({ used: 14_001, max: 15_000 });
      subject.org.faults.next({ kind: 'cutBefore' });
      await faultOf(send(accounts(2), true));
      expect(subject.transport.orgUsage()).to.deep.equal({ used: 14_002, max: 15_000 });
      await send(accounts(2), false);
      expect(subject.transport.orgUsage()).to.deep.equal({ used: 14_002, max: 15_000 });
    });

    it('A1 every request is counted', async () => {
      const before = subject.transport.calls();
      await send(accounts(2), true);
      await send(accounts(2), false);
      expect(subject.transport.calls() - before).to.equal(2);
    });
  });
}

sinkContract('Composite over the CLI’s connection', async (org) => {
  const login = await Org.create({ aliasOrUsername: org.accessToken });
  const transport = createOrgTransport(login.getConnection('66.0'));
  const sink = createCompositeSink(transport, { object: 'Account', externalId: 'Ext_Id__c' }, () => performance.now());
  return { sink, transport };
});
