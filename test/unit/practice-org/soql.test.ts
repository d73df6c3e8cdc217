import { expect } from 'chai';
import { PracticeOrg } from '../../../src/practice-org/index.js';
import { ApiError } from '../../../src/practice-org/errors.js';
import { newOrgState } from '../../../src/practice-org/new-org-state.js';
import { parseQuery } from '../../../src/practice-org/soql/parser.js';
import { runQuery } from '../../../src/practice-org/soql/run.js';
import { seedRow } from '../../../src/practice-org/seed.js';

const state = newOrgState({ now: () => new Date('2026-05-10T12:00:00Z') });
const parent = seedRow(state, 'Account', {
  Name: "O'Neil",
  Industry: 'Banking',
  AnnualRevenue: 10,
  Case_Key__c: 'Key',
});
seedRow(state, 'Account', { Name: 'beta', ParentId: parent, AnnualRevenue: 20, Customer_Since__c: '2026-05-09' });
seedRow(state, 'Account', { Name: 'Gamma 100%', AnnualRevenue: null, Active__c: false, Regions__c: 'EMEA;APAC' });

const names = (where: string): unknown[] =>
  runQuery(state, `SELECT Name FROM Account ${where}`, '/x', false).records.map(({ Name }) => Name);

const refusal = (text: string): ApiError => {
  try {
    runQuery(state, text, '/x', false);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error(`Not refused: ${text}`);
};

describe('practice org: SOQL subset (facts 2.4)', () => {
  const cases: Array<[string, string[]]> = [
    ["WHERE Name = 'o\\'neil'", ["O'Neil"]],
    ["WHERE Name != 'beta'", ["O'Neil", 'Gamma 100%']],
    ["WHERE Name LIKE '%ET%'", ['beta']],
    ["WHERE Name LIKE 'b_ta'", ['beta']],
    ["WHERE Name IN ('BETA', 'nobody')", ['beta']],
    ["WHERE Name NOT IN ('beta')", ["O'Neil", 'Gamma 100%']],
    ["WHERE Case_Key__c = 'key'", []],
    ["WHERE Case_Key__c = 'Key'", ["O'Neil"]],
    ['WHERE AnnualRevenue > 10', ['beta']],
    ['WHERE AnnualRevenue >= 10 AND AnnualRevenue < 20', ["O'Neil"]],
    ['WHERE AnnualRevenue = null', ['Gamma 100%']],
    ['WHERE AnnualRevenue != null', ["O'Neil", 'beta']],
    ['WHERE Active__c = false', ['Gamma 100%']],
    ["WHERE NOT (Name = 'beta' OR AnnualRevenue = 10)", ['Gamma 100%']],
    ["WHERE Active__c = true AND (Name = 'beta' OR Name = 'x')", ['beta']],
    ['WHERE Customer_Since__c = 2026-05-09', ['beta']],
    ['WHERE Customer_Since__c = YESTERDAY', ['beta']],
    ['WHERE Customer_Since__c > 2026-05-09', []],
    ['WHERE CreatedDate >= 2026-05-10T12:00:00Z AND CreatedDate = TODAY', ["O'Neil", 'beta', 'Gamma 100%']],
    ['WHERE CreatedDate = LAST_N_DAYS:3', ["O'Neil", 'beta', 'Gamma 100%']],
    ["WHERE Regions__c INCLUDES ('EMEA;APAC', 'AMER')", ['Gamma 100%']],
    ["WHERE Parent.Name = 'o\\'neil'", ['beta']],
    ["WHERE Account.Name = 'beta'", ['beta']],
    ['ORDER BY AnnualRevenue DESC NULLS LAST', ['beta', "O'Neil", 'Gamma 100%']],
    ['ORDER BY AnnualRevenue', ['Gamma 100%', "O'Neil", 'beta']],
    ['ORDER BY Name DESC LIMIT 1 OFFSET 1', ['Gamma 100%']],
  ];
  for (const [where, expected] of cases) it(where, () => expect(names(where)).to.deep.equal(expected));

  it('takes Ids of 15 and 18 characters', () => {
    expect(names(`WHERE Id = '${parent}'`)).to.deep.equal(["O'Neil"]);
    expect(names(`WHERE ParentId IN ('${parent.slice(0, 15)}')`)).to.deep.equal(['beta']);
  });

  it('nests parent fields under their relationship, null without parent', () => {
    const { records } = runQuery(state, 'SELECT Name, Parent.Name, Parent.Id, Owner.Name FROM Account', '/x', false);
    expect(records[0]?.Parent).to.equal(null);
    expect(records[1]?.Parent).to.deep.include({ Name: "O'Neil", Id: parent });
  });

  it('counts', () => {
    const count = runQuery(state, 'SELECT COUNT() FROM Account WHERE AnnualRevenue != null', '/x', false);
    expect([count.totalSize, count.records]).to.deep.equal([2, []]);
    const { records } = runQuery(state, 'SELECT COUNT(AnnualRevenue) n FROM Account', '/x', false);
    expect(records[0]?.n).to.equal(2);
  });

  const refusals: Array<[string, string, RegExp]> = [
    ['SELEC Id FROM Account', 'MALFORMED_QUERY', /unexpected token: 'SELEC'/],
    ['SELECT Id FROM Account WHERE', 'MALFORMED_QUERY', /unexpected end/],
    ["SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", 'MALFORMED_QUERY', /OR/],
    ["SELECT Id FROM Account WHERE Name = 'open", 'MALFORMED_QUERY', /character '''/],
    ['SELECT Id, Nope__c FROM Account', 'INVALID_FIELD', /No such column 'Nope__c' on entity 'Account'/],
    ['SELECT Id, Nope.Name FROM Account', 'INVALID_FIELD', /Didn't understand relationship 'Nope'/],
    ['SELECT Id FROM ScratchOrgInfo', 'INVALID_TYPE', /sObject type 'ScratchOrgInfo' is not supported\./],
    ["SELECT Id FROM Account WHERE AnnualRevenue = '1'", 'INVALID_FIELD', /must be of type currency/],
    ["SELECT Id FROM Account WHERE Id = 'rubbish'", 'INVALID_QUERY_FILTER_OPERATOR', /invalid ID field/],
    ['SELECT Id FROM Account OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', /offset/],
  ];
  for (const [text, code, message] of refusals) {
    it(`refuses ${text}`, () => {
      const [error] = refusal(text).errors;
      expect(error?.errorCode).to.equal(code);
      expect(error?.message).to.match(message);
    });
  }

  it('points at the place of a wrong column, as the org does', () => {
    expect(refusal('SELECT Id, Nope FROM Account').message).to.contain('ERROR at Row:1:Column:12');
    expect(parseQuery('select Id from Account limit 5').limit).to.equal(5);
  });
});

describe('practice org: the object itself', () => {
  it('seeds rows without journal, and finds them by the matching rules of the field (facts 2.8)', () => {
    const org = new PracticeOrg();
    org.seed('Account', [
      { Name: 'A', Ext_Id__c: 'Key', Case_Key__c: 'Key', Legacy_Number__c: 7, Group_Key__c: 'Key' },
    ]);
    expect(org.find('Account', 'Ext_Id__c', 'kEY')?.Name).to.equal('A');
    expect(org.find('Account', 'Case_Key__c', 'kEY')).to.equal(undefined);
    expect(org.find('Account', 'Group_Key__c', 'kEY')).to.equal(undefined);
    expect(org.find('Account', 'Legacy_Number__c', 7)?.Name).to.equal('A');
    expect(org.commits).to.have.length(0);
    expect(() => org.seed('Account', [{ Nope: 1 }])).to.throw('No field Nope');
  });

  it('listens on the loopback only', async () => {
    const org = new PracticeOrg();
    let message = '';
    await org.start({ host: '0.0.0.0' }).catch((error: unknown) => (message = String(error)));
    expect(message).to.contain('loopback only');
  });
});
