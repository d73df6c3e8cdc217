import { expect } from 'chai';
import { OrgFault } from '../../../src/core/ports/sink.js';
import type { OrgRequest, OrgTransport } from '../../../src/core/ports/transport.js';
import { createOrgFacts } from '../../../src/org/org-facts.js';

function transport(answer: () => unknown): OrgTransport & { readonly paths: string[] } {
  const paths: string[] = [];
  return {
    apiVersion: '66.0',
    paths,
    calls: () => paths.length,
    orgUsage: () => undefined,
    request: async ({ method, path }: OrgRequest) => {
      paths.push(`${method} ${decodeURIComponent(path)}`);
      return Promise.resolve(answer());
    },
  };
}

function failing(statusCode: string): OrgTransport & { readonly paths: string[] } {
  return transport(() => {
    throw new OrgFault('refused', statusCode, { statusCode });
  });
}

const parent = {
  name: 'ParentId',
  label: 'Parent Account ID',
  type: 'reference',
  length: 18,
  createable: true,
  updateable: true,
  nillable: true,
  referenceTo: ['Account'],
  relationshipName: 'Parent',
  picklistValues: [],
};
const industry = {
  name: 'Industry',
  type: 'picklist',
  restrictedPicklist: true,
  relationshipName: null,
  referenceTo: [],
  picklistValues: [
    { value: 'Energy', active: true },
    { value: 'Old', active: false },
  ],
};

describe('what the org says of itself', () => {
  it('P32: describes anew at each call, one call each', async () => {
    const wire = transport(() => ({
      name: 'Account',
      label: 'Account',
      createable: true,
      updateable: false,
      fields: [parent, industry],
    }));
    const facts = createOrgFacts(wire);
    const describe = (await facts.describe('account'))!;
    await facts.describe('account');
    expect(wire.paths).to.deep.equal(Array(2).fill('GET /sobjects/account/describe'));
    expect(describe).to.deep.include({ name: 'Account', createable: true, updateable: false });
    expect(describe.fields[0]).to.deep.include({ ...parent, idLookup: false, calculated: false, precision: 0 });
    expect(describe.fields[1]).to.deep.include({ ...industry, label: '', createable: false });
  });

  it('an object that is not there, or not visible, is undefined', async () => {
    expect(await createOrgFacts(failing('NOT_FOUND')).describe('Nope__c')).to.equal(undefined);
  });

  it('any other fault is thrown as it came (P23)', async () => {
    for (const code of ['INVALID_SESSION_ID', 'REQUEST_LIMIT_EXCEEDED', 'ERROR_HTTP_404']) {
      expect((await thrown(createOrgFacts(failing(code)).describe('Account'))).facts.statusCode).to.equal(code);
    }
  });

  for (const answer of [null, [], 'html', {}, { name: 'Account' }, { fields: [] }]) {
    it(`an answer that is no describe (${JSON.stringify(answer)}) is a fault, not an object without fields`, async () => {
      expect((await thrown(createOrgFacts(transport(() => answer)).describe('Account'))).kind).to.equal(
        'outcome-unknown',
      );
    });
  }

  it('a name cannot leave its place in the path', async () => {
    const requests: string[] = [];
    const wire: OrgTransport = {
      ...transport(() => null),
      request: async ({ path }) => Promise.resolve(requests.push(path)),
    };
    await thrown(createOrgFacts(wire).describe('../limits?x'));
    expect(requests).to.deep.equal(['/sobjects/..%2Flimits%3Fx/describe']);
  });

  describe('active triggers (design.md 3.1)', () => {
    it('of a standard object are asked for by its name, of a custom one by its entity (API 8.1)', async () => {
      const wire = transport(() => ({ records: [] }));
      await createOrgFacts(wire).hasActiveTriggers('Account');
      await createOrgFacts(wire).hasActiveTriggers('ns__Invoice__c');
      expect(wire.paths).to.deep.equal([
        "GET /tooling/query?q=SELECT Id FROM ApexTrigger WHERE TableEnumOrId = 'Account' AND Status = 'Active' LIMIT 1",
        "GET /tooling/query?q=SELECT Id FROM ApexTrigger WHERE EntityDefinition.QualifiedApiName = 'ns__Invoice__c' AND Status = 'Active' LIMIT 1",
      ]);
    });

    for (const [answer, wanted] of [
      [{ totalSize: 0, records: [] }, false],
      [{ totalSize: 1, records: [{ Id: '01q000000000001AAA' }] }, true],
      [{}, true],
      [null, true],
      [{ records: 'x' }, true],
    ] as const) {
      it(`${JSON.stringify(answer)}: ${wanted}`, async () => {
        expect(await createOrgFacts(transport(() => answer)).hasActiveTriggers('Account')).to.equal(wanted);
      });
    }

    it('are taken for granted where nobody says', async () => {
      expect(await createOrgFacts(failing('INVALID_TYPE')).hasActiveTriggers('Account')).to.equal(true);
    });
  });
});

async function thrown(promise: Promise<unknown>): Promise<OrgFault> {
  const error: unknown = await promise.then(
    () => undefined,
    (fault: unknown) => fault,
  );
  if (!(error instanceof OrgFault)) throw new Error(`no OrgFault: ${String(error)}`);
  return error;
}
