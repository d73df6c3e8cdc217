import { expect } from 'chai';
import type { GenerateResult } from '../../../src/core/generate/generate-result.js';
import { finding } from '../../../src/core/validate/finding.js';
import type { ValidatedJob, ValidateResult } from '../../../src/core/validate/validate-result.js';
import { plainText } from '../../../src/report/blocks.js';
import { findingLines } from '../../../src/report/finding-lines.js';
import { renderGeneratedJob, renderWritten } from '../../../src/report/generate-report.js';
import { renderValidateResult } from '../../../src/report/validate-report.js';
import { jobSpec, testOrgId } from '../../support/export-errors.js';

const context = { orgId: testOrgId, username: 'ann@example.com', store: null };
const estimate = {
  records: 12_000,
  recordsAreExact: false,
  recordsPerRequest: 1000,
  requests: 12,
  checks: 3,
  total: 15,
};

function job(changes: Partial<ValidatedJob> = {}): ValidatedJob {
  return {
    job: 'accounts',
    object: 'Account',
    operation: 'upsert',
    externalId: 'Ext_Id__c',
    source: '/data/accounts.csv',
    status: 'ok',
    sampled: 1000,
    activeTriggers: false,
    estimate,
    findings: [],
    ...changes,
  };
}

function text(...jobs: ValidatedJob[]): string {
  const valid = jobs.every(({ status }) => status === 'ok' || status === 'warning');
  const result: ValidateResult = { orgId: testOrgId, username: context.username, valid, apiCalls: 2, jobs };
  return plainText(renderValidateResult(result, { ...context, specs: [jobSpec()] }));
}

describe('report of job validate', () => {
  it('says how much was looked at, what a run costs, and what to type next', () => {
    const shown = text(job());
    expect(shown).to.include('accounts: ready to run\n');
    expect(shown).to.include('The first 1,000 rows of about 12,000 looked at.');
    expect(shown).to.include('A run costs about 15 API calls: 3 for checks, 12 requests of up to 1,000 records');
    expect(shown).to.include('2 API calls made by these checks; nothing was sent.');
    expect(shown).to.match(/Check every record without sending any:\n.*--dry-run/);
  });

  it('after every row was looked at and is fine, the next thing is to run', () => {
    const shown = text(job({ sampled: 3, estimate: { ...estimate, records: 3, recordsAreExact: true } }));
    expect(shown).to.include('All 3 rows looked at.');
    expect(shown).to.not.include('--dry-run');
    expect(shown).to.match(/Export the records:\n {4}sf crm-export run/);
  });

  it('a job that cannot run gets no next command', () => {
    const shown = text(
      job({ status: 'error', estimate: null, findings: [finding('accounts', 'error', 'x', 'Wrong.')] }),
    );
    expect(shown).to.include('accounts: not ready to run').and.include('Error: Wrong.');
    expect(shown).to.not.include('Next:');
  });

  it('S1: findings show what others wrote, and obey none of it', () => {
    const hostile = '\u001b]0;title\u0007\u001b[2J\r\n\u202e';
    const one = {
      ...finding('j', 'refusal', 'C', hostile, { advice: hostile, column: hostile }),
      row: 2,
      line: 3,
      count: 4,
    };
    const shown = findingLines([one]);
    expect(shown).to.have.length(3);
    for (const line of shown) expect(line).to.not.match(/[\u0000-\u001f\u202e]/);
    expect(shown[1]).to.match(/^ {2}column ".*", 4 rows, first row 2 \(line 3\)$/);
  });
});

describe('report of job generate', () => {
  const result: GenerateResult = {
    orgId: testOrgId,
    username: context.username,
    definitionFile: '/my jobs/crm-export.json',
    change: 'added',
    job: {
      name: 'accounts',
      object: 'Account',
      operation: 'upsert',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: 'a.csv' },
      mapping: { Ext_Id__c: 'id' },
    },
    columns: [
      { column: 'id\u001b[31m', target: 'Ext_Id__c', matchedBy: 'key', reason: null, candidates: [] },
      { column: 'x', target: null, matchedBy: null, reason: 'no-field', candidates: [] },
    ],
    sampled: 1,
    findings: [],
    apiCalls: 2,
  };

  it('S1: shows each column, what it sets and why', () => {
    const shown = plainText(renderGeneratedJob(result));
    expect(shown).to.include('id\\x1b[31m\tExt_Id__c\tlooks like the key (a guess)');
    expect(shown).to.include('x\t(left out)\t');
    expect(shown).to.include('From a.csv, 1 row looked at.');
  });

  it('names the next commands, ready to paste', () => {
    const shown = plainText(renderWritten(result, context));
    expect(shown).to.include('The job accounts was added to /my jobs/crm-export.json.');
    expect(shown).to.include(
      'sf crm-export job validate --definition-file "/my jobs/crm-export.json" --job accounts --target-org ann@example.com',
    );
  });
});
