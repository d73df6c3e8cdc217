import { expect } from 'chai';
import fc from 'fast-check';
import { editDistance, nearMiss } from '../../../src/core/mapping/near-miss.js';

describe('near misses', () => {
  for (const [word, candidates, wanted] of [
    ['Nmae', ['Name', 'Phone'], 'Name'],
    ['ext id', ['Name', 'Ext_Id__c'], 'Ext_Id__c'],
    ['Rating', ['Rating__c', 'Ratings'], 'Rating__c'],
    ['delimeter', ['path', 'delimiter'], 'delimiter'],
    ['Fax', ['Name', 'Industry'], undefined],
    ['x'.repeat(5000), ['x'], undefined],
    ['', ['Name'], undefined],
    ['Name', [], undefined],
  ] as const) {
    it(`${word.slice(0, 20)} of ${candidates.join(', ')}: ${wanted}`, () => {
      expect(nearMiss(word, candidates)).to.equal(wanted);
    });
  }

  it('the distance is zero for equal words only, the same both ways, and a swap is one', () => {
    expect(editDistance('Nmae', 'Name')).to.equal(1);
    expect(editDistance('', 'abc')).to.equal(3);
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).to.equal(editDistance(b, a));
        expect(editDistance(a, b) === 0).to.equal(a === b);
      }),
    );
  });
});
