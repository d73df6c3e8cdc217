import type { Clock, Random } from '../../src/core/ports/clock.js';
import type { ExportError } from '../../src/core/export-error.js';
import type { JobId, JobRecord } from '../../src/core/job.js';
import type { RunRecord } from '../../src/core/run-record.js';
import { noCounts } from '../../src/core/run-record.js';

export const orgId = '00D000000000001EAA';
export const otherOrgId = '00D000000000002EAA';
export const jobId: JobId = { orgId, name: 'accounts' };

/** A clock that stands still until a test moves it; `sleep` moves it too. */
export type ManualClock = Clock & { moveTo(time: string): void; moveBy(ms: number): void };

export function manualClock(start = '2026-11-23T19:30:00.000Z'): ManualClock {
  let now = Date.parse(start);
  let elapsed = 0;
  const moveBy = (ms: number): void => {
    now += ms;
    elapsed += ms;
  };
  return {
    now: () => new Date(now).toISOString(),
    monotonicMs: () => elapsed,
    // Real holders (other processes, other turns of the event loop) get a moment too.
    sleep: async (ms, signal) => {
      if (signal?.aborted !== true) moveBy(ms);
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    moveTo: (time) => {
      now = Date.parse(time);
    },
    moveBy,
  };
}

/** The real time, for tests with other processes. */
export const realClock: Clock = {
  now: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

export function countingRandom(): Random {
  let count = 0;
  return { id: () => `id-${++count}`, fraction: () => 0.5 };
}

export const realRandom: Random = { id: () => crypto.randomUUID(), fraction: () => Math.random() };

export function jobRow(change: Partial<JobRecord> = {}): JobRecord {
  return {
    ...jobId,
    object: 'Account',
    operation: 'upsert',
    externalId: 'Ext_Id__c',
    phase: 'open',
    checkpoint: { row: 0, line: null, mark: null },
    pausedOn: null,
    learned: { records: null, cleanWindows: 0 },
    run: 1,
    snapshot: {
      name: 'accounts',
      object: 'Account',
      operation: 'upsert',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: '/data/accounts.csv' },
      settings: {},
      formerly: [],
    },
    updatedAt: '2026-11-23T19:30:00.000Z',
    ...change,
  };
}

export function errorRow(id: string, change: Partial<ExportError> = {}): ExportError {
  return {
    id,
    orgId,
    job: 'accounts',
    object: 'Account',
    operation: 'upsert',
    externalId: 'Ext_Id__c',
    key: `Key-${id}`,
    canonicalKey: `key-${id}`,
    source: '/data/accounts.csv',
    row: 7,
    line: 8,
    firstRow: 7,
    payload: { Ext_Id__c: `Key-${id}`, Name: 'Acme' },
    payloadOmitted: null,
    olderFields: [],
    newerRow: null,
    errors: [
      { statusCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [Name]', fields: ['Name'] },
    ],
    category: 'data',
    status: 'pending',
    attempts: 1,
    retries: 0,
    run: 1,
    firstFailedAt: '2026-11-23T19:30:00.000Z',
    lastFailedAt: '2026-11-23T19:30:00.000Z',
    settledAt: null,
    recordId: null,
    note: null,
    ...change,
  };
}

export function runRow(id: string, change: Partial<RunRecord> = {}): RunRecord {
  return {
    ...noCounts,
    id,
    orgId,
    job: 'accounts',
    kind: 'run',
    run: 1,
    startedAt: '2026-11-23T19:30:00.000Z',
    endedAt: null,
    status: null,
    stoppedBy: null,
    apiCalls: 0,
    durationMs: 0,
    ...change,
  };
}
