import { expect } from 'chai';
import type { ExportError } from '../../../src/core/export-error.js';
import type { JobRecord } from '../../../src/core/job.js';
import type { LedgerView } from '../../../src/core/ports/ledger.js';
import { plainText } from '../../../src/report/blocks.js';
import { renderError, renderErrorList } from '../../../src/report/errors-report.js';
import { renderStatus } from '../../../src/report/status-report.js';
import { statusResult, type StatusResult } from '../../../src/report/status-result.js';
import {
  apiUseResult,
  exportError,
  jobRecord,
  jobSpec,
  pausedJob,
  runRecord,
  testOrgId,
} from '../../support/export-errors.js';

const context = { orgId: testOrgId, username: null, store: null };
const now = '2026-11-24T08:30:00.000Z';
const refused = exportError();
const otherOrg = '00D000000000002EAA';

function view(changes: Partial<LedgerView> = {}): LedgerView {
  return {
    settings: [],
    jobs: [pausedJob(refused)],
    exportErrors: [refused],
    runs: [runRecord({ status: 'paused' })],
    apiUse: [],
    ...changes,
  };
}

function status(changes: Partial<LedgerView> = {}, holders: Parameters<typeof statusResult>[0]['holders'] = []) {
  const result = statusResult({ view: view(changes), holders, now, context });
  return { result, shown: plainText(renderStatus(result, context)) };
}

