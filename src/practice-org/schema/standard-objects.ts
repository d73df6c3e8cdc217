import { accountObjects, personName } from './account-objects.js';
import type { ObjectDefinition } from './definitions.js';
import { checkbox, dateTime, email, picklist, text } from './field-builders.js';
import { salesObjects } from './sales-objects.js';

const user: ObjectDefinition = {
  name: 'User',
  keyPrefix: '005',
  ownerless: true,
  deletable: false,
  fields: [
    text('Username', { length: 80, nillable: false, idLookup: true, unique: true }),
    text('LastName', { label: 'Last Name', length: 80, nillable: false }),
    text('FirstName', { label: 'First Name', length: 40 }),
    text('Name', { label: 'Full Name', length: 121, nillable: false, nameField: true, derived: personName }),
    email('Email', { length: 128, nillable: false, idLookup: true }),
    text('Alias', { length: 8, nillable: false }),
    checkbox('IsActive', { label: 'Active', defaultValue: true }),
    text('TimeZoneSidKey', { label: 'Time Zone', length: 40, nillable: false, defaultValue: 'Europe/London' }),
    text('LocaleSidKey', { label: 'Locale', length: 40, nillable: false, defaultValue: 'en_GB' }),
    text('LanguageLocaleKey', { label: 'Language', length: 40, nillable: false, defaultValue: 'en_US' }),
    text('Ext_Id__c', { label: 'External Id', length: 80, externalId: true, unique: true }),
  ],
};

const readOnlyObject = { ownerless: true, createable: false, updateable: false, deletable: false };

const organization: ObjectDefinition = {
  ...readOnlyObject,
  name: 'Organization',
  keyPrefix: '00D',
  fields: [
    text('Name', { length: 80, nillable: false, nameField: true }),
    text('InstanceName', { length: 5 }),
    checkbox('IsSandbox', { label: 'Is Sandbox' }),
    dateTime('TrialExpirationDate'),
    text('NamespacePrefix', { length: 15 }),
    picklist('OrganizationType', ['Developer Edition', 'Enterprise Edition', 'Unlimited Edition']),
    text('LanguageLocaleKey', { length: 40 }),
  ],
};

const recordType: ObjectDefinition = {
  ...readOnlyObject,
  name: 'RecordType',
  label: 'Record Type',
  keyPrefix: '012',
  fields: [
    text('Name', { length: 80, nillable: false, nameField: true }),
    text('DeveloperName', { length: 80, nillable: false }),
    text('SobjectType', { length: 40, nillable: false }),
    checkbox('IsActive', { label: 'Active', defaultValue: true }),
  ],
};

/** Objects that the login and the checks need; every practice org has them. */
export const systemObjects = (): ObjectDefinition[] => [user, organization, recordType];

/** The objects of a practice org by default: the sales objects of an admin, and two custom ones (master and detail). */
export const standardObjects = (): ObjectDefinition[] => [...systemObjects(), ...accountObjects(), ...salesObjects()];
