import { expect } from 'chai';
import type { ObjectDescribe } from '../../../src/core/describe.js';
import { propose } from '../../../src/core/generate/propose.js';
import { answered, nextQuestion, type Answers, type Question } from '../../../src/core/generate/questions.js';
import { field, key, object } from '../mapping/describes.js';
import { account, columnsOf, contact, proposed, words } from './describes.js';

describe('generate: the external ID', () => {
  const keyOf = (describe: ObjectDescribe, header: string[], ...rows: string[][]): string | undefined =>
    proposed(describe, columnsOf(header, ...rows)).externalId;

  it('is the field that a column sets; a unique external ID before one that is not, and before a standard field', () => {
    expect(keyOf(contact, ['Legacy__c', 'LastName'], ['L-1', 'Doe'])).to.equal('Legacy__c');
    expect(keyOf(contact, ['Email', 'Legacy__c'], ['a@b.co', 'L-1'])).to.equal('Legacy__c');
    expect(keyOf(contact, ['Email'], ['a@b.co'])).to.equal('Email');
    const loose = object('Thing__c', [
      field('Loose__c', 'string', { externalId: true, idLookup: true }),
      field('Tight__c', 'string', key),
    ]);
    expect(keyOf(loose, ['Loose__c', 'Tight__c'], ['1', '2'])).to.equal('Tight__c');
  });

  it('stays open where two are as good', () => {
    expect(keyOf(contact, ['Ext_Id__c', 'Legacy__c'], ['C-1', 'L-1'])).to.equal(undefined);
    expect(keyOf(contact, ['LastName'], ['Doe'])).to.equal(undefined);
  });

  it('that no column is named like takes the one column that ends like a key and tells the rows apart', () => {
    const of = (header: string[], ...rows: string[][]): string[] =>
      words(proposed(account, columnsOf(header, ...rows)));
    expect(of(['client_id', 'Name'], ['1', 'a'], ['2', 'b'])[0]).to.equal('client_id>Ext_Id__c (key)');
    expect(of(['ClientId'], ['1'], ['2'])).to.deep.equal(['ClientId>Ext_Id__c (key)']);
    expect(of(['id'], ['1'], ['2'])).to.deep.equal(['id>Ext_Id__c (key)']);
    expect(of(['id'], ['1'], ['1']), 'comes twice').to.deep.equal(['id: salesforce-id []']);
    expect(of(['paid'], ['1'], ['2']), 'another word').to.deep.equal(['paid: no-field []']);
    const two = of(['client id', 'group id'], ['1', '3'], ['2', '4']);
    expect(two, 'two as good').to.deep.equal(['client id: no-field []', 'group id: no-field []']);
    expect(of(['id'], ['001000000000001AAA']), 'Ids of Salesforce').to.deep.equal(['id: salesforce-id []']);
  });

  it('named by a person is that one, spelt as the org spells it; an unknown one stays as it is, for the checks', () => {
    expect(proposed(contact, columnsOf(['LastName']), { externalId: 'legacy__C' }).externalId).to.equal('Legacy__c');
    expect(proposed(account, columnsOf(['Ext_Id__c']), { externalId: 'Nope__c' }).externalId).to.equal('Nope__c');
  });

  it('required fields that no column sets are named', () => {
    const names = (header: string[]): string[] =>
      proposed(account, columnsOf(header)).requiredFields.map(({ name }) => name);
    expect(names(['Ext_Id__c'])).to.deep.equal(['Name']);
    expect(names(['Account Name'])).to.deep.equal([]);
  });
});

describe('generate: questions', () => {
  const input = {
    describe: contact,
    columns: columnsOf(['No', 'Surname', 'Acount', 'Account'], ['1', 'Doe', 'x', 'A-1'], ['2', 'Roe', 'y', 'A-2']),
    related: (name: string) => (name === 'Account' ? account : undefined),
  };

  /** Asks until nothing is open; the answers come from the list. */
  function play(...replies: (string | null)[]): { asked: string[]; result: string[] } {
    let answers: Answers = { externalId: undefined, columns: new Map(), passedOver: new Set() };
    const asked: string[] = [];
    for (;;) {
      const proposal = propose({ ...input, decisions: answers });
      const question = nextQuestion(proposal, answers);
      if (question === undefined) return { asked, result: words(proposal) };
      asked.push(nameOf(question));
      expect(asked, 'asks for ever').to.have.length.below(20);
      answers = answered(question, replies.shift() ?? null, answers);
    }
  }

  const nameOf = (question: Question): string => {
    switch (question.kind) {
      case 'external-id':
        return `external-id of ${question.fields.map(({ field: { name } }) => name).join(' ')}`;
      case 'key-column':
      case 'required':
        return `${question.kind} ${question.field} of ${question.columns.join(' ')}`;
      case 'guess':
        return `guess ${question.match.column}>${question.match.target}`;
      case 'ambiguous':
        return `ambiguous ${question.column}`;
    }
  };

  it('come in an order in which each answer helps the next, and each is asked once', () => {
    expect(play('Legacy__c', 'No', 'Account.Ext_Id__c', 'Surname')).to.deep.equal({
      asked: [
        'external-id of Ext_Id__c Legacy__c Email',
        'key-column Legacy__c of No Surname Acount',
        'guess Account>Account.Ext_Id__c',
        'required LastName of Surname Acount',
      ],
      result: [
        'No>Legacy__c (given)',
        'Surname>LastName (given)',
        'Account>Account.Ext_Id__c (given)',
        'Acount: no-field []',
      ],
    });
  });

  it('may all be answered with none of these', () => {
    const { asked, result } = play('Ext_Id__c');
    expect(asked).to.have.length(4);
    expect(result).to.deep.equal([
      'No: no-field []',
      'Surname: no-field []',
      'Acount: no-field []',
      'Account: left-out []',
    ]);
  });
});
