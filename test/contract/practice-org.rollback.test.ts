import { expect } from 'chai';
import fc from 'fast-check';
import { accounts, PracticeClient, upsertPart } from '../support/practice-client.js';

describe('practice org: a roll-back leaves no trace', () => {
  let client: PracticeClient;
  before(async () => (client = await PracticeClient.start()));
  after(() => client.stop());

  const snapshot = (): string =>
    JSON.stringify([client.org.records('Account'), client.org.records('Contact'), client.org.commits]);

  it('whatever is inserted, updated and deleted before the record that fails', async () => {
    const seeded = client.org.seed('Account', accounts(20, 'S') as Array<Record<string, string>>);
    client.org.seed(
      'Contact',
      seeded.map((AccountId) => ({ LastName: 'L', AccountId })),
    );
    const key = fc.record({
      Ext_Id__c: fc.integer({ min: 0, max: 40 }).map((n) => `S-${n}`),
      Name: fc.string({ minLength: 1 }).map((s) => `n${s}`),
    });
    const writes = fc.uniqueArray(key, { selector: ({ Ext_Id__c }) => Ext_Id__c, maxLength: 10 });
    const deletes = fc.uniqueArray(fc.constantFrom(...seeded), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(writes, deletes, writes, async (first, ids, second) => {
        const before = snapshot();
        const { body } = await client.composite(
          [
            upsertPart('a', first, true),
            {
              method: 'DELETE',
              url: `/services/data/v66.0/composite/sobjects?allOrNone=true&ids=${ids.join(',')}`,
              referenceId: 'd',
            },
            upsertPart('b', [...second, { Ext_Id__c: 'bad' }], true),
          ],
          true,
          { collateSubrequests: false },
        );
        expect(JSON.stringify(body)).to.contain('REQUIRED_FIELD_MISSING');
        expect(snapshot()).to.equal(before);
        for (const row of client.org.records('Account')) {
          expect(client.org.find('Account', 'Ext_Id__c', String(row.Ext_Id__c))?.Id).to.equal(row.Id);
        }
      }),
      { numRuns: 60 },
    );
  });
});
