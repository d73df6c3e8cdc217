import type { FieldDescribe, ObjectDescribe } from '../../../src/core/describe.js';

export function field(name: string, type = 'string', more: Partial<FieldDescribe> = {}): FieldDescribe {
  return {
    name,
    label: name.replace(/__c$/, '').replaceAll('_', ' '),
    type,
    length: 255,
    digits: 0,
    precision: 18,
    scale: 2,
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
    ...more,
  };
}

export const key = { externalId: true, idLookup: true, unique: true };

export function object(
  name: string,
  fields: readonly FieldDescribe[],
  more: Partial<ObjectDescribe> = {},
): ObjectDescribe {
  return { name, label: name, createable: true, updateable: true, fields, ...more };
}

const id = field('Id', 'id', { idLookup: true, createable: false, updateable: false });

export const account = object('Account', [
  id,
  field('Ext_Id__c', 'string', key),
  field('Name', 'string', { label: 'Account Name' }),
  field('Legacy__c', 'string', key),
  field('Number__c', 'double', key),
  field('AnnualRevenue', 'currency'),
  field('NumberOfEmployees', 'int'),
  field('Active__c', 'boolean'),
  field('Since__c', 'date'),
  field('Seen__c', 'datetime'),
  field('Opens__c', 'time'),
  field('Industry', 'picklist'),
  field('Description', 'textarea'),
  field('Score__c', 'double', { calculated: true, createable: false, updateable: false }),
  field('Serial__c', 'string', { autoNumber: true, createable: false, updateable: false }),
  field('Secret__c', 'string', { createable: false, updateable: false }),
  field('OnlyNew__c', 'string', { updateable: false }),
  field('OnlyOld__c', 'string', { createable: false }),
  field('ParentId', 'reference', { referenceTo: ['Account'], relationshipName: 'Parent' }),
  field('Region__c', 'reference', { referenceTo: ['Region__c'], relationshipName: 'Region__r' }),
  field('OwnerId', 'reference', { referenceTo: ['Group', 'User'], relationshipName: 'Owner' }),
  field('Twin__c', 'reference', { referenceTo: ['Region__c', 'User'], relationshipName: 'Twin__r' }),
  field('Hidden__c', 'reference', { referenceTo: ['Hidden_Object__c'], relationshipName: 'Hidden__r' }),
]);

const region = object('Region__c', [id, field('Code__c', 'string', key), field('No__c', 'double', key), field('Name')]);
const user = object('User', [id, field('Username', 'string', { idLookup: true }), field('Code__c', 'string', key)]);
const group = object('Group', [id, field('DeveloperName')]);

export function related(name: string): ObjectDescribe | undefined {
  return [region, user, group].find((candidate) => candidate.name === name);
}
