import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { ExportError } from '../../../src/core/export-error.js';
import { errorsCsv, errorsJson } from '../../../src/report/errors-csv.js';
import { exportError } from '../../support/export-errors.js';

type Cells = Record<string, string>;

function written(rows: readonly ExportError[]): { text: string; cells: Cells[]; apostrophes: number } {
  const csv = errorsCsv(rows);
  const text = [...csv.text].join('');
  return { text, cells: parse(text, { bom: true, columns: true }), apostrophes: csv.apostrophes() };
}

describe('errors export: CSV', () => {
  it('has what is known of a row, then its fields as a source names them', () => {
    const { cells } = written([
      exportError({
        payload: {
          Ext_Id__c: 'A-1',
          Parent: { attributes: { type: 'Account' }, Ext_Id__c: 'P-1' },
          Active__c: true,
          Score__c: 7,
        },
        errors: [
          { statusCode: 'ONE', message: 'first', fields: ['A', 'B'] },
          { statusCode: 'TWO', message: 'second', fields: [] },
        ],
        recordId: '001000000000001AAA',
        note: 'Skipped by ann: later\nRequeued by ben: now',
      }),
    ]);
    expect(cells).to.have.length(1);
    expect(cells[0]).to.include({
      error__id: '3f2a9c41-0000-4000-8000-000000000001',
      error__job: 'accounts',
      error__object: 'Account',
      error__operation: 'upsert',
      error__key: 'A-0437',
      error__source: '/data/accounts.csv',
      error__row: '437',
      error__line: '438',
      error__status: 'pending',
      error__statusCodes: 'ONE | TWO',
      error__messages: 'first | second',
      error__fields: 'A, B | ',
      error__attempts: '1',
      error__retries: '0',
      error__firstFailedAt: '2026-11-23T19:04:05.678Z',
      error__settledAt: '',
      error__recordId: '001000000000001AAA',
      error__note: 'Skipped by ann: later\\nRequeued by ben: now',
      error__payload: 'stored',
    });
    const fields = Object.entries(cells[0]!).filter(([name]) => !name.startsWith('error__'));
    expect(Object.fromEntries(fields)).to.deep.equal({
      Ext_Id__c: 'A-1',
      'Parent.Ext_Id__c': 'P-1',
      Active__c: 'true',
      Score__c: '7',
    });
  });

  it('P11: absent and null are told apart, and so is a record that the ledger does not have', () => {
    const { cells, text } = written([
      exportError({ payload: { Name: 'A', Phone: null } }),
      exportError({ payload: { Name: 'B' } }),
      exportError({ payload: null, payloadOmitted: { bytes: 40_000, sha256: 'x', fields: ['Name'] } }),
      exportError({ payload: null }),
    ]);
    const seen = cells.map((row) => [row['Name'], row['Phone'], row['error__payload']]);
    expect(seen).to.deep.equal([
      ['A', '#N/A', 'stored'],
      ['B', '', 'stored'],
      ['', '', 'too large'],
      ['', '', 'none'],
    ]);
    expect(text.startsWith('\ufeff"error__id"')).to.equal(true);
  });

  it('S1: formulas get an apostrophe, in cells and column names; numbers stay numbers', () => {
    const payload = { Name: '=1+1', '=Evil__c': 'x', Score__c: -5, Phone: '+49 30' };
    const error = { statusCode: '@CODE', message: '-1+1', fields: ['=A'] };
    const { cells, apostrophes } = written([exportError({ payload, errors: [error] })]);
    expect(cells[0]).to.include({ Name: "'=1+1", "'=Evil__c": 'x', Score__c: '-5', Phone: "'+49 30" });
    expect(cells[0]).to.include({ error__statusCodes: "'@CODE", error__messages: "'-1+1", error__fields: "'=A" });
    expect(apostrophes).to.equal(6);
  });

  it('S1: whatever the values, they come back whole, each in its own cell', () => {
    const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.array(fc.record({ Name: value }), { minLength: 1, maxLength: 8 }), (payloads) => {
        const { cells } = written(payloads.map((payload) => exportError({ payload })));
        return cells.every((row, at) => {
          const { Name } = payloads[at]!;
          return row['Name'] === Name || row['Name'] === `'${Name}`;
        });
      }),
      { numRuns: 200 },
    );
  });

  it('S1: a field named __proto__ is a column like any other', () => {
    const payload = JSON.parse('{"__proto__":{"attributes":{},"constructor":"deep"},"Name":"N"}');
    expect(written([exportError({ payload })]).text).to.match(/"__proto__.constructor","Name"\n.*"deep","N"\n$/);
    expect(({} as { constructor: unknown }).constructor).to.equal(Object);
  });

  it('more rows than one piece, and none', () => {
    const { cells } = written(Array.from({ length: 1201 }, (_, row) => exportError({ row })));
    expect(cells.map((row) => Number(row['error__row']))).to.deep.equal(Array.from({ length: 1201 }, (_, row) => row));
    expect(written([]).text).to.match(/^\ufeff"error__id",.*"error__payload"\n$/);
  });
});

describe('errors export: JSON', () => {
  it('is the rows, exactly, one on each line', () => {
    const rows = [exportError({ payload: { Name: '\u009b31m\ud83d\u202e' } }), exportError({ row: 2 })];
    const text = [...errorsJson(rows)].join('');
    expect(JSON.parse(text)).to.deep.equal(rows);
    expect(text.split('\n')).to.have.length(5);
    expect(text).to.match(/^[\x20-\x7e\n]+$/);
    expect(JSON.parse([...errorsJson([])].join(''))).to.deep.equal([]);
  });
});
