import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalKey } from '../../../src/core/mapping/canonical-key.js';
import { toId18 } from '../../../src/core/mapping/salesforce-id.js';
import { keyOfRow } from '../../../src/core/record.js';
import { field } from './describes.js';

const text = field('Ext__c', 'string', { unique: true });
const exactText = field('Ext__c', 'string', { unique: true, caseSensitive: true });
const notUnique = field('Group__c', 'string', { unique: false });
const number = field('No__c', 'double');
const id = field('Id', 'id');

describe('canonical key (design.md 2)', () => {
  for (const [title, type, cells, wanted] of [
    ['trimmed', text, ['A-1', ' A-1', 'A-1\t\n'], 'a-1'],
    ['lower case unless caseSensitive', text, ['a-1', 'A-1'], 'a-1'],
    ['as it is where the field is caseSensitive', exactText, ['A-1'], 'A-1'],
    ['as it is where the field is not unique: the org matches exactly (API 2.8)', notUnique, ['A-1'], 'A-1'],
    ['NFC', text, ['Zoe\u0308', 'Zoë', 'ZOË'], 'zoë'],
    ['numbers by value', number, ['1', '1.0', '01', '1e0', '+1', ' 1 ', '0.1e1'], '1'],
    ['zero has no sign', number, ['0', '-0', '0.00'], '0'],
    ['numbers beyond a double', number, ['12345678901234567890', '12345678901234567890.0'], '12345678901234567890'],
    ['text that looks like a number is text', text, ['01'], '01'],
    ['Ids with 18 characters', id, ['001Ab000000CdEf', '001Ab000000CdEfIAK'.slice(0, 15)], toId18('001Ab000000CdEf')!],
  ] as const) {
    it(`E1: ${title}: ${JSON.stringify(cells)} is ${wanted}`, () => {
      for (const cell of cells) expect(canonicalKey(cell, type), cell).to.equal(wanted);
    });
  }

  for (const [type, cell] of [
    [text, undefined],
    [text, null],
    [text, ''],
    [text, ' \t '],
    [number, 'abc'],
    [number, '1,5'],
    [id, 'A-1'],
  ] as const) {
    it(`no usable key in ${String(JSON.stringify(cell))} for a ${type.type} field`, () => {
      expect(canonicalKey(cell, type)).to.equal(undefined);
    });
  }

  it('E1: two numbers a double cannot tell apart are two keys', () => {
    expect(canonicalKey('9007199254740993', number)).to.not.equal(canonicalKey('9007199254740992', number));
  });

  it('E1: no key is ever taken for that of a record without one', () => {
    const real = canonicalKey('#row:7', text);
    expect(real).to.not.equal(keyOfRow(7).canonical);
    expect(canonicalKey('##row:7', text)).to.not.equal(real);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('#', 'r', 'o', 'w', ':', '7') }),
        (cell) => canonicalKey(cell, text)?.startsWith('#row:') !== true,
      ),
    );
  });

  it('E1: a canonical key is its own canonical key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(text, exactText), (cell, type) => {
        const key = canonicalKey(cell, type);
        if (key !== undefined && !/^#+row:/.test(key)) expect(canonicalKey(key, type)).to.equal(key);
      }),
      {
        examples: [['İ'], ['ΑΣ'], ['\u1e9e'], ['K'], ['ǅ']].flatMap(([cell]) => [
          [cell!, text] as [string, typeof text],
        ]),
      },
    );
  });
});

describe('Salesforce Ids', () => {
  it('get the checksum of the API', () => {
    expect(toId18('001xx0000000001')).to.equal('001xx0000000001AAA');
    expect(toId18('00D000000000001')).to.equal('00D000000000001EAA');
    expect(toId18('005A0000000AbCd')).to.equal('005A0000000AbCdIAK');
  });

  it('of 18 characters get back the case that was lost', () => {
    const id = toId18('005A0000000AbCd')!;
    expect(toId18(id.toLowerCase())).to.equal(id);
    expect(toId18(id.toUpperCase())).to.equal(id);
    expect(toId18(` ${id} `)).to.equal(id);
  });

  for (const text of [
    '',
    '001',
    '001xx000000000',
    '001xx00000000012',
    '001xx0000000001AAB',
    '001xx0000000001!!!',
    'ÄÖÜxx0000000001',
    '0010000000000016ZZ',
  ]) {
    it(`are not ${JSON.stringify(text)}`, () => {
      expect(toId18(text)).to.equal(undefined);
    });
  }

  it('are the same with 15 and 18 characters, whatever their case', () => {
    const base62 = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];
    const body = fc.string({ unit: fc.constantFrom(...base62), minLength: 15, maxLength: 15 });
    fc.assert(
      fc.property(body, (id) => {
        const full = toId18(id)!;
        expect(full.slice(0, 15)).to.equal(id);
        for (const form of [full, full.toLowerCase(), full.toUpperCase()]) expect(toId18(form)).to.equal(full);
      }),
    );
  });
});
