import { expect } from 'chai';
import { objectsToDescribe } from '../../../src/core/generate/lookup-keys.js';
import { field, object } from '../mapping/describes.js';
import { columnsOf } from './describes.js';

const lookup = (name: string, relationshipName: string, ...referenceTo: string[]) =>
  field(name, 'reference', { relationshipName, referenceTo });
const many = ['A', 'B', 'C', 'D', 'E', 'F'];
const task = object('Task', [
  lookup('WhoId', 'Who', 'Contact', 'Lead'),
  lookup('WhatId', 'What', ...many),
  lookup('ParentId', 'Parent', 'Task'),
  lookup('Case__c', 'Case__r', 'Case'),
  field('Nameless__c', 'reference', { relationshipName: 'Nameless__r', referenceTo: ['X'], label: '' }),
]);

describe('generate: describes of parents', () => {
  for (const [columns, targets, wanted] of [
    [['Subject'], [], []],
    [['Case'], [], ['Case']],
    [['case external id'], [], ['Case']],
    [['Who.Email'], [], ['Contact', 'Lead']],
    [['Parent'], [], []],
    // a lookup to anything is described only if it is named in full
    [['What'], [], []],
    [['What.Ext_Id__c'], [], many],
    [['x'], ['What.Ext_Id__c'], many],
    [['x'], ['Case__r.Ext_Id__c', 'Subject', 'Nope.Ext_Id__c'], ['Case']],
  ] as const) {
    it(`A1: ${[...columns, ...targets].join(', ')} needs ${wanted.join(', ') || 'none'}`, () => {
      expect(objectsToDescribe(columnsOf(columns), targets, task)).to.deep.equal(wanted);
    });
  }
});
