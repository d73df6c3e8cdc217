import { resolve } from 'node:path';
import { expect } from 'chai';
import { DefinitionFault } from '../../../src/jobs/definition-fault.js';
import { adHocJob } from '../../../src/jobs/definition.js';

describe('ad-hoc job', () => {
  it('is named after object and file', () => {
    expect(adHocJob({ file: 'data/accounts.csv', sobject: 'Account', externalId: 'Ext_Id__c' })).to.deep.equal({
      name: 'Account-accounts',
      object: 'Account',
      operation: 'upsert',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: resolve('data/accounts.csv') },
      settings: {},
      formerly: [],
    });
  });

  for (const [file, name] of [
    ['my accounts (1).csv', 'Account-my-accounts-1-'],
    ['Übersicht.csv', 'Account--bersicht'],
    ['a.b.csv', 'Account-a.b'],
    ['.csv', 'Account-.csv'],
    [`${'x'.repeat(200)}.csv`, `Account-${'x'.repeat(72)}`],
  ] as const) {
    it(`makes a name of ${file.slice(0, 20)} that is valid`, () => {
      expect(adHocJob({ file, sobject: 'Account', externalId: 'E__c' }).name).to.equal(name);
    });
  }

  it('takes a name, and tells flags that cannot be', () => {
    expect(adHocJob({ file: 'a.csv', sobject: 'Account', externalId: 'E__c', name: 'nightly' }).name).to.equal(
      'nightly',
    );
    try {
      adHocJob({ file: '', sobject: 'a b', externalId: '', name: '?' });
      expect.fail('no fault');
    } catch (error) {
      expect(error).to.be.instanceOf(DefinitionFault);
      expect((error as DefinitionFault).problems.map(({ path }) => path)).to.have.members([
        '--file',
        '--sobject',
        '--external-id',
        '--name',
      ]);
    }
  });
});
