import type { FieldDefinition, FieldType } from './definitions.js';

type More = Omit<FieldDefinition, 'name' | 'type'>;

const of =
  (type: FieldType) =>
  (name: string, more: More = {}): FieldDefinition => ({ name, type, ...more });

/** Short words for the field types, so that an object reads like its list of fields in Setup. */
export const text = of('string');
export const email = of('email');
export const phone = of('phone');
export const url = of('url');
export const checkbox = of('boolean');
export const int = of('int');
export const number = of('double');
export const currency = of('currency');
export const percent = of('percent');
export const date = of('date');
export const dateTime = of('datetime');
export const time = of('time');
export const textArea = of('textarea');

export const longText = (name: string, more: More = {}): FieldDefinition => textArea(name, { length: 32_768, ...more });

export const picklist = (name: string, picklistValues: string[], more: More = {}): FieldDefinition => ({
  name,
  type: 'picklist',
  picklistValues,
  ...more,
});

export const multiPicklist = (name: string, picklistValues: string[], more: More = {}): FieldDefinition => ({
  name,
  type: 'multipicklist',
  picklistValues,
  ...more,
});

export const lookup = (
  name: string,
  referenceTo: string | string[],
  relationshipName: string,
  more: More = {},
): FieldDefinition => ({ name, type: 'reference', referenceTo: [referenceTo].flat(), relationshipName, ...more });

/** The external ids that each exported object has: one of every kind of matching (facts 2.8). */
export const externalIds = (): FieldDefinition[] => [
  text('Ext_Id__c', { label: 'External Id', length: 80, externalId: true, unique: true }),
  text('Case_Key__c', { label: 'Case Key', length: 40, externalId: true, unique: true, caseSensitive: true }),
  number('Legacy_Number__c', { label: 'Legacy Number', precision: 18, scale: 0, externalId: true, unique: true }),
  text('Group_Key__c', { label: 'Group Key', length: 40, externalId: true }),
];

export const recordType = (): FieldDefinition =>
  lookup('RecordTypeId', 'RecordType', 'RecordType', { label: 'Record Type ID' });

export const address = (kind: string): FieldDefinition[] => [
  textArea(`${kind}Street`, { label: `${kind} Street` }),
  text(`${kind}City`, { label: `${kind} City`, length: 40 }),
  text(`${kind}State`, { label: `${kind} State/Province`, length: 80 }),
  text(`${kind}PostalCode`, { label: `${kind} Zip/Postal Code`, length: 20 }),
  text(`${kind}Country`, { label: `${kind} Country`, length: 80 }),
];
