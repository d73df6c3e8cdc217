import { expect } from 'chai';
import fc from 'fast-check';
import type { Cell } from '../../../src/core/record.js';
import { compiled, encode, one, prepared, refused } from './jobs.js';

describe('encoding records', () => {
  it('sends fields with the names of the describe, in one JSON text', () => {
    const { encoder } = compiled(['id', 'firma'], { ext_id__c: 'ID', NAME: 'Firma' });
    const record = prepared(encode(encoder, [' A-1 ', ' "Acme" '], 7));
    expect(record).to.deep.equal({
      kind: 'prepared',
      position: { row: 7, line: 8 },
      end: 70,
      key: { canonical: 'a-1', display: 'A-1' },
      payload: { Ext_Id__c: 'A-1', Name: ' "Acme" ' },
      json: '{"Ext_Id__c":"A-1","Name":" \\"Acme\\" "}',
      selfLookupKeys: [],
    });
  });

  describe('P11: three states', () => {
    for (const [cell, json, payload] of [
      [undefined, '{"Ext_Id__c":"A-1"}', { Ext_Id__c: 'A-1' }],
      ['', '{"Ext_Id__c":"A-1"}', { Ext_Id__c: 'A-1' }],
      [null, '{"Ext_Id__c":"A-1","Name":null}', { Ext_Id__c: 'A-1', Name: null }],
      ['x', '{"Ext_Id__c":"A-1","Name":"x"}', { Ext_Id__c: 'A-1', Name: 'x' }],
    ] as ReadonlyArray<readonly [Cell, string, object]>) {
      it(`a cell of ${String(JSON.stringify(cell))}`, () => {
        expect(prepared(one('Name', cell))).to.deep.include({ json, payload });
      });
    }

    for (const name of ['AnnualRevenue', 'Active__c', 'Since__c', 'Seen__c', 'Opens__c', 'ParentId', 'Industry']) {
      it(`${name} may be absent and null`, () => {
        expect(prepared(one(name, undefined)).payload).to.deep.equal({ Ext_Id__c: 'A-1' });
        expect(prepared(one(name, null)).payload).to.deep.equal({ Ext_Id__c: 'A-1', [name]: null });
      });
    }

    it('each field of a record by itself', () => {
      const columns = ['Ext_Id__c', 'Name', 'Industry', 'Description'];
      const { encoder } = compiled(columns);
      const cell = fc.oneof(fc.constant(undefined), fc.constant(null), fc.string({ minLength: 1, unit: 'binary' }));
      fc.assert(
        fc.property(fc.tuple(cell, cell, cell), (cells) => {
          const record = prepared(encode(encoder, ['A', ...cells]));
          const wanted = Object.fromEntries(
            columns.slice(1).flatMap((name, i) => (cells[i] === undefined ? [] : [[name, cells[i]]])),
          );
          expect(record.payload).to.deep.equal({ Ext_Id__c: 'A', ...wanted });
          expect(JSON.parse(record.json)).to.deep.equal(record.payload);
        }),
      );
    });
  });

  it('P12: numbers go out with their digits, and are stored as a double only where none is lost', () => {
    const { encoder } = compiled(['Ext_Id__c', 'AnnualRevenue', 'NumberOfEmployees']);
    const exact = prepared(encode(encoder, ['A', '0.10', '007']));
    expect(exact.json).to.equal('{"Ext_Id__c":"A","AnnualRevenue":0.10,"NumberOfEmployees":7}');
    expect(exact.payload).to.deep.equal({ Ext_Id__c: 'A', AnnualRevenue: 0.1, NumberOfEmployees: 7 });
    const long = prepared(encode(encoder, ['A', '12345678901234.5678', undefined]));
    expect(long.json).to.equal('{"Ext_Id__c":"A","AnnualRevenue":12345678901234.5678}');
    expect(long.payload).to.deep.equal({ Ext_Id__c: 'A', AnnualRevenue: '12345678901234.5678' });
  });

  describe('constants and tables', () => {
    const { encoder } = compiled(['id', 'i'], {
      Ext_Id__c: 'id',
      Industry: { column: 'i', values: { tech: 'Technology', none: null, skip: '', '': 'Other', toString: 'T' } },
      AnnualRevenue: { constant: 5 },
      Active__c: { constant: true },
      Name: { constant: '' },
      Description: { constant: null },
    });
    const fixed = { AnnualRevenue: 5, Active__c: true, Description: null };
    for (const [cell, industry] of [
      ['tech', { Industry: 'Technology' }],
      ['Tech', { Industry: 'Tech' }],
      ['none', { Industry: null }],
      ['skip', {}],
      ['', { Industry: 'Other' }],
      ['toString', { Industry: 'T' }],
      ['constructor', { Industry: 'constructor' }],
      [null, { Industry: null }],
      [undefined, {}],
    ] as ReadonlyArray<readonly [Cell, object]>) {
      it(`P11: a cell of ${String(JSON.stringify(cell))} gives ${JSON.stringify(industry)}`, () => {
        expect(prepared(encode(encoder, ['A', cell])).payload).to.deep.equal({ Ext_Id__c: 'A', ...industry, ...fixed });
      });
    }
  });

  describe('lookups by external ID', () => {
    it('P11: value, null and absent', () => {
      expect(prepared(one('Region__r.Code__c', ' EU ')).json).to.equal(
        '{"Ext_Id__c":"A-1","Region__r":{"Code__c":"EU"}}',
      );
      expect(prepared(one('Region__r.Code__c', null)).json).to.equal('{"Ext_Id__c":"A-1","Region__c":null}');
      expect(prepared(one('Region__r.Code__c', undefined)).json).to.equal('{"Ext_Id__c":"A-1"}');
    });

    it('P12: a number as key keeps its digits', () => {
      expect(prepared(one('Region__r.No__c', '0012345678901234567')).json).to.contain(
        '"Region__r":{"No__c":12345678901234567}',
      );
    });

    it('API 3.6: say which object they mean where there is a choice, and only there', () => {
      const record = prepared(one('Owner.Username', 'u@example.com'));
      expect(record.json).to.contain('"Owner":{"attributes":{"type":"User"},"Username":"u@example.com"}');
      expect(JSON.parse(record.json)).to.deep.equal(record.payload);
    });

    it('a blank key is refused', () => {
      expect(refused(one('Region__r.Code__c', '  ')).errors[0]).to.deep.include({
        statusCode: 'LOCAL_MISSING_KEY',
        fields: ['Region__c'],
      });
    });
  });

  describe('self-lookups (design.md 2: where a window ends)', () => {
    it('name the canonical key of the parent', () => {
      expect(prepared(one('Parent.Ext_Id__c', ' P-1 ')).selfLookupKeys).to.deep.equal(['p-1']);
      expect(prepared(one('Parent.Ext_Id__c', null)).selfLookupKeys).to.deep.equal([]);
      expect(prepared(one('Region__r.Code__c', 'P-1')).selfLookupKeys).to.deep.equal([]);
      expect(prepared(one('ParentId', '001xx0000000001')).selfLookupKeys).to.deep.equal([]);
    });

    it('by another key field find the parent among the last records', () => {
      const { encoder } = compiled(['Ext_Id__c', 'Legacy__c', 'Parent.Legacy__c']);
      expect(prepared(encode(encoder, ['A-1', 'L-1', 'L-0'], 1)).selfLookupKeys).to.deep.equal([]);
      expect(prepared(encode(encoder, ['A-2', 'L-2', 'l-1'], 2)).selfLookupKeys).to.deep.equal(['a-1']);
      for (let row = 3; row < 1010; row++) encode(encoder, [`A-${row}`, `L-${row}`, undefined], row);
      // Records that far back are in an earlier window, for one holds at most 1,000.
      expect(prepared(encode(encoder, ['B', 'M', 'L-1'], 1010)).selfLookupKeys).to.deep.equal([]);
      expect(prepared(encode(encoder, ['B', 'M', 'L-1009'], 1011)).selfLookupKeys).to.deep.equal(['a-1009']);
    });

    it('by a key field that no column sets name nobody: such a parent is in the org already', () => {
      expect(prepared(one('Parent.Legacy__c', 'L-1')).selfLookupKeys).to.deep.equal([]);
    });
  });

  describe('P24: records refused before sending', () => {
    it('with all their errors, and what could be converted beside the raw text of what could not', () => {
      const columns = ['Ext_Id__c', 'Name', 'revenue', 'since', 'region'];
      const mapping = {
        Ext_Id__c: 'Ext_Id__c',
        Name: 'Name',
        AnnualRevenue: 'revenue',
        Since__c: 'since',
        ParentId: 'region',
      };
      const record = refused(
        encode(compiled(columns, mapping).encoder, ['A-1', 'Acme', '12 EUR', '31.01.2026', 'x'], 4),
      );
      expect(record.key).to.deep.equal({ canonical: 'a-1', display: 'A-1' });
      expect(record.payload).to.deep.equal({
        Ext_Id__c: 'A-1',
        Name: 'Acme',
        AnnualRevenue: '12 EUR',
        Since__c: '31.01.2026',
        ParentId: 'x',
      });
      expect(record.errors.map(({ statusCode, fields }) => [statusCode, ...fields])).to.deep.equal([
        ['LOCAL_INVALID_VALUE', 'AnnualRevenue'],
        ['LOCAL_INVALID_VALUE', 'Since__c'],
        ['LOCAL_BAD_ID', 'ParentId'],
      ]);
      expect(record.errors[0]!.message).to.equal(
        'AnnualRevenue (column "revenue"): "12 EUR" is not a number; write digits with a decimal point and nothing else, for instance 1234.5.',
      );
    });

    for (const cell of [undefined, null, '', '   ']) {
      it(`E1: a key of ${String(JSON.stringify(cell))} is none`, () => {
        const record = refused(encode(compiled(['Ext_Id__c', 'Name']).encoder, [cell, 'Acme'], 9));
        expect(record.key).to.deep.equal({ canonical: '#row:9', display: '#row:9' });
        expect(record.errors).to.have.length(1);
        expect(record.errors[0]).to.deep.include({ statusCode: 'LOCAL_MISSING_KEY', fields: ['Ext_Id__c'] });
        expect(record.payload).to.deep.include({ Name: 'Acme' });
      });
    }

    it('a number key that is none is told once, as an invalid value', () => {
      const record = refused(encode(compiled(['Number__c'], undefined, { externalId: 'Number__c' }).encoder, ['x'], 3));
      expect(record.key.canonical).to.equal('#row:3');
      expect(record.errors.map(({ statusCode }) => statusCode)).to.deep.equal(['LOCAL_INVALID_VALUE']);
    });

    it('a broken row keeps the error of its source', () => {
      const error = { statusCode: 'LOCAL_BROKEN_ROW', message: '3 cells, not 2', fields: [] };
      const { encoder } = compiled(['Ext_Id__c']);
      expect(encoder.encode({ kind: 'broken', position: { row: 2, line: 3 }, error, end: 5 })).to.deep.equal({
        kind: 'refused',
        position: { row: 2, line: 3 },
        end: 5,
        key: { canonical: '#row:2', display: '#row:2' },
        payload: null,
        errors: [error],
      });
    });

    it('a long value is cut in the message, on one line and between characters', () => {
      const { message } = refused(one('AnnualRevenue', `😀\n${'x'.repeat(5_000_000)}`)).errors[0]!;
      expect(message).to.contain('"😀\\nxxx').and.contain('…"').and.not.contain('\n');
      expect(message.length).to.be.below(300);
    });
  });

  it('E1: number keys are one by value and are sent as numbers', () => {
    const { encoder } = compiled(['Number__c', 'Name'], undefined, { externalId: 'Number__c' });
    const keys = ['1', '1.0', '01', ' 1e0 '].map((text) => prepared(encode(encoder, [text, 'x'])).key.canonical);
    expect(new Set(keys)).to.deep.equal(new Set(['1']));
    expect(prepared(encode(encoder, [' 01.0 ', 'x'])).json).to.equal('{"Number__c":1.0,"Name":"x"}');
  });
});
