import { expect } from 'chai';
import { sameRecords, sameSpec } from '../../../src/core/run/same-spec.js';
import { jobSpec } from '../../support/export-errors.js';

const mapping = { Ext_Id__c: { column: 'id' }, Name: { column: 'name' } };

describe('is a definition the same as before?', () => {
  it('the order of names counts for nothing', () => {
    const other = { Name: { column: 'name' }, Ext_Id__c: { column: 'id' } };
    expect(sameSpec(jobSpec({ mapping }), jobSpec({ mapping: other }))).to.equal(true);
  });

  it('settings make another definition, and not other records; a file that moved neither', () => {
    const settings = { 'batch-size': 50 };
    const source = { type: 'csv', path: '/moved/accounts.csv' } as const;
    expect(sameSpec(jobSpec(), jobSpec({ settings }))).to.equal(false);
    expect(sameRecords(jobSpec(), jobSpec({ settings, source }))).to.equal(true);
  });

  it('another mapping, or another text for null, makes other records', () => {
    const source = { ...jobSpec().source, null: 'NULL' };
    expect(sameRecords(jobSpec({ mapping }), jobSpec())).to.equal(false);
    expect(sameRecords(jobSpec({ source }), jobSpec())).to.equal(false);
  });

  it('no definition was stored yet', () => {
    expect(sameSpec(null, jobSpec())).to.equal(false);
  });
});
