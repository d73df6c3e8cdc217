import type { FieldDescribe, ObjectDescribe } from '../../../src/core/describe.js';
import { sampledColumns, type SampledColumn } from '../../../src/core/generate/columns.js';
import { propose, type Decisions, type Proposal } from '../../../src/core/generate/propose.js';
import type { Cell, SourceRow } from '../../../src/core/record.js';
import { field, key, object } from '../mapping/describes.js';

const id = field('Id', 'id', { idLookup: true, createable: false, updateable: false, label: 'Account ID' });
const lookup = (name: string, to: string[], relation: string, label: string): FieldDescribe =>
  field(name, 'reference', { referenceTo: to, relationshipName: relation, label });

export const account = object('Account', [
  id,
  field('Ext_Id__c', 'string', { ...key, label: 'External Id' }),
  field('Name', 'string', { label: 'Account Name', nillable: false }),
  field('Phone', 'phone', { label: 'Account Phone' }),
  field('Phone2__c', 'phone', { label: 'Phone 2' }),
  field('Fax', 'phone', { label: 'Account Fax' }),
  field('Industry', 'picklist'),
  field('NumberOfEmployees', 'int', { label: 'Employees', digits: 8 }),
  field('Status__c', 'string', { label: 'Status' }),
  field('Old_Status__c', 'string', { label: 'Status' }),
  field('Tier__c', 'string', { calculated: true, createable: false, updateable: false }),
  field('Active__c', 'boolean', { nillable: false, defaultedOnCreate: true }),
  lookup('ParentId', ['Account'], 'Parent', 'Parent Account ID'),
  lookup('OwnerId', ['Group', 'User'], 'Owner', 'Owner ID'),
]);

export const contact = object('Contact', [
  id,
  field('Ext_Id__c', 'string', { ...key, label: 'External Id' }),
  field('Legacy__c', 'string', key),
  field('Email', 'email', { idLookup: true }),
  field('LastName', 'string', { label: 'Last Name', nillable: false }),
  lookup('AccountId', ['Account'], 'Account', 'Account ID'),
]);

export function rowsOf(cells: readonly (readonly Cell[])[]): SourceRow[] {
  return cells.map((row, i) => ({ kind: 'row', position: { row: i + 1, line: i + 2 }, cells: row, end: (i + 1) * 10 }));
}

export function columnsOf(header: readonly string[], ...rows: readonly (readonly Cell[])[]): SampledColumn[] {
  return sampledColumns(header, rowsOf(rows));
}

/** What is proposed for a header and rows. */
export function proposed(
  describe: ObjectDescribe,
  columns: readonly SampledColumn[],
  decisions: Partial<Decisions> = {},
): Proposal {
  const related = (name: string): ObjectDescribe | undefined =>
    [account, contact].find((candidate) => candidate.name === name);
  return propose({
    describe,
    columns,
    related,
    decisions: { externalId: undefined, columns: new Map(), ...decisions },
  });
}

/** `column>target (by)`, or `column: reason [candidates]`. */
export function words({ matches, leftOut }: Proposal): string[] {
  return [
    ...matches.map(({ column, target, by }) => `${column}>${target} (${by})`),
    ...leftOut.map(({ column, reason, candidates }) => `${column}: ${reason} [${candidates.join(' ')}]`),
  ];
}
