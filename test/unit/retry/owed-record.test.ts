import { expect } from 'chai';
import type { ExportError } from '../../../src/core/export-error.js';
import type { EncodedRecord, Payload } from '../../../src/core/record.js';
import { CurrentData } from '../../../src/core/retry/current-data.js';
import { owedRecord } from '../../../src/core/retry/owed-record.js';
import { accountDescribe } from '../../support/describes.js';
import { exportError } from '../../support/export-errors.js';
import { apiError } from '../../support/fake-sink.js';

const describeAccount = accountDescribe();

function at(row: number, key: string, payload: Payload): EncodedRecord {
  const whole = { Ext_Id__c: key, ...payload };
  const place = { position: { row, line: row + 1 }, end: row };
  const recordKey = { canonical: key.toLowerCase(), display: key };
  return {
    kind: 'prepared',
    ...place,
    key: recordKey,
    payload: whole,
    json: JSON.stringify(whole),
    selfLookupKeys: [],
  };
}

function keyless(row: number): EncodedRecord {
  const key = { canonical: `#row:${row}`, display: `#row:${row}` };
  return { kind: 'refused', position: { row }, end: row, key, payload: null, errors: [apiError('LOCAL_MISSING_KEY')] };
}

function pending(row: number, payload: Payload | null, more: Partial<ExportError> = {}): ExportError {
  const key = payload === null ? `#row:${row}` : 'K';
  const whole = payload && { Ext_Id__c: 'K', ...payload };
  const place = { row, line: row + 1, firstRow: row, key, canonicalKey: key.toLowerCase() };
  return exportError({ id: `e${row}`, externalId: 'Ext_Id__c', olderFields: [], payload: whole, ...place, ...more });
}

function owed(
  errors: readonly ExportError[],
  rows: readonly EncodedRecord[],
  positionsHold = true,
  readable = true,
  readThrough = Infinity,
) {
  const current = new CurrentData(errors, describeAccount, positionsHold);
  for (const row of rows) current.take(row);
  if (readable) current.end();
  const context = {
    describe: describeAccount,
    externalId: 'Ext_Id__c',
    relatedDescribe: () => undefined,
    positionsHold,
    readThrough,
    wasRead: (error: ExportError) => current.hasRead(error),
  };
  return errors.map((error) => {
    const one = owedRecord(error, current.of(error), context);
    return [one.kind, 'record' in one ? (one.record?.payload ?? null) : null];
  });
}

describe('what a pending ExportError owes (R1)', () => {
  it('R1 the row as it is now, alone: what it leaves out now is left out', () => {
    const error = pending(2, { Name: 'old', Phone: '1' });
    expect(owed([error], [at(2, 'K', { Name: 'new' })])).to.deep.equal([['record', { Ext_Id__c: 'K', Name: 'new' }]]);
  });

  it('R1 the refused row itself is gone, its key is at another row: the stored payload lies underneath', () => {
    const error = pending(2, { Phone: '1' });
    expect(owed([error], [at(2, 'Z', {}), at(3, 'k', { Name: 'new' })])).to.deep.equal([
      ['record', { Ext_Id__c: 'k', Phone: '1', Name: 'new' }],
    ]);
  });

  it('R1 R3 earlier refused rows of the key are gone although the last one stands: what they set lies underneath', () => {
    const error = pending(5, { Name: 'b', Phone: '1' }, { firstRow: 2, olderFields: ['Ext_Id__c', 'Name', 'Phone'] });
    expect(owed([error], [at(2, 'Z', {}), at(5, 'K', { Name: 'c' })])).to.deep.equal([
      ['record', { Phone: '1', Ext_Id__c: 'K', Name: 'c' }],
    ]);
  });

  it('R3 a payload too large to store: what earlier refused rows owe is nowhere, and nothing is sent without it', () => {
    const payloadOmitted = { bytes: 40_000, sha256: 'x', fields: ['Ext_Id__c', 'Name', 'Phone'] };
    const olderFields = ['Ext_Id__c', 'Name', 'Phone'];
    const error = pending(5, { Name: 'b' }, { firstRow: 2, olderFields, payload: null, payloadOmitted });
    expect(owed([error], [at(2, 'Z', {}), at(5, 'K', { Name: 'c' })])).to.deep.equal([['no-data', null]]);
    expect(owed([error], [at(2, 'K', { Phone: '1' }), at(5, 'K', { Name: 'c' })])).to.deep.equal([
      ['record', { Ext_Id__c: 'K', Phone: '1', Name: 'c' }],
    ]);
  });

  it('R3 a newer row was accepted and is out of reach: only what it left is sent, its own fields stay newer', () => {
    const error = pending(2, { Phone: '1' }, { newerRow: 9 });
    const rows = [at(2, 'K', { Name: 'old', Phone: '2' })];
    expect(owed([error], rows, true, true, 4)).to.deep.equal([['record', { Ext_Id__c: 'K', Phone: '2' }]]);
    expect(owed([error], [...rows, at(9, 'K', { Name: 'new' })], true, true, 9)).to.deep.equal([
      ['record', { Ext_Id__c: 'K', Name: 'new', Phone: '2' }],
    ]);
  });

  it('table 4.1 a position without a key: still none, a record, nothing', () => {
    const errors = [pending(1, null), pending(2, null), pending(9, null)];
    expect(owed(errors, [keyless(1), at(2, 'K', { Name: 'a' }), at(3, 'K', { Phone: '3' })])).to.deep.equal([
      ['record', null],
      // No run comes back to it; the later row of its key lies over it.
      ['superseded', { Ext_Id__c: 'K', Name: 'a', Phone: '3' }],
      ['superseded', null],
    ]);
  });

  it('a position that turns out to hold a pending key adds its row to what that key owes', () => {
    const errors = [pending(1, null), pending(3, { Phone: '3' })];
    expect(owed(errors, [at(1, 'K', { Name: 'a' }), at(3, 'K', { Phone: '3' })])).to.deep.equal([
      ['superseded', null],
      ['record', { Ext_Id__c: 'K', Name: 'a', Phone: '3' }],
    ]);
  });

  it('R3 positions do not hold: what a position holds now is the next run’s, which starts at row 1', () => {
    expect(owed([pending(1, null)], [at(1, 'K', { Name: 'a' })], false)).to.deep.equal([['superseded', null]]);
  });

  it('R1 the source cannot be read: stored payloads, and what is known by its place alone waits', () => {
    const errors = [pending(1, null), pending(3, { Phone: '3' })];
    expect(owed(errors, [], false, false)).to.deep.equal([
      ['no-data', null],
      ['record', { Ext_Id__c: 'K', Phone: '3' }],
    ]);
  });

  it('R3 what was read before the source failed is forgotten: it may be older than what the org has', () => {
    const error = pending(2, { Phone: '1' });
    const current = new CurrentData([error], describeAccount, true);
    current.take(at(2, 'K', { Name: 'old', Phone: '1' }));
    current.forget();
    expect(current.of(error)).to.equal(undefined);
    expect(current.hasRead(error)).to.equal(false);
  });
});
