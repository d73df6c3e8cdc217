import { expect } from 'chai';
import fc from 'fast-check';
import { optionOf } from '../../../src/core/generate/match-columns.js';
import type { Proposal } from '../../../src/core/generate/propose.js';
import { compileMapping } from '../../../src/core/mapping/compile-mapping.js';
import { job } from '../mapping/jobs.js';
import { account, columnsOf, contact, proposed, words } from './describes.js';

const salesforceId = '001000000000001AAA';

/** One column on Account, with the values of its sample, and what is to come of it. */
const single: ReadonlyArray<readonly [column: string, values: readonly string[], wanted: string]> = [
  ['Name', ['Acme'], 'Name>Name (name)'],
  ['name', ['Acme'], 'name>Name (name)'],
  ['Account Name', ['Acme'], 'Account Name>Name (label)'],
  ['account_name', ['Acme'], 'account_name>Name (words)'],
  ['ext id', ['A-1'], 'ext id>Ext_Id__c (words)'],
  ['EXTERNAL-ID', ['A-1'], 'EXTERNAL-ID>Ext_Id__c (words)'],
  ['Employees', ['5'], 'Employees>NumberOfEmployees (label)'],
  ['Indutry', ['Banking'], 'Indutry>Industry (near)'],
  ['Inudstry', ['Banking'], 'Inudstry>Industry (near)'],
  // a misspelling is believed only where the values fit, and never in short words or in digits
  ['Emplyees', ['many'], 'Emplyees: values-do-not-fit [NumberOfEmployees]'],
  ['Fix', ['1'], 'Fix: no-field []'],
  ['Phone3', ['1'], 'Phone3: no-field []'],
  ['Phone 2', ['1'], 'Phone 2>Phone2__c (label)'],
  ['Status', ['x'], 'Status: ambiguous [Status__c Old_Status__c]'],
  ['Tier', ['A'], 'Tier: not-writable [Tier__c]'],
  ['Id', [salesforceId], 'Id: salesforce-id []'],
  // lookups: Ids into the field itself, other values by the parent's external ID
  ['ParentId', [salesforceId], 'ParentId>ParentId (name)'],
  ['Parent.Id', [salesforceId], 'Parent.Id>ParentId (name)'],
  ['ParentId', ['A-1'], 'ParentId>Parent.Ext_Id__c (relation)'],
  ['Parent', ['A-1'], 'Parent>Parent.Ext_Id__c (relation)'],
  ['parent account', ['A-1'], 'parent account>Parent.Ext_Id__c (relation)'],
  ['Parent External Id', ['A-1'], 'Parent External Id>Parent.Ext_Id__c (words)'],
  ['parent.ext_id__c', ['A-1'], 'parent.ext_id__c>Parent.Ext_Id__c (name)'],
  ['Owner', ['ann'], 'Owner: no-field []'],
  ['OwnerId', ['ann'], 'OwnerId: lookup-without-key [OwnerId]'],
  ['Something', ['x'], 'Something: no-field []'],
];

/** What the checks before a run say of a proposed mapping. */
function problemsOf(columns: readonly string[], { matches }: Proposal): readonly unknown[] {
  const mapping = Object.fromEntries(matches.map(({ target, column }) => [target, { column }]));
  const spec = { ...job(), mapping };
  const compiled = compileMapping({ spec, columns, describe: account, relatedDescribe: () => undefined });
  return 'problems' in compiled ? compiled.problems : [];
}

describe('generate: columns to fields', () => {
  for (const [column, values, wanted] of single) {
    it(`${column} with ${values.join(', ')}: ${wanted}`, () => {
      const rows = values.map((value) => [value]);
      const proposal = proposed(account, columnsOf([column], ...rows), { externalId: 'Ext_Id__c' });
      expect(words(proposal)).to.deep.equal([wanted]);
    });
  }

  it('a surer match goes first: a label never takes the field of the column that has its name', () => {
    const columns = columnsOf(['Account Name', 'Name', 'Industri', 'Industry'], ['a', 'b', 'c', 'd']);
    expect(words(proposed(account, columns, { externalId: 'Ext_Id__c' }))).to.deep.equal([
      'Name>Name (name)',
      'Industry>Industry (name)',
      'Account Name: taken [Name]',
      'Industri: no-field []',
    ]);
  });

  it('what a person says stands above all, in any case; null leaves a column out', () => {
    const columns = columnsOf(['Client', 'Phone', 'Fax'], ['A-1', '1', '2']);
    const decisions = {
      externalId: 'Ext_Id__c',
      columns: new Map<string, string | null>([
        ['client', 'ext_id__c'],
        ['phone', null],
        ['fax', 'Parent.Ext_Id__c'],
      ]),
    };
    expect(words(proposed(account, columns, decisions))).to.deep.equal([
      'Client>Ext_Id__c (given)',
      'Fax>Parent.Ext_Id__c (given)',
      'Phone: left-out []',
    ]);
  });

  it('a parent with several keys is found by the one that is called like the job’s own', () => {
    const columns = columnsOf(['Account', 'Ext_Id__c'], ['A-1', 'C-1']);
    expect(words(proposed(contact, columns))).to.include('Account>Account.Ext_Id__c (relation)');
  });

  it('without a sample, names alone decide, and a column named like a lookup is taken for its Ids', () => {
    expect(words(proposed(account, columnsOf(['Ext_Id__c', 'ParentId', 'Parent'])))).to.deep.equal([
      'Ext_Id__c>Ext_Id__c (name)',
      'ParentId>ParentId (name)',
      'Parent: no-field []',
    ]);
  });

  it('whatever the header, each column is told once, no field is set twice, and the mapping passes the checks of a run', () => {
    const texts = [
      'Name',
      'name ',
      'Account Name',
      'ParentId',
      'Parent',
      'Phone',
      'Phone2',
      'Indstry',
      'Id',
      'id',
      'Ext Id',
      'Tier',
      'Status',
      'Owner',
      'Statsu',
    ];
    const name = fc.oneof(fc.constantFrom(...texts), fc.string({ minLength: 1, maxLength: 12 }));
    const header = fc.uniqueArray(name, { maxLength: 12, selector: (text) => text.trim().toLowerCase() });
    const cell = fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constant(salesforceId),
      fc.constant(undefined),
      fc.constant(null),
    );
    fc.assert(
      fc.property(
        header,
        fc.array(fc.array(cell, { minLength: 12, maxLength: 12 }), { maxLength: 4 }),
        (columns, rows) => {
          const proposal = proposed(account, columnsOf(columns, ...rows), { externalId: 'Ext_Id__c' });
          const told = [...proposal.matches, ...proposal.leftOut].map(({ column }) => column);
          expect(told.toSorted()).to.deep.equal(columns.toSorted());
          const fields = proposal.matches.map(({ target }) => optionOf(target, account, () => account)?.field.name);
          expect(fields).to.not.include(undefined);
          expect(new Set(fields).size).to.equal(fields.length);
          if (fields.includes('Ext_Id__c')) expect(problemsOf(columns, proposal)).to.deep.equal([]);
        },
      ),
    );
  });
});
