import { expect } from 'chai';
import { accepted, leftBehind, refused, superseded, type RefusalFacts } from '../../../src/core/error-life.js';
import type { ExportError } from '../../../src/core/export-error.js';
import type { Payload } from '../../../src/core/record.js';
import { accountDescribe } from '../../support/describes.js';
import { apiError } from '../../support/fake-sink.js';

const describeAccount = accountDescribe();
const job = { name: 'accounts', object: 'Account', operation: 'upsert', externalId: 'Ext_Id__c' } as const;

function facts(changes: Partial<RefusalFacts> = {}): RefusalFacts {
  return {
    orgId: '00D000000000001EAA',
    job,
    describe: describeAccount,
    source: 'accounts.csv',
    key: { canonical: 'a-1', display: 'A-1' },
    position: { row: 7, line: 8 },
    payload: { Ext_Id__c: 'A-1', Name: 'Acme' },
    payloadOmitted: null,
    errors: [apiError('REQUIRED_FIELD_MISSING')],
    run: 1,
    now: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}

const opened = (changes: Partial<RefusalFacts> = {}): ExportError => refused(undefined, facts(changes), () => 'id-1');
const acceptedAt = (row: number, ...fields: string[]) => ({
  row,
  fields: ['Ext_Id__c', ...fields],
  recordId: '001000000000001AAA',
  now: '2026-01-02T00:00:00.000Z',
});

describe('the life of an ExportError (design.md 4.1)', () => {
  it('E1 a refused record opens a pending row with all it is: payload, place, every error', () => {
    const errors = [apiError('REQUIRED_FIELD_MISSING'), apiError('FIELD_CUSTOM_VALIDATION_EXCEPTION')];
    const row = opened({ errors });
    expect(row).to.include({ id: 'id-1', status: 'pending', attempts: 1, retries: 0, row: 7, line: 8, key: 'A-1' });
    expect(row.errors).to.deep.equal(errors);
    expect(row.payload).to.deep.equal({ Ext_Id__c: 'A-1', Name: 'Acme' });
    expect(row.category).to.equal('data');
  });

  it('E2 echoes of another record are never stored', () => {
    const row = opened({ errors: [apiError('PROCESSING_HALTED'), apiError('STRING_TOO_LONG')] });
    expect(row.errors.map((error) => error.statusCode)).to.deep.equal(['STRING_TOO_LONG']);
  });

  it('H3 a reattempt in a later run raises attempts once, keeps the row, its first time, and takes the newest errors', () => {
    const later = { run: 2, now: '2026-01-02T00:00:00.000Z', errors: [apiError('STRING_TOO_LONG')] };
    const again = refused(opened(), facts(later), () => 'other');
    expect(again).to.include({ id: 'id-1', attempts: 2, firstFailedAt: '2026-01-01T00:00:00.000Z' });
    expect(again.lastFailedAt).to.equal('2026-01-02T00:00:00.000Z');
    expect(again.errors.map((error) => error.statusCode)).to.deep.equal(['STRING_TOO_LONG']);
    expect(refused(again, facts(later), () => 'other').attempts).to.equal(2);
  });

  it('R3 a second refusal merges the payloads, field by field; a lookup is one field either way it is written', () => {
    const first = opened({ payload: { Ext_Id__c: 'A-1', Phone: '1', Parent: { Ext_Id__c: 'P' } } });
    const again = refused(first, facts({ run: 2, payload: { Ext_Id__c: 'A-1', Name: 'B', ParentId: null } }), () => '');
    expect(again.payload).to.deep.equal({ Ext_Id__c: 'A-1', Phone: '1', Name: 'B', ParentId: null });
  });

  it('a quarantined row that is refused again stays quarantined', () => {
    const quarantined: ExportError = { ...opened(), status: 'quarantined' };
    expect(refused(quarantined, facts({ run: 2 }), () => '')).to.include({ status: 'quarantined', attempts: 2 });
  });

  for (const status of ['resolved', 'superseded', 'discarded'] as const) {
    it(`a key that fails anew after its row was ${status} opens a new row`, () => {
      const settled: ExportError = { ...opened(), status };
      expect(refused(settled, facts({ run: 2 }), () => 'id-2')).to.include({ id: 'id-2', attempts: 1 });
    });
  }

  it('the record itself accepted: resolved, with its Id', () => {
    const row = accepted(opened(), acceptedAt(7, 'Name'), describeAccount);
    expect(row).to.include({ status: 'resolved', recordId: '001000000000001AAA' });
    expect(row.settledAt).to.equal('2026-01-02T00:00:00.000Z');
  });

  it('R3 a newer version takes the fields it set out of the payload; the key stays', () => {
    const open = opened({ payload: { Ext_Id__c: 'A-1', Name: 'Acme', Phone: '1' } });
    const row = accepted(open, acceptedAt(9, 'Name'), describeAccount);
    expect(row.status).to.equal('pending');
    expect(row.payload).to.deep.equal({ Ext_Id__c: 'A-1', Phone: '1' });
  });

  it('R3 nothing left of it: superseded', () => {
    const row = accepted(opened(), acceptedAt(9, 'Name', 'Phone'), describeAccount);
    expect(row.status).to.equal('superseded');
    const lookup = opened({ payload: { Ext_Id__c: 'A-1', Parent: { Ext_Id__c: 'P' } } });
    expect(accepted(lookup, acceptedAt(9, 'ParentId'), describeAccount).status).to.equal('superseded');
  });

  it('a payload that was too large to store goes by the names of its fields', () => {
    const payloadOmitted = { bytes: 40_000, sha256: 'x', fields: ['Ext_Id__c', 'Name', 'Phone'] };
    const open = opened({ payload: null, payloadOmitted });
    expect(accepted(open, acceptedAt(9, 'Name'), describeAccount).payloadOmitted?.fields).to.deep.equal(['Phone']);
    expect(accepted(open, acceptedAt(9, 'Name', 'Phone'), describeAccount).status).to.equal('superseded');
  });

  it('a position that holds another record, or none: superseded', () => {
    expect(superseded(opened(), '2026-01-03T00:00:00.000Z')).to.include({
      status: 'superseded',
      settledAt: '2026-01-03T00:00:00.000Z',
    });
  });

  describe('R2 the record a job was paused on is not at its position any more', () => {
    const later = (payload: Payload) => facts({ run: 2, position: { row: 9, line: 10 }, payload });
    const now = '2026-01-03T00:00:00.000Z';

    it('superseded', () => {
      const row = leftBehind(opened(), now, describeAccount);
      expect(row).to.include({ status: 'superseded', settledAt: now });
    });

    it('what earlier refused rows of its key owe stays owed, fields that it set too among them', () => {
      const first = opened({ payload: { Ext_Id__c: 'A-1', Name: 'Acme', Phone: '1' } });
      const both = refused(first, later({ Ext_Id__c: 'A-1', Name: 'B', Site: 'S' }), () => '');
      expect(both.payload).to.deep.equal({ Ext_Id__c: 'A-1', Phone: '1', Name: 'B', Site: 'S' });
      const row = leftBehind(both, now, describeAccount);
      expect(row).to.include({ status: 'pending', settledAt: null, firstRow: 7 });
      expect(row.payload).to.deep.equal({ Ext_Id__c: 'A-1', Phone: '1', Name: 'B' });
    });

    it('an accepted newer version of those fields leaves nothing owed', () => {
      const first = opened({ payload: { Ext_Id__c: 'A-1', Name: 'Acme', Phone: '1' } });
      const both = refused(first, later({ Ext_Id__c: 'A-1', Site: 'S' }), () => '');
      const taken = accepted(both, acceptedAt(8, 'Name', 'Phone'), describeAccount);
      expect(leftBehind(taken, now, describeAccount).status).to.equal('superseded');
    });
  });

  it('S1 a field called __proto__ is a plain field', () => {
    const payload = JSON.parse('{"Ext_Id__c":"A-1","__proto__":"x"}') as Payload;
    const again = refused(opened({ payload }), facts({ run: 2, payload }), () => '');
    expect(Object.keys(again.payload ?? {})).to.deep.equal(['Ext_Id__c', '__proto__']);
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  });
});
