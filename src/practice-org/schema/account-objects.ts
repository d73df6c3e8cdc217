import type { FieldValue } from '../values.js';
import type { ObjectDefinition } from './definitions.js';
import {
  address,
  checkbox,
  currency,
  date,
  dateTime,
  email,
  externalIds,
  int,
  longText,
  lookup,
  multiPicklist,
  number,
  percent,
  phone,
  picklist,
  recordType,
  text,
  time,
  url,
} from './field-builders.js';

const INDUSTRIES = ['Agriculture', 'Banking', 'Consulting', 'Education', 'Manufacturing', 'Technology', 'Other'];
const SALUTATIONS = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.'];

type NameParts = Readonly<Record<string, FieldValue>>;

/** The compound name of a person, as the org shows it. */
export const personName = ({ Salutation, FirstName, LastName }: NameParts): FieldValue =>
  [Salutation, FirstName, LastName].filter((part) => typeof part === 'string' && part !== '').join(' ') || null;

const account: ObjectDefinition = {
  name: 'Account',
  keyPrefix: '001',
  fields: [
    text('Name', { label: 'Account Name', nillable: false, nameField: true }),
    recordType(),
    lookup('ParentId', 'Account', 'Parent', { label: 'Parent Account ID' }),
    picklist('Type', ['Prospect', 'Customer', 'Partner', 'Other'], { label: 'Account Type' }),
    picklist('Industry', INDUSTRIES),
    phone('Phone', { label: 'Account Phone' }),
    phone('Fax', { label: 'Account Fax' }),
    url('Website'),
    text('AccountNumber', { length: 40 }),
    currency('AnnualRevenue', { precision: 18, scale: 0 }),
    int('NumberOfEmployees', { label: 'Employees' }),
    longText('Description', { label: 'Account Description', length: 32_000 }),
    ...address('Billing'),
    ...address('Shipping'),
    ...externalIds(),
    picklist('Rating__c', ['Hot', 'Warm', 'Cold'], { label: 'Rating', restrictedPicklist: true }),
    multiPicklist('Regions__c', ['EMEA', 'AMER', 'APAC'], { label: 'Regions', restrictedPicklist: true }),
    email('Billing_Email__c', { label: 'Billing Email' }),
    number('Score__c', { label: 'Score', precision: 5, scale: 2 }),
    number('Big_Number__c', { label: 'Big Number', precision: 18, scale: 0 }),
    percent('Discount__c', { label: 'Discount', precision: 5, scale: 2 }),
    date('Customer_Since__c', { label: 'Customer Since' }),
    dateTime('Last_Sync__c', { label: 'Last Sync' }),
    time('Opening_Time__c', { label: 'Opening Time' }),
    checkbox('Active__c', { label: 'Active', defaultValue: true }),
    text('Secret__c', { label: 'Secret', length: 100 }),
    text('Tier__c', {
      label: 'Tier',
      length: 1300,
      formula: {
        text: 'IF(Score__c >= 50, "A", "B")',
        value: ({ Score__c }) => (Number(Score__c ?? 0) >= 50 ? 'A' : 'B'),
      },
    }),
    text('Account_No__c', { label: 'Account No', length: 30, autoNumber: 'ACC-{00000}' }),
  ],
};

const contact: ObjectDefinition = {
  name: 'Contact',
  keyPrefix: '003',
  fields: [
    lookup('AccountId', 'Account', 'Account', { label: 'Account ID', cascadeDelete: true }),
    text('LastName', { label: 'Last Name', length: 80, nillable: false }),
    text('FirstName', { label: 'First Name', length: 40 }),
    picklist('Salutation', SALUTATIONS),
    text('Name', { label: 'Full Name', length: 121, nillable: false, nameField: true, derived: personName }),
    recordType(),
    email('Email', { idLookup: true }),
    phone('Phone', { label: 'Business Phone' }),
    phone('MobilePhone', { label: 'Mobile Phone' }),
    text('Title', { length: 128 }),
    date('Birthdate'),
    checkbox('HasOptedOutOfEmail', { label: 'Email Opt Out' }),
    lookup('ReportsToId', 'Contact', 'ReportsTo', { label: 'Reports To ID' }),
    longText('Description', { label: 'Contact Description', length: 32_000 }),
    ...address('Mailing'),
    ...externalIds(),
  ],
};

const lead: ObjectDefinition = {
  name: 'Lead',
  keyPrefix: '00Q',
  fields: [
    text('LastName', { label: 'Last Name', length: 80, nillable: false }),
    text('FirstName', { label: 'First Name', length: 40 }),
    text('Name', { label: 'Full Name', length: 121, nillable: false, nameField: true, derived: personName }),
    text('Company', { nillable: false }),
    picklist('Status', ['Open', 'Contacted', 'Qualified', 'Unqualified'], {
      nillable: false,
      defaultValue: 'Open',
      label: 'Lead Status',
    }),
    picklist('LeadSource', ['Web', 'Phone', 'Partner', 'Other'], { label: 'Lead Source' }),
    recordType(),
    email('Email', { idLookup: true }),
    phone('Phone'),
    currency('AnnualRevenue', { precision: 18, scale: 0 }),
    int('NumberOfEmployees', { label: 'Employees' }),
    ...externalIds(),
  ],
};

export const accountObjects = (): ObjectDefinition[] => [account, contact, lead];