describe('status', () => {
  it('X1: a paused job: its record and why, since when, attempts, and the next command, in --json as on the screen', () => {
    const { result, shown } = status();
    const [job] = result.jobs;
    expect(job).to.deep.include({ job: 'accounts', object: 'Account', operation: 'upsert', status: 'paused' });
    expect(job?.checkpoint).to.deep.equal({ row: 436, line: 437 });
    expect(job?.pausedOn).to.deep.equal({
      row: 437,
      line: 438,
      key: 'A-0437',
      exportErrorId: refused.id,
      exportErrorStatus: 'pending',
      since: refused.firstFailedAt,
      attempts: 1,
      errors: refused.errors,
      source: '/data/accounts.csv',
    });
    expect(job?.openErrors).to.equal(1);
    for (const { text, command } of job!.next) expect(shown).to.include(text).and.to.include(command);
    expect(shown).to.include('Paused on row 437 (line 438) of /data/accounts.csv, key A-0437');
  });

  it('knows only its own org', () => {
    const mine = { ...refused, orgId: otherOrg };
    const { result } = status({ jobs: [{ ...pausedJob(refused), orgId: otherOrg }], exportErrors: [mine], runs: [] });
    expect(result.jobs).to.deep.equal([]);
    expect(result.openErrors).to.equal(0);
    expect(result.byCode).to.deep.equal([]);
  });

  it('gives the states of jobs in the words of a run', () => {
    const of = (phase: 'new' | 'open' | 'completed', exportErrors = [refused]) =>
      status({ jobs: [jobRecord({ phase })], exportErrors }).result.jobs[0]?.status;
    expect(of('completed', [])).to.equal('completed');
    expect(of('completed')).to.equal('completedWithErrors');
    expect(of('open')).to.equal('stopped');
    expect(of('new')).to.equal('stopped');
  });

  it('says who runs a job right now, and suggests nothing for it', () => {
    const holder = { orgId: testOrgId, name: 'accounts', host: 'build-1\u001b', pid: 42, since: now };
    const { result, shown } = status({}, [holder, { ...holder, orgId: otherOrg }]);
    expect(result.jobs[0]).to.deep.include({ running: { host: 'build-1\u001b', pid: 42, since: now }, next: [] });
    expect(shown).to.include('Running now: process 42 on build-1\\x1b, since 2026-11-24 08:30:00 UTC.');
  });

  it('X1: suggests what can be done about open ExportErrors: retry, requeue, discard', () => {
    const commands = (job: JobRecord, exportErrors: ExportError[]) =>
      status({ jobs: [job], exportErrors }).result.jobs[0]!.next.map(({ command }) => command.split(' --')[0]);
    const quarantined = exportError({ id: 'q', canonicalKey: 'q', status: 'quarantined' });
    const completed = jobRecord({ phase: 'completed' });
    const [list, retry, discard] = ['errors list', 'retry', 'errors discard'].map((words) => `sf crm-export ${words}`);
    const requeue = 'sf crm-export errors requeue';
    expect(commands(completed, [refused])).to.deep.equal([list, retry, discard]);
    expect(commands(completed, [refused, quarantined])).to.deep.equal([list, retry, requeue, discard]);
    expect(commands(completed, [quarantined])).to.deep.equal([list, requeue, discard]);
    expect(commands(pausedJob(refused), [refused, quarantined]))
      .to.include('sf crm-export skip')
      .and.include(requeue);
    expect(commands(completed, [])).to.deep.equal([]);
  });

  it('counts the API calls of the last 24 hours', () => {
    const bucket = (hour: string, calls: number, orgId = testOrgId) => ({ orgId, hour, calls });
    const apiUse = [bucket('2026-11-23T08', 100), bucket('2026-11-23T09', 5), bucket('2026-11-24T08', 2)];
    const { result } = status({ apiUse: [...apiUse, bucket('2026-11-24T08', 50, otherOrg)] });
    expect(result.apiUse).to.deep.equal({ ...apiUseResult({ last24Hours: 7 }), hours: apiUse.slice(1) });
  });

  it('A1 X1 shows the limit, the reserve, what is left, and what the org itself said last', () => {
    const org = { used: 13_000, max: 15_000, at: '2026-11-24T08:12:00.000Z' };
    const older = { used: 1, max: 15_000, at: '2026-11-24T07:12:00.000Z' };
    const apiUse = [
      { orgId: testOrgId, hour: '2026-11-24T08', calls: 1_900, org },
      { orgId: testOrgId, hour: '2026-11-24T07', calls: 50, org: older },
      { orgId: otherOrg, hour: '2026-11-24T08', calls: 1, org: { ...org, used: 2 } },
    ];
    const settings = [
      { scope: testOrgId, name: 'daily-api-limit', value: 2_000 },
      { scope: 'global', name: 'api-reserve', value: 20 },
    ];
    const { result, shown } = status({ apiUse, settings });
    const { hours: _, ...figures } = result.apiUse;
    expect(figures).to.deep.equal({
      last24Hours: 1_950,
      limit: 2_000,
      reserve: 20,
      reservedCalls: 3_000,
      org,
      left: 50,
    });
    expect(shown).to.include('in the last 24 hours: 1,950 of 2,000 (daily-api-limit); 50 left');
    expect(shown).to.include('13,000 of 15,000 on 2026-11-24 08:12:00 UTC; api-reserve keeps 20 %, which is 3,000');
    expect(shown).to.match(/api-reserve\s.*20 %/);
  });

  it('A1 X1 a job that the budget stopped: how much was used, and how to allow more', () => {
    const stoppedBy = {
      code: 'budget',
      message: 'The setting daily-api-limit allows 20.',
      setting: 'daily-api-limit',
    } as const;
    const run = runRecord({ status: 'stopped', stoppedBy });
    const { result, shown } = status({ jobs: [jobRecord({ phase: 'open' })], exportErrors: [], runs: [run] });
    const commands = result.jobs[0]!.next.map(({ command }) => command.split(' --')[0]);
    expect(commands).to.include('sf crm-export settings set daily-api-limit none');
    expect(shown).to.include('Last run stopped: The setting daily-api-limit allows 20.');
    for (const { command } of result.jobs[0]!.next) expect(shown).to.include(command);
  });

  it('shows the settings in force, and hides pausing while the export is off', () => {
    const names = (result: StatusResult) => result.settings.map(({ name }) => name);
    expect(names(status().result)).to.include('pause-on-export-errors');
    const off = status({ settings: [{ scope: testOrgId, name: 'export-to-crm', value: false }] });
    expect(names(off.result)).to.not.include('pause-on-export-errors');
    expect(off.shown).to.include('sf crm-export settings set export-to-crm true --org-id 00D000000000001EAA');
  });

  it('shows what a definition sets itself', () => {
    const snapshot = jobSpec({ settings: { 'pause-on-export-errors': false } });
    const { result, shown } = status({ jobs: [pausedJob(refused, { snapshot })] });
    expect(result.jobs[0]?.settings).to.deep.equal({ 'pause-on-export-errors': false });
    expect(shown).to.include('Its definition sets: pause-on-export-errors false.');
  });

  it('works on an empty ledger', () => {
    const { shown } = status({ jobs: [], exportErrors: [], runs: [] });
    expect(shown).to.include('No job has run in this org yet.').and.to.include('No open ExportErrors.');
  });
});

