import type { ObjectDefinition } from './definitions.js';
import {
  checkbox,
  currency,
  date,
  dateTime,
  externalIds,
  longText,
  lookup,
  number,
  percent,
  picklist,
  recordType,
  text,
} from './field-builders.js';

const opportunity: ObjectDefinition = {
  name: 'Opportunity',
  labelPlural: 'Opportunities',
  keyPrefix: '006',
  fields: [
    text('Name', { length: 120, nillable: false, nameField: true }),
    lookup('AccountId', 'Account', 'Account', { label: 'Account ID', cascadeDelete: true }),
    recordType(),
    picklist('StageName', ['Prospecting', 'Qualification', 'Negotiation', 'Closed Won', 'Closed Lost'], {
      label: 'Stage',
      nillable: false,
    }),
    date('CloseDate', { label: 'Close Date', nillable: false }),
    currency('Amount', { precision: 18, scale: 2 }),
    percent('Probability', { label: 'Probability (%)', precision: 3, scale: 0, defaultedOnCreate: true }),
    checkbox('IsPrivate', { label: 'Private' }),
    ...externalIds(),
  ],
};

const supportCase: ObjectDefinition = {
  name: 'Case',
  keyPrefix: '500',
  fields: [
    text('CaseNumber', { length: 30, autoNumber: '{00000000}', nameField: true }),
    lookup('AccountId', 'Account', 'Account', { label: 'Account ID' }),
    lookup('ContactId', 'Contact', 'Contact', { label: 'Contact ID' }),
    recordType(),
    text('Subject'),
    picklist('Status', ['New', 'Working', 'Escalated', 'Closed'], { defaultValue: 'New', nillable: true }),
    picklist('Origin', ['Phone', 'Email', 'Web'], { label: 'Case Origin' }),
    picklist('Priority', ['High', 'Medium', 'Low'], { defaultValue: 'Medium' }),
    longText('Description', { length: 32_000 }),
    ...externalIds(),
  ],
};

const task: ObjectDefinition = {
  name: 'Task',
  keyPrefix: '00T',
  fields: [
    lookup('WhoId', ['Contact', 'Lead'], 'Who', { label: 'Name ID' }),
    lookup('WhatId', ['Account', 'Opportunity', 'Case', 'Invoice__c'], 'What', { label: 'Related To ID' }),
    text('Subject'),
    picklist('Status', ['Not Started', 'In Progress', 'Completed'], { nillable: false, defaultValue: 'Not Started' }),
    picklist('Priority', ['High', 'Normal', 'Low'], { nillable: false, defaultValue: 'Normal' }),
    date('ActivityDate', { label: 'Due Date Only' }),
    longText('Description', { length: 32_000 }),
    ...externalIds(),
  ],
};

const invoice: ObjectDefinition = {
  name: 'Invoice__c',
  label: 'Invoice',
  keyPrefix: 'a00',
  fields: [
    text('Name', { label: 'Invoice Number', length: 80, autoNumber: 'INV-{00000}', nameField: true }),
    lookup('Account__c', 'Account', 'Account__r', { label: 'Account' }),
    lookup('Contact__c', 'Contact', 'Contact__r', { label: 'Contact' }),
    picklist('Status__c', ['Draft', 'Sent', 'Paid'], {
      label: 'Status',
      restrictedPicklist: true,
      defaultValue: 'Draft',
    }),
    date('Due_Date__c', { label: 'Due Date', nillable: false }),
    currency('Total__c', { label: 'Total', precision: 16, scale: 2 }),
    dateTime('Sent_At__c', { label: 'Sent At' }),
    ...externalIds(),
  ],
};

const invoiceLine: ObjectDefinition = {
  name: 'Invoice_Line__c',
  label: 'Invoice Line',
  keyPrefix: 'a01',
  ownerless: true,
  fields: [
    text('Name', { label: 'Invoice Line Name', length: 80, nillable: true, nameField: true, defaultedOnCreate: true }),
    lookup('Invoice__c', 'Invoice__c', 'Invoice__r', {
      label: 'Invoice',
      nillable: false,
      masterDetail: { reparentable: false },
    }),
    text('Product__c', { label: 'Product', nillable: false }),
    number('Quantity__c', { label: 'Quantity', precision: 12, scale: 3 }),
    currency('Unit_Price__c', { label: 'Unit Price', precision: 14, scale: 4 }),
    currency('Amount__c', {
      label: 'Amount',
      precision: 18,
      scale: 2,
      formula: {
        text: 'Quantity__c * Unit_Price__c',
        value: ({ Quantity__c, Unit_Price__c }) => Number(Quantity__c ?? 0) * Number(Unit_Price__c ?? 0),
      },
    }),
    ...externalIds(),
  ],
};

export const salesObjects = (): ObjectDefinition[] => [opportunity, supportCase, task, invoice, invoiceLine];
