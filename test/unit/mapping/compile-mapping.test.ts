import { expect } from 'chai';
import { relatedObjects } from '../../../src/core/mapping/compile-mapping.js';
import { account, field, key, object } from './describes.js';
import { compile, compiled, job, problemsOf } from './jobs.js';

type Input = Parameters<typeof compile>;

describe('mapping against the describe, before anything is sent', () => {
  const table: ReadonlyArray<readonly [title: string, input: Input, wanted: readonly string[]]> = [
    ['column names are field names, in any case', [['EXT_ID__C', 'name']], []],
    ['with a mapping other columns are ignored', [['id', 'junk'], { Ext_Id__c: 'ID' }], []],
    ['P32: an unknown column without a mapping', [['Ext_Id__c', 'Nmae']], ['unknown-field Nmae']],
    ['an unknown column that the mapping names', [['id'], { Ext_Id__c: 'id', Name: 'nmae' }], ['unknown-column Name']],
    ['P32: an unknown field', [['id', 'n'], { Ext_Id__c: 'id', Nam: 'n' }], ['unknown-field Nam']],
    ['P32: a formula', [['Ext_Id__c', 'Score__c']], ['field-not-writable Score__c']],
    ['P32: an auto-number', [['Ext_Id__c', 'Serial__c']], ['field-not-writable Serial__c']],
    ['P32: a field this user may not write', [['Ext_Id__c', 'secret__c']], ['field-not-writable secret__c']],
    ['the Id of the record', [['Ext_Id__c', 'Id']], ['field-not-writable Id']],
    ['an unknown relation', [['Ext_Id__c', 'Parnt.Ext_Id__c']], ['unknown-relation Parnt.Ext_Id__c']],
    [
      'a lookup field taken for a relation',
      [['Ext_Id__c', 'Region__c.Code__c']],
      ['unknown-relation Region__c.Code__c'],
    ],
    [
      'a relation whose key is no external ID',
      [['Ext_Id__c', 'Region__r.Name']],
      ['relation-key-not-a-key Region__r.Name'],
    ],
    [
      'a relation whose key does not exist',
      [['Ext_Id__c', 'Region__r.Cod__c']],
      ['relation-key-unknown Region__r.Cod__c'],
    ],
    [
      'a relation to an object out of sight',
      [['Ext_Id__c', 'Hidden__r.Code__c']],
      ['relation-object-not-visible Hidden__r.Code__c'],
    ],
    [
      'API 3.6: a key that two objects of a lookup have',
      [['Ext_Id__c', 'Twin__r.Code__c']],
      ['relation-ambiguous Twin__r.Code__c'],
    ],
    ['API 3.6: a key that one object of a lookup has', [['Ext_Id__c', 'Owner.Username']], []],
    [
      'API 3.6: a lookup by Id and by key',
      [['Ext_Id__c', 'ParentId', 'Parent.Ext_Id__c']],
      ['lookup-mapped-twice Parent.Ext_Id__c'],
    ],
    [
      'a lookup by two keys',
      [['Ext_Id__c', 'Region__r.Code__c', 'Region__r.No__c']],
      ['lookup-mapped-twice Region__r.No__c'],
    ],
    [
      'a field twice in different case',
      [['id'], { Ext_Id__c: 'id', Name: 'id', NAME: 'id' }],
      ['field-mapped-twice NAME'],
    ],
    ['one column for two fields', [['id'], { Ext_Id__c: 'id', Name: 'id' }], []],
    ['P24: no column for the external ID', [['Name']], ['external-id-not-mapped Ext_Id__c']],
    ['P24: no entry for the external ID', [['id', 'n'], { Name: 'n' }], ['external-id-not-mapped Ext_Id__c']],
    ['the external ID as a constant', [['n'], { Ext_Id__c: { constant: 'A' } }], ['external-id-constant Ext_Id__c']],
    [
      'an external ID that does not exist, once',
      [['Ext_Idd__c'], undefined, { externalId: 'Ext_Idd__c' }],
      ['external-id-unknown Ext_Idd__c'],
    ],
    ['an external ID that is none', [['Name'], undefined, { externalId: 'name' }], ['external-id-not-a-key Name']],
    ['Id as external ID', [['Name'], undefined, { externalId: 'ID' }], ['external-id-is-id ID']],
    [
      'a constant the field cannot hold',
      [['id'], { Ext_Id__c: 'id', NumberOfEmployees: { constant: 'many' } }],
      ['value-not-valid NumberOfEmployees'],
    ],
    [
      'a value of a table the field cannot hold',
      [['id'], { Ext_Id__c: 'id', Active__c: { column: 'id', values: { J: 'ja', N: false } } }],
      ['value-not-valid Active__c'],
    ],
  ];
  for (const [title, input, wanted] of table) {
    it(`${title}: ${wanted.join(', ') || 'fine'}`, () => {
      expect(problemsOf(...input)).to.deep.equal(wanted);
    });
  }

  it('tells all problems at once', () => {
    const mapping = {
      Name: 'nmae',
      Nope: 'x',
      Score__c: 'id',
      'Parent.Name': 'id',
      'Foo.Bar': 'id',
      ParentId: 'id',
      'parent.Ext_Id__c': 'id',
      Since__c: { constant: 'soon' },
    };
    expect(
      problemsOf(['id'], mapping, { describe: { ...account, createable: false, updateable: false } }),
    ).to.have.members([
      'object-not-writable',
      'external-id-not-mapped Ext_Id__c',
      'unknown-column Name',
      'unknown-field Nope',
      'unknown-column Nope',
      'field-not-writable Score__c',
      'relation-key-not-a-key Parent.Name',
      'unknown-relation Foo.Bar',
      'lookup-mapped-twice parent.Ext_Id__c',
      'value-not-valid Since__c',
    ]);
  });

  for (const [title, input, suggestion] of [
    ['a misspelt field', [['Ext_Id__c', 'Industri']], 'Industry'],
    ['the label of a field', [['Ext_Id__c', 'Account Name']], 'Name'],
    ['a field without its __c', [['Ext_Id__c', 'Active']], 'Active__c'],
    ['a misspelt relation', [['Ext_Id__c', 'Parnet.Ext_Id__c']], 'Parent.Ext_Id__c'],
    ['a lookup field for its relation', [['Ext_Id__c', 'Region__c.Code__c']], 'Region__r.Code__c'],
    ['a misspelt key of a relation', [['Ext_Id__c', 'Region__r.Cod__c']], 'Region__r.Code__c'],
    ['a misspelt column', [['Ident', 'company'], { Ext_Id__c: 'ident', Name: 'compnay' }], 'company'],
    ['a misspelt external ID', [['Ext_Id__c'], undefined, { externalId: 'Ext_Id' }], 'Ext_Id__c'],
    ['a column near the external ID', [['ExtId', 'Name'], undefined], 'ExtId'],
  ] as ReadonlyArray<readonly [string, Input, string]>) {
    it(`suggests ${suggestion} for ${title}`, () => {
      const result = compile(...input);
      const problems = 'problems' in result ? result.problems : [];
      expect(problems.map((problem) => problem.suggestion)).to.include(suggestion);
      expect(problems.find((problem) => problem.suggestion === suggestion)!.message).to.contain(
        `Did you mean "${suggestion}"?`,
      );
    });
  }

  it('a relation named like a field is told how to be written', () => {
    const result = compile(['Ext_Id__c', 'Parent']);
    expect('problems' in result && result.problems[0]!.message)
      .to.contain('Parent.<external ID field>')
      .and.contain('ParentId');
  });

  for (const header of ['Ext_Id__c;Name', 'Ext_Id__c\tName', 'id|company']) {
    it(`a header in one piece shows a wrong delimiter: ${JSON.stringify(header)}`, () => {
      const result = compile([header]);
      expect('problems' in result && result.problems[0]).to.include({ code: 'wrong-delimiter', column: header });
    });
  }

  it('a single column with a comma in its name may be meant', () => {
    expect(problemsOf(['id, old'], { Ext_Id__c: 'id, old' })).to.deep.equal([]);
  });

  it('names what only one half of the upsert may write, and goes on (design.md 3.2)', () => {
    const { warnings, fields } = compiled(['ext_id__c', 'onlynew__c', 'OnlyOld__c', 'parent.ext_id__c']);
    expect(warnings).to.deep.equal([
      'May be set on new records only: OnlyNew__c.',
      'May be set on existing records only: OnlyOld__c.',
    ]);
    expect(fields).to.deep.equal(['Ext_Id__c', 'OnlyNew__c', 'OnlyOld__c', 'ParentId']);
  });

  it('one right on the object is enough, with a warning', () => {
    expect(compiled(['Ext_Id__c'], undefined, { describe: { ...account, createable: false } }).warnings[0]).to.contain(
      'may not create',
    );
    expect(compiled(['Ext_Id__c'], undefined, { describe: { ...account, updateable: false } }).warnings[0]).to.contain(
      'may not update',
    );
  });

  it('an auto-number may be the external ID: it only finds', () => {
    const describe = object('Case', [
      field('No__c', 'string', { ...key, autoNumber: true, createable: false, updateable: false }),
    ]);
    expect(compiled(['No__c'], undefined, { describe, externalId: 'No__c' }).warnings[0]).to.contain(
      'only existing ones',
    );
  });

  it('names the objects whose describe it needs', () => {
    const columns = ['Ext_Id__c', 'Parent.Ext_Id__c', 'region__r.Code__c', 'Owner.Username', 'Twin__r.Id', 'Nope.X'];
    expect(relatedObjects({ spec: job(), columns, describe: account })).to.deep.equal(['Region__c', 'Group', 'User']);
  });

  it('Relation.Id is the lookup field itself', () => {
    expect(compiled(['Ext_Id__c', 'Parent.Id']).fields).to.deep.equal(['Ext_Id__c', 'ParentId']);
  });
});
