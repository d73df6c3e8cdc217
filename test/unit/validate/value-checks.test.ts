import { expect } from 'chai';
import fc from 'fast-check';
import type { FieldDescribe } from '../../../src/core/describe.js';
import type { PayloadValue } from '../../../src/core/record.js';
import { valueProblems } from '../../../src/core/validate/value-checks.js';
import { field } from '../../support/describes.js';

const picklist = (more: Partial<FieldDescribe> = {}): FieldDescribe =>
  field('Rating__c', {
    type: 'picklist',
    picklistValues: [
      { value: 'Hot', active: true },
      { value: 'Warm', active: true },
      { value: 'Gone', active: false },
    ],
    ...more,
  });
const restricted = picklist({ restrictedPicklist: true });
const int = field('Employees', { type: 'int', digits: 8, length: 0 });
const money = field('Amount', { type: 'currency', precision: 6, scale: 2, length: 0 });

const cases: ReadonlyArray<readonly [what: string, field: FieldDescribe, value: PayloadValue, wanted: string[]]> = [
  ['a text that just fits', field('Name', { length: 3 }), 'abc', []],
  ['spaces at its ends do not count', field('Name', { length: 3 }), ' abc  ', []],
  ['a text too long', field('Name', { length: 3 }), 'abcd', ['refusal STRING_TOO_LONG']],
  ['a field without a length', field('Name', { length: 0 }), 'abcd', []],
  ['null where it may be', field('Name'), null, []],
  ['null where it may not be', field('Name', { nillable: false }), null, ['refusal REQUIRED_FIELD_MISSING']],
  ['a picklist value', restricted, 'Hot', []],
  ['a picklist value in another case', restricted, ' hot', []],
  [
    'a value that a restricted picklist has not',
    restricted,
    'Hut',
    ['refusal INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
  ],
  ['a value that is no longer active', restricted, 'Gone', ['refusal INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST']],
  ['a value that an open picklist has not', picklist(), 'Hut', ['warning PICKLIST_VALUE_UNKNOWN']],
  ['a picklist whose values are not told', picklist({ picklistValues: [], restrictedPicklist: true }), 'Hut', []],
  ['several of several', { ...restricted, type: 'multipicklist' }, 'Hot;Warm', []],
  [
    'two wrong of several',
    { ...restricted, type: 'multipicklist' },
    'Hot;x;y',
    Array<string>(2).fill('refusal INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'),
  ],
  ['a whole number that fits', int, 99_999_999, []],
  ['a whole number too long', int, 100_000_000, ['refusal NUMBER_OUTSIDE_VALID_RANGE']],
  ['a negative number that fits', int, -99_999_999, []],
  ['digits behind the point do not count', money, '1234.56789', []],
  ['digits before the point too many', money, '12345', ['refusal NUMBER_OUTSIDE_VALID_RANGE']],
  ['a number so small', money, '0.0000001', []],
  ['zero', money, 0, []],
  ['an Id', field('AccountId', { type: 'reference', length: 18 }), '001000000000001AAAxxxx', []],
  ['a checkbox', field('Active__c', { type: 'boolean', nillable: false }), true, []],
  ['a parent', field('ParentId', { type: 'reference' }), { Ext_Id__c: 'A-1' }, []],
];

describe('validate: what the describe tells of a value', () => {
  for (const [what, of, value, wanted] of cases) {
    it(`${what}: ${wanted.join(', ') || 'nothing'}`, () => {
      const found = valueProblems(of, value).map(({ severity, code }) => `${severity} ${code}`);
      expect(found).to.deep.equal(wanted);
    });
  }

  it('suggests the picklist value that was probably meant', () => {
    expect(valueProblems(restricted, 'Wram')[0]?.message).to.equal(
      'Rating__c has no active value "Wram". Did you mean "Warm"?',
    );
  });

  it('says how long is too long, and shows a long value cut', () => {
    const [problem] = valueProblems(field('Name', { length: 80 }), 'x'.repeat(500));
    expect(problem?.message).to.match(/^Name holds 80 characters; "x{60}…" has 500\.$/);
  });

  it('never throws, whatever the value', () => {
    const value = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(
        fc.constantFrom(restricted, int, money, field('Name')),
        value,
        (of, one) => void valueProblems(of, one),
      ),
    );
  });
});
