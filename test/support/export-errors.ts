import type { ApiUseResult } from '../../src/core/budget/api-budget.js';
import { refused, type RefusalFacts } from '../../src/core/error-life.js';
import type { ExportError } from '../../src/core/export-error.js';
import type { JobRecord, JobSpec } from '../../src/core/job.js';
import { noCounts, type RunRecord } from '../../src/core/run-record.js';
import { accountDescribe } from './describes.js';

export const testOrgId = '00D000000000001EAA';
const time = '2026-11-23T19:04:05.678Z';

/** An ExportError row with nothing special about it, made as a run makes it. */
export function exportError(changes: Partial<ExportError> = {}): ExportError {
  const facts: RefusalFacts = {
    orgId: testOrgId,
    job: jobSpec(),
    describe: accountDescribe(),
    source: '/data/accounts.csv',
    key: { display: 'A-0437', canonical: 'a-0437' },
    position: { row: 437, line: 438 },
    payload: { Ext_Id__c: 'A-0437', Name: 'Acme' },
    payloadOmitted: null,
    errors: [{ statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Industry is needed', fields: ['Industry'] }],
    run: 1,
    now: time,
  };
  return { ...refused(undefined, facts, () => '3f2a9c41-0000-4000-8000-000000000001'), ...changes };
}

export function jobSpec(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    name: 'accounts',
    object: 'Account',
    operation: 'upsert',
    externalId: 'Ext_Id__c',
    source: { type: 'csv', path: '/data/accounts.csv' },
    settings: {},
    definitionFile: '/data/crm-export.json',
    formerly: [],
    ...changes,
  };
}

/** A job that stands after row 436, in the middle of its source. */
export function jobRecord(changes: Partial<JobRecord> = {}): JobRecord {
  const name = changes.name ?? 'accounts';
  return {
    orgId: testOrgId,
    name,
    object: 'Account',
    operation: 'upsert',
    externalId: 'Ext_Id__c',
    phase: 'open',
    checkpoint: { row: 436, line: 437, mark: { offset: 9000 } },
    pausedOn: null,
    learned: { records: null, cleanWindows: 0 },
    run: 1,
    snapshot: jobSpec({ name }),
    updatedAt: time,
    ...changes,
  };
}

/** A job that is paused on this row. */
export function pausedJob(error: ExportError, changes: Partial<JobRecord> = {}): JobRecord {
  const { row, line, canonicalKey: key, id: exportErrorId, firstFailedAt: since } = error;
  return jobRecord({
    name: error.job,
    phase: 'paused',
    checkpoint: { row: row - 1, line: row, mark: { offset: 9000 } },
    pausedOn: { row, line, key, exportErrorId, since },
    ...changes,
  });
}

export function runRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    ...noCounts,
    id: `run-${changes.job ?? 'accounts'}-${changes.run ?? 1}`,
    orgId: testOrgId,
    job: 'accounts',
    kind: 'run',
    run: 1,
    startedAt: time,
    endedAt: time,
    status: 'completed',
    stoppedBy: null,
    apiCalls: 3,
    durationMs: 812,
    ...changes,
  };
}

export function apiUseResult(changes: Partial<ApiUseResult> = {}): ApiUseResult {
  return { last24Hours: 3, limit: null, reserve: 10, reservedCalls: null, org: null, left: null, ...changes };
}
