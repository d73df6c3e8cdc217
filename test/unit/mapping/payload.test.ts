import { expect } from 'chai';
import fc from 'fast-check';
import { encodePayload, mergePayloads, payloadFields } from '../../../src/core/mapping/payload.js';
import type { Payload } from '../../../src/core/record.js';
import { account, related } from './describes.js';
import { compiled, encode, prepared, refused } from './jobs.js';

const place = { position: { row: 5, line: 6 }, end: 50 };
const context = { describe: account, externalId: 'Ext_Id__c', relatedDescribe: related };

describe('stored payloads', () => {
  it('R3: a lookup by key and the same lookup as null are one field', () => {
    expect(payloadFields({ Ext_Id__c: 'A', Parent: { Ext_Id__c: 'P' } }, account)).to.deep.equal([
      'Ext_Id__c',
      'ParentId',
    ]);
    expect(payloadFields({ ParentId: null, Region__r: { Code__c: 'x' } }, account)).to.deep.equal([
      'ParentId',
      'Region__c',
    ]);
  });

  it('R3: a newer refusal is laid over the older payload, field by field', () => {
    const older: Payload = { Ext_Id__c: 'A', Name: 'old', Industry: 'Tech', Parent: { Ext_Id__c: 'P' } };
    const newer: Payload = { Ext_Id__c: 'A', Name: null, ParentId: null };
    expect(mergePayloads(older, newer, account)).to.deep.equal({
      Ext_Id__c: 'A',
      Industry: 'Tech',
      Name: null,
      ParentId: null,
    });
    expect(mergePayloads(newer, older, account)).to.deep.equal(older);
  });

  it('R1, P12: turn back into the record they came from', () => {
    const columns = [
      'Ext_Id__c',
      'Name',
      'AnnualRevenue',
      'Active__c',
      'Seen__c',
      'Parent.Ext_Id__c',
      'Region__r.No__c',
      'Owner.Username',
      'Opens__c',
      'Twin__c',
    ];
    const cells = [
      ' A-1 ',
      '007',
      '12345678901234.5678',
      '1',
      '2026-01-31 09:30:00Z',
      'P-1',
      '99999999999999999999',
      'u@example.com',
      '09:30',
      null,
    ];
    const record = prepared(encode(compiled(columns).encoder, cells, 5));
    const again = prepared(encodePayload(JSON.parse(JSON.stringify(record.payload)) as Payload, context, place));
    expect(again).to.deep.equal({ ...record, ...place });
  });

  it('R1, P12: numbers are literals again, of the same value', () => {
    const digits = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
    fc.assert(
      fc.property(digits, fc.nat(6), (value, scale) => {
        const text = `${value}${scale === 0 ? '' : `.${'0'.repeat(scale)}`}`;
        const record = prepared(encode(compiled(['Ext_Id__c', 'AnnualRevenue']).encoder, ['A', text]));
        const again = prepared(encodePayload(record.payload, context, place));
        expect(again.payload).to.deep.equal(record.payload);
        expect(BigInt(plain(again.json))).to.equal(value);
      }),
    );
  });

  it('what could not be converted is tried again, and refused with all its errors', () => {
    const record = refused(
      encodePayload({ Ext_Id__c: 'A', AnnualRevenue: '12 EUR', Gone__c: 1, Secret__c: 'x' }, context, place),
    );
    expect(record.key.canonical).to.equal('a');
    expect(record.errors.map(({ statusCode, fields }) => [statusCode, ...fields])).to.deep.equal([
      ['LOCAL_UNKNOWN_FIELD', 'Gone__c'],
      ['LOCAL_UNKNOWN_FIELD', 'Secret__c'],
      ['LOCAL_INVALID_VALUE', 'AnnualRevenue'],
    ]);
    expect(record.payload).to.deep.equal({ Ext_Id__c: 'A', AnnualRevenue: '12 EUR', Gone__c: 1, Secret__c: 'x' });
  });

  it('without key, or without the key field, nothing is sent', () => {
    expect(refused(encodePayload({ Name: 'x' }, context, place)).errors[0]!.statusCode).to.equal('LOCAL_MISSING_KEY');
    const gone = encodePayload({ Name: 'x' }, { ...context, externalId: 'Gone__c' }, place);
    expect(refused(gone)).to.deep.include({ key: { canonical: '#row:5', display: '#row:5' } });
  });
});

/** The whole part of the number in the record, with an exponent written out. */
function plain(json: string): string {
  const literal = /"AnnualRevenue":([^,}]+)/.exec(json)![1]!;
  const [, sign, whole = '', fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e\+?(\d+))?$/.exec(literal)!;
  const digits = (whole + fraction).padEnd(whole.length + Number(power), '0').slice(0, whole.length + Number(power));
  return `${sign}${digits}`;
}
