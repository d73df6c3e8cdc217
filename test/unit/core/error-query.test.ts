import { expect } from 'chai';
import fc from 'fast-check';
import { findById, findErrors, idLength } from '../../../src/core/error-query.js';
import { rootCauses } from '../../../src/core/root-causes.js';
import { exportError, testOrgId } from '../../support/export-errors.js';

const a = exportError({ id: 'aaaa1111', row: 9, key: 'Ä-9', canonicalKey: 'ä-9' });
const b = exportError({ id: 'aaaa2222', row: 2, status: 'quarantined', object: 'Contact' });
const c = exportError({ id: 'cccc', row: 1, status: 'resolved', job: 'contacts' });
const d = exportError({ id: 'dddd', orgId: '00D000000000002EAA' });
const e = exportError({
  id: 'eeee',
  job: 'a-job',
  errors: [
    { statusCode: 'REQUIRED_FIELD_MISSING', message: 'm', fields: ['B', 'A'] },
    { statusCode: 'REQUIRED_FIELD_MISSING', message: 'n', fields: ['A', 'B'] },
  ],
});
const rows = [a, b, c, d, e];

function ids(filter: Omit<Parameters<typeof findErrors>[1], 'orgId'>): string[] {
  return findErrors(rows, { orgId: testOrgId, ...filter }).map(({ id }) => id);
}

describe('ExportErrors: finding rows', () => {
  it('finds the open rows of the org, by job and then in source order', () => {
    expect(ids({})).to.deep.equal(['eeee', 'aaaa2222', 'aaaa1111']);
  });

  it('narrows by each filter, and by all of them together', () => {
    expect(ids({ status: 'all' })).to.have.members(['aaaa1111', 'aaaa2222', 'cccc', 'eeee']);
    expect(ids({ status: 'resolved' })).to.deep.equal(['cccc']);
    expect(ids({ status: 'quarantined' })).to.deep.equal(['aaaa2222']);
    expect(ids({ job: 'contacts' })).to.deep.equal([]);
    expect(ids({ job: 'contacts', status: 'all' })).to.deep.equal(['cccc']);
    expect(ids({ code: 'required_field_missing' })).to.deep.equal(['eeee']);
    expect(ids({ object: 'contact' })).to.deep.equal(['aaaa2222']);
    expect(ids({ key: 'Ä-9' })).to.deep.equal(['aaaa1111']);
    expect(ids({ key: ' Ä-9 '.normalize('NFD') })).to.deep.equal(['aaaa1111']);
    expect(ids({ key: 'Ä-9', status: 'quarantined' })).to.deep.equal([]);
  });

  it('finds by the beginning of an id, within the org', () => {
    const byId = (text: string) => findById(rows, testOrgId, text).map(({ id }) => id);
    expect(byId('AAAA1')).to.deep.equal(['aaaa1111']);
    expect(byId('aaaa')).to.deep.equal(['aaaa1111', 'aaaa2222']);
    expect(byId('dddd')).to.deep.equal([]);
    expect(findById([a, { ...b, id: 'aaaa11112' }], testOrgId, 'aaaa1111')).to.deep.equal([a]);
  });

  it('shortens ids only so far that they stay apart', () => {
    expect(idLength([])).to.equal(8);
    expect(idLength(['01234567-a', '01234567-b'])).to.equal(10);
    const hex = fc.string({ unit: fc.constantFrom('0', '1', 'a'), minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.uniqueArray(hex), (all) => {
        const length = idLength(all);
        return new Set(all.map((id) => id.slice(0, length))).size === all.length;
      }),
    );
  });
});

describe('ExportErrors: root causes', () => {
  it('groups by code and fields, counts records, the most frequent first', () => {
    expect(rootCauses([e, a, b])).to.deep.equal([
      {
        statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
        fields: ['Industry'],
        count: 2,
        category: 'automation',
        message: 'Industry is needed',
        exampleId: 'aaaa1111',
        exampleKey: 'Ä-9',
      },
      {
        statusCode: 'REQUIRED_FIELD_MISSING',
        fields: ['A', 'B'],
        count: 1,
        category: 'automation',
        message: 'm',
        exampleId: 'eeee',
        exampleKey: 'A-0437',
      },
    ]);
  });
});
