import { expect } from 'chai';
import type { ExportErrorStatus } from '../../../src/core/export-error.js';
import { noCounts, type JobStatus, type StopCode } from '../../../src/core/run-record.js';
import type { JobResult, RunResult } from '../../../src/core/run-result.js';
import { plainText } from '../../../src/report/blocks.js';
import { renderRunResult, type RunReportContext } from '../../../src/report/run-report.js';
import { apiUseResult, exportError, jobSpec, testOrgId } from '../../support/export-errors.js';

const username = 'ann@example.com';

function job(changes: Partial<JobResult> = {}): JobResult {
  return {
    ...noCounts,
    job: 'accounts',
    object: 'Account',
    operation: 'upsert',
    status: 'completed',
    apiCalls: 3,
    durationMs: 812,
    api: 'rest',
    checkpoint: { row: 1000, line: 1001 },
    pausedOn: null,
    stoppedBy: null,
    waitingFor: null,
    bulkJobIds: [],
    warnings: [],
    ...changes,
  };
}

function text(jobs: JobResult[], changes: Partial<RunReportContext> = {}, result: Partial<RunResult> = {}): string {
  const context: RunReportContext = {
    orgId: testOrgId,
    username,
    store: null,
    specs: new Map([['accounts', jobSpec()]]),
    openErrors: [],
    ...changes,
  };
  const apiUse = apiUseResult();
  const run: RunResult = { orgId: testOrgId, username, status: 'completed', dryRun: false, jobs, apiUse, ...result };
  return plainText(renderRunResult(run, context));
}

const paused = job({
  status: 'paused',
  read: 437,
  exported: 436,
  created: 400,
  updated: 36,
  failed: 1,
  checkpoint: { row: 436, line: 437 },
  pausedOn: {
    row: 437,
    line: 438,
    key: 'A-0437',
    exportErrorId: '3f2a9c41',
    exportErrorStatus: 'pending',
    since: '2026-11-23T19:04:05.678Z',
    attempts: 2,
    errors: [
      { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Industry is needed', fields: ['Industry'] },
      { statusCode: 'STRING_TOO_LONG', message: 'too long', fields: [] },
    ],
  },
});

describe('report of a run', () => {
  it('X1: paused: names the record, all its errors, and each next command', () => {
    const shown = text([paused], { openErrors: [exportError()] });
    expect(shown).to.include(
      '437 records read, 436 exported (400 created, 36 updated), 1 refused; 3 API calls, 812 ms',
    );
    expect(shown).to.include(
      'Paused on row 437 (line 438) of /data/accounts.csv, key A-0437 (2 attempts since 2026-11-23 19:04:05 UTC):',
    );
    expect(shown).to.include('  FIELD_CUSTOM_VALIDATION_EXCEPTION: Industry is needed [Industry]\n');
    expect(shown).to.include('  STRING_TOO_LONG: too long\n');
    expect(shown).to.include(
      '    sf crm-export run --definition-file /data/crm-export.json --job accounts --target-org ann@example.com\n',
    );
    expect(shown).to.include('sf crm-export skip --job accounts --reason "why it may be left out" --target-org');
    expect(shown).to.include(
      'sf crm-export run --definition-file /data/crm-export.json --job accounts --on-error log --target-org',
    );
    expect(shown).to.include('sf crm-export errors show --id 3f2a9c41 --target-org');
  });

  it('repeats the command that was typed, where it is known', () => {
    expect(text([paused], { command: 'sf crm-export run -f a.csv -o dev' })).to.include(
      '    sf crm-export run -f a.csv -o dev\n',
    );
  });

  it('X1: completed with errors: how many, why, and how to see them', () => {
    const openErrors = [1, 2, 3].map((row) => exportError({ id: `id-${row}`, row }));
    const shown = text([job({ status: 'completedWithErrors', failed: 3 })], { openErrors });
    expect(shown).to.include('3 ExportErrors of this job open.');
    expect(shown).to.match(/^3\tFIELD_CUSTOM_VALIDATION_EXCEPTION\tIndustry\tIndustry is needed$/m);
    expect(shown).to.include('sf crm-export errors list --job accounts --target-org ann@example.com');
    expect(shown).to.include('sf crm-export retry --job accounts --target-org ann@example.com');
    expect(shown).to.include(
      'sf crm-export errors discard --job accounts --reason "why it need not be exported" --target',
    );
    expect(shown).to.not.include('--restart').and.to.not.include('errors requeue');
  });

  it('X1: completed with errors: quarantined records are requeued; retry is suggested only where it does something', () => {
    const of = (...statuses: ExportErrorStatus[]) => {
      const openErrors = statuses.map((status, row) => exportError({ id: `id-${row}`, row, status }));
      return text([job({ status: 'completedWithErrors', failed: openErrors.length })], { openErrors });
    };
    const requeue = 'sf crm-export errors requeue --job accounts --reason "what was fixed" --target-org';
    expect(of('quarantined')).to.include(requeue).and.to.not.include('sf crm-export retry');
    expect(of('quarantined', 'pending')).to.include(requeue).and.to.include('sf crm-export retry');
  });

  const stops: readonly (readonly [StopCode, RegExp])[] = [
    ['busy', /sf crm-export status/],
    ['login', /sf org login web[^]*sf crm-export run/],
    ['error-cap', /sf crm-export errors list[^]*sf crm-export run/],
    ['budget', /sf crm-export run/],
    ['org-limit', /sf crm-export run/],
    ['unavailable', /sf crm-export run/],
    ['interrupted', /sf crm-export run/],
  ];
  for (const [code, next] of stops) {
    it(`X1: stopped by ${code}: says why and what to type`, () => {
      const shown = text([job({ status: 'stopped', stoppedBy: { code, message: 'because\u001b[2J' } })]);
      expect(shown).to.include('Stopped: because\\x1b[2J').and.to.match(next);
    });
  }

  it('completed: nothing more to type; warnings are shown', () => {
    const shown = text([job({ warnings: ['The file has a header and no rows.'] })]);
    expect(shown).to.include('Warning: The file has a header and no rows.');
    expect(shown).to.not.include('Next:');
  });

  it('a dry run says that nothing was sent, and suggests nothing', () => {
    const shown = text(
      [job({ status: 'completedWithErrors', failed: 2, exported: 8, read: 10 })],
      {},
      { dryRun: true },
    );
    expect(shown).to.include('8 would be sent').and.to.include('nothing was sent and nothing was changed');
    expect(shown).to.not.include('Next:');
  });

  it('several jobs: a table of all of them', () => {
    const statuses: JobStatus[] = ['completed', 'waiting', 'failed', 'in-doubt'];
    const jobs = statuses.map((status, index) => job({ job: `job-${index}`, status }));
    const shown = text(jobs, {}, { status: 'failed' });
    expect(shown)
      .to.include('All jobs: failed')
      .and.to.match(/^job-1\twaiting for another job\t/m);
  });

  it('S1: a hostile record does nothing to the terminal', () => {
    const evil = 'x\u001b]0;t\u0007\u202e\n';
    const errors = [{ statusCode: evil, message: evil, fields: [evil] }];
    const shown = text([{ ...paused, pausedOn: { ...paused.pausedOn!, key: evil, errors } }]);
    expect(shown.replace(/\n/g, '')).to.not.match(/[\u0000-\u001f\u202e]/);
    expect(shown).to.include('key x\\x1b]0;t\\x07\\u202e\\n (');
  });
});