describe('errors list and show', () => {
  it('shows 50 rows with the total, and all causes', () => {
    const rows = Array.from({ length: 120 }, (_, index) =>
      exportError({ id: `id-${index}`.padEnd(36, '0'), row: index }),
    );
    const shown = plainText(renderErrorList(rows, { ...context, ids: rows.map(({ id }) => id) }));
    expect(shown.match(/\taccounts\t/g)).to.have.length(50);
    expect(shown).to.include('120 ExportErrors. Shown: the first 50');
    expect(shown).to.match(/^120\tFIELD_CUSTOM_VALIDATION_EXCEPTION/m);
    const limited = plainText(renderErrorList(rows, { ...context, ids: [], limit: 3 }));
    expect(limited.match(/\taccounts\t/g)).to.have.length(3);
  });

  it('shows everything of a row', () => {
    const row = exportError({
      attempts: 5,
      retries: 2,
      status: 'discarded',
      settledAt: now,
      recordId: '001000000000001AAA',
      note: 'Skipped',
      payload: { Name: null, Amount__c: 1.5, 'Parent.Ext_Id__c': 'P1' },
    });
    const shown = plainText(renderError(row, pausedJob(refused, { phase: 'completed', pausedOn: null }), context));
    for (const part of [
      row.id,
      '5 (2 by retry)',
      'discarded',
      '001000000000001AAA',
      'Skipped',
      'Name: null',
      '1.5',
      'P1',
    ]) {
      expect(shown).to.include(part);
    }
    expect(shown).to.not.include('Next:');
  });

  it('X1: shows what can be done about an open row, and nothing about a settled one', () => {
    const steps = (row: ExportError, job = jobRecord({ phase: 'completed' })) =>
      plainText(renderError(row, job, context))
        .split('\n')
        .filter((line) => line.startsWith('    sf '));
    const which = `--id ${refused.id}`;
    const org = '--org-id 00D000000000001EAA';
    const discard = `    sf crm-export errors discard ${which} --reason "why it need not be exported" ${org}`;
    const requeue = `    sf crm-export errors requeue ${which} --reason "what was fixed" ${org}`;
    const quarantined = exportError({ status: 'quarantined' });
    const retry = `    sf crm-export retry ${which} --target-org "a login for 00D000000000001EAA"`;
    expect(steps(refused)).to.deep.equal([retry, discard]);
    expect(steps(quarantined)).to.deep.equal([requeue, discard]);
    expect(steps(exportError({ status: 'discarded' }))).to.deep.equal([]);
    const paused = steps(quarantined, pausedJob(refused));
    expect(paused).to.include(requeue).and.to.not.include(discard);
    expect(paused.join()).to.include('sf crm-export skip --job accounts');
  });

  it('S1: shows each decision in a note on a line of its own', () => {
    const shown = plainText(renderError(exportError({ note: 'Requeued\nDiscarded\r\u001b[2J' }), undefined, context));
    expect(shown)
      .to.match(/^Note: +Requeued$/m)
      .and.to.match(/^Note: +Discarded\\r\\x1b\[2J$/m);
  });

  it('says what is known of a payload that is not there', () => {
    const omitted = { bytes: 40_000, sha256: 'x', fields: ['Name', 'Notes__c'] };
    const large = exportError({ payload: null, payloadOmitted: omitted });
    expect(plainText(renderError(large, undefined, context))).to.include('40,000 bytes); fields Name, Notes__c');
    const broken = exportError({ payload: null });
    expect(plainText(renderError(broken, undefined, context))).to.include('Payload: none');
  });
});
