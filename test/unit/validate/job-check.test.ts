import { expect } from 'chai';
import type { Cell } from '../../../src/core/record.js';
import { estimateCalls, estimateRecords } from '../../../src/core/validate/call-estimate.js';
import { bySeverity, finding, findingSeverities } from '../../../src/core/validate/finding.js';
import { checkRows } from '../../../src/core/validate/job-check.js';
import { statusOf } from '../../../src/core/validate/validate-result.js';
import { field, key, object } from '../mapping/describes.js';
import { rowsOf } from '../generate/describes.js';
import { compileMapping } from '../../../src/core/mapping/compile-mapping.js';
import { job } from '../mapping/jobs.js';
import type { Finding } from '../../../src/core/validate/finding.js';

const describeOf = object('Account', [
  field('Ext_Id__c', 'string', key),
  field('Name', 'string', { nillable: false, length: 10 }),
  field('Site', 'string', { nillable: false }),
  field('Rating', 'picklist', { restrictedPicklist: true, picklistValues: [{ value: 'Hot', active: true }] }),
  field('Employees', 'int', { digits: 8 }),
  field('ParentId', 'reference', { referenceTo: ['Account'], relationshipName: 'Parent' }),
]);

function check(columns: readonly string[], ...rows: readonly (readonly Cell[])[]): Finding[] {
  const spec = job();
  const mapping = compileMapping({ spec, columns, describe: describeOf, relatedDescribe: () => undefined });
  if ('problems' in mapping) throw new Error(JSON.stringify(mapping.problems));
  return checkRows({ spec, describe: describeOf, encoder: mapping.encoder, fields: mapping.fields }, rowsOf(rows));
}

const told = (findings: readonly Finding[]): string[] =>
  findings.map(
    ({ severity, code, field: name, row, count }) => `${severity} ${code} ${name ?? ''} row ${row} x${count}`,
  );

describe('validate: a sample of rows', () => {
  it('one finding for each reason: where it was seen first, and how often', () => {
    const findings = check(
      ['Ext_Id__c', 'Name', 'Site', 'Employees'],
      ['A-1', 'fine', 'x', '5'],
      ['A-2', 'much too long a name', 'x', 'five'],
      ['A-3', 'another one too long', 'x', 'six'],
      ['A-3', undefined, 'x', '7'],
      [undefined, 'fine', 'x', '7'],
    );
    expect(told(findings)).to.deep.equal([
      'refusal LOCAL_INVALID_VALUE Employees row 2 x2',
      'refusal STRING_TOO_LONG Name row 2 x2',
      'warning KEY_TWICE Ext_Id__c row 4 x1',
      'warning REQUIRED_FIELD_MISSING Name row 4 x1',
      'refusal LOCAL_MISSING_KEY Ext_Id__c row 5 x1',
    ]);
    expect(findings[0]).to.deep.include({ job: 'accounts', column: 'Employees', line: 3 });
    for (const { advice } of findings) expect(advice).to.be.a('string').that.is.not.empty;
  });

  it('each value that a picklist does not have is told, up to ten; the rest counts together', () => {
    const rows = Array.from({ length: 30 }, (_, i) => [`A-${i}`, 'n', 's', `v${i % 15}`]);
    const findings = check(['Ext_Id__c', 'Name', 'Site', 'Rating'], ...rows);
    expect(findings).to.have.length(11);
    expect(findings.map(({ count }) => count)).to.deep.equal([...Array<number>(10).fill(2), 10]);
  });

  it('a required field that no column sets is told, one that a lookup sets is not', () => {
    expect(told(check(['Ext_Id__c', 'Name', 'Parent.Ext_Id__c'], ['A-1', 'n', 'A-2']))).to.deep.equal([
      'warning required-not-mapped Site row null xnull',
    ]);
  });
});

describe('validate: the result', () => {
  it('the heaviest finding decides; notes weigh nothing', () => {
    const all = findingSeverities.map((severity) => finding('j', severity, 'c', 'm'));
    expect(statusOf(all)).to.equal('error');
    expect(statusOf(all.slice(1))).to.equal('refusal');
    expect(statusOf(all.slice(2))).to.equal('warning');
    expect(statusOf(all.slice(3))).to.equal('ok');
    expect(statusOf([])).to.equal('ok');
    expect(bySeverity(all.toReversed()).map(({ severity }) => severity)).to.deep.equal([...findingSeverities]);
  });

  it('A1: calls are estimated by windows, records by the bytes that were read', () => {
    const size = { batchSize: 200, collections: 5 };
    expect(estimateCalls({ count: 2001, exact: true }, size, 2)).to.deep.include({ requests: 3, total: 5 });
    expect(estimateCalls({ count: 0, exact: true }, size, 2)).to.deep.include({ requests: 0, total: 2 });
    expect(estimateCalls({ count: 2001, exact: true }, { ...size, collections: 1 }, 2)).to.deep.include({
      requests: 11,
    });
    expect(estimateRecords(1000, 50_000, 1_000_000)).to.equal(20_000);
    expect(estimateRecords(10, 500, 0), 'never fewer than were seen').to.equal(10);
    expect(estimateRecords(0, 0, 100)).to.equal(0);
  });
});
