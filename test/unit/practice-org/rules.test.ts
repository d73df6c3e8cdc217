import { expect } from 'chai';
import { meets } from '../../../src/practice-org/control/conditions.js';
import type { FieldCondition } from '../../../src/practice-org/control/conditions.js';
import { ExactNumber } from '../../../src/practice-org/exact-number.js';
import { resolveField } from '../../../src/practice-org/schema/definitions.js';
import type { FieldType } from '../../../src/practice-org/schema/definitions.js';
import { APEX_LIMITS, ApexLimitError, ApexLimits } from '../../../src/practice-org/write/apex-limits.js';
import { convert } from '../../../src/practice-org/write/convert.js';

describe('practice org: declarative conditions', () => {
  const record = { Name: 'Acme', Score: 5, Big: new ExactNumber('123456789012345678'), Blank: null };
  const cases: Array<[FieldCondition, boolean]> = [
    [{ field: 'Name', op: '=', value: 'Acme' }, true],
    [{ field: 'Name', op: '=', value: 'acme' }, false],
    [{ field: 'Name', op: '!=', value: 'x' }, true],
    [{ field: 'Score', op: '<', value: 10 }, true],
    [{ field: 'Score', op: '<=', value: 5 }, true],
    [{ field: 'Score', op: '>', value: 5 }, false],
    [{ field: 'Score', op: '>=', value: 5 }, true],
    [{ field: 'Big', op: '>', value: 123456789012345000 }, true],
    [{ field: 'Blank', op: '<', value: 1 }, false],
    [{ field: 'Name', op: 'contains', value: 'cm' }, true],
    [{ field: 'Name', op: 'startsWith', value: 'cm' }, false],
    [{ field: 'Name', op: 'matches', value: '^A.*e$' }, true],
    [{ field: 'Name', op: 'in', value: ['x', 'Acme'] }, true],
    [{ field: 'Blank', op: 'isBlank' }, true],
    [{ field: 'Missing', op: 'isBlank' }, true],
    [{ field: 'Name', op: 'isNotBlank' }, true],
  ];
  for (const [condition, expected] of cases) {
    it(`${condition.field} ${condition.op} ${JSON.stringify(condition.value) ?? ''}`, () =>
      expect(meets(record, condition)).to.equal(expected));
  }

  it('a list holds if all hold', () => {
    expect(
      meets(record, [
        { field: 'Score', op: '=', value: 5 },
        { field: 'Name', op: 'isBlank' },
      ]),
    ).to.equal(false);
  });
});

describe('practice org: Apex limits (facts 9, 7.3)', () => {
  const over: Array<[(limits: ApexLimits) => void, string]> = [
    [(limits) => limits.soql(101), 'Too many SOQL queries: 101'],
    [(limits) => limits.dml(151), 'Too many DML statements: 151'],
    [(limits) => limits.cpu(10_001), 'Apex CPU time limit exceeded'],
    [(limits) => limits.spend('dmlRows', 10_001), 'Too many DML rows: 10001'],
    [(limits) => limits.spend('soqlRows', 50_001), 'Too many query rows: 50001'],
    [(limits) => limits.spend('heap', 6_000_001), 'Apex heap size too large: 6000001'],
  ];
  for (const [spend, message] of over) {
    it(message, () => expect(() => spend(new ApexLimits(APEX_LIMITS))).to.throw(ApexLimitError, message));
  }

  it('adds up, and can be turned back for another attempt', () => {
    const limits = new ApexLimits(APEX_LIMITS);
    const { used } = limits;
    limits.soql(100);
    expect(() => limits.soql()).to.throw(ApexLimitError);
    limits.restore(used);
    limits.soql(100);
    expect(limits.used.soql).to.equal(100);
  });
});

describe('practice org: JSON values by field type (facts 2.7, 3.6, 3.7)', () => {
  const outcome = (type: FieldType, raw: unknown): unknown => {
    const converted = convert(resolveField({ name: 'F__c', type }), raw);
    if ('value' in converted) return converted.value;
    return 'error' in converted ? converted.error.statusCode : converted.unreadable.split(' or request')[0];
  };
  const cases: Array<[FieldType, unknown, unknown]> = [
    ['string', ' a ', 'a'],
    ['string', '', null],
    ['string', 4, 'Cannot deserialize instance of string from VALUE_NUMBER_INT value 4'],
    ['phone', true, 'Cannot deserialize instance of phone from VALUE_TRUE value true'],
    ['string', { a: 1 }, 'Cannot deserialize instance of string from START_OBJECT value {'],
    ['string', [1], 'Cannot deserialize instance of string from START_ARRAY value ['],
    ['double', '12.50', 12.5],
    ['double', 'abc', 'Cannot deserialize instance of double from VALUE_STRING value abc'],
    ['currency', '', 'Cannot deserialize instance of double from VALUE_STRING value '],
    ['int', 7, 7],
    ['int', 7.5, 'Cannot deserialize instance of int from VALUE_NUMBER_FLOAT value 7.5'],
    ['boolean', 'TRUE', true],
    ['boolean', 'false', false],
    ['boolean', 'yes', 'Cannot deserialize instance of boolean from VALUE_STRING value yes'],
    ['boolean', null, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['date', '2026-02-28', '2026-02-28'],
    ['date', '28.02.2026', 'Cannot deserialize instance of date from VALUE_STRING value 28.02.2026'],
    ['datetime', '2026-02-28T01:00:00+01:00', '2026-02-28T00:00:00.000+0000'],
    ['time', '10:00:00', '10:00:00.000Z'],
    ['date', null, null],
  ];
  for (const [type, raw, expected] of cases) {
    it(`${type} ${JSON.stringify(raw)}`, () => expect(outcome(type, raw)).to.equal(expected));
  }
});
