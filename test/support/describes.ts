import type { FieldDescribe, ObjectDescribe } from '../../src/core/describe.js';

/** A field as a describe gives it, text unless said otherwise. */
export function field(name: string, facts: Partial<FieldDescribe> = {}): FieldDescribe {
  return {
    name,
    label: name,
    type: 'string',
    length: 255,
    digits: 0,
    precision: 0,
    scale: 0,
    createable: true,
    updateable: true,
    nillable: true,
    defaultedOnCreate: false,
    externalId: false,
    idLookup: false,
    unique: false,
    caseSensitive: false,
    calculated: false,
    autoNumber: false,
    restrictedPicklist: false,
    picklistValues: [],
    referenceTo: [],
    relationshipName: null,
    ...facts,
  };
}

export function accountDescribe(): ObjectDescribe {
  return {
    name: 'Account',
    label: 'Account',
    createable: true,
    updateable: true,
    fields: [
      field('Id', { type: 'id', idLookup: true, createable: false, updateable: false }),
      field('Ext_Id__c', { externalId: true, idLookup: true, unique: true }),
      field('Name', { nillable: false }),
      field('Phone', { type: 'phone', length: 40 }),
      field('Industry', { type: 'picklist' }),
      field('AnnualRevenue', { type: 'currency', precision: 18, scale: 2 }),
      field('ParentId', { type: 'reference', referenceTo: ['Account'], relationshipName: 'Parent' }),
    ],
  };
}
