import type { ExportError } from '../core/export-error.js';
import type { JobId, JobRecord } from '../core/job.js';
import type { ApiUseBucket, LedgerView } from '../core/ports/ledger.js';
import type { RunRecord } from '../core/run-record.js';
import type { SettingRow } from '../core/settings.js';
import type { Journal } from './journal-codec.js';
import { storeVersion } from './store-data.js';
import type { FoldedJournal, StoreData, StoredChange } from './store-data.js';

/**
 * The ledger in memory, each table by identity. Rows keep their place in the table (the order in which they came), so
 * "oldest first" needs no clock (K1).
 */
export type Tables = {
  settings: readonly SettingRow[];
  readonly jobs: Map<string, JobRecord>;
  readonly errors: Map<string, ExportError>;
  readonly runs: Map<string, RunRecord>;
  readonly apiUse: Map<string, ApiUseBucket>;
  readonly folded: Map<string, FoldedJournal>;
};

export function jobKey({ orgId, name }: JobId): string {
  return `${orgId}\n${name}`;
}

export function tablesOf(data: StoreData): Tables {
  return {
    settings: data.settings,
    jobs: new Map(data.jobs.map((job) => [jobKey(job), job])),
    errors: new Map(data.exportErrors.map((error) => [error.id, error])),
    runs: new Map(data.runs.map((run) => [run.id, run])),
    apiUse: new Map(data.apiUse.map((bucket) => [bucketKey(bucket), bucket])),
    folded: new Map(data.folded.map((row) => [jobKey({ orgId: row.orgId, name: row.job }), row])),
  };
}

/** @param view what stays of the tables after pruning */
export function storeOf(tables: Tables, view: LedgerView): StoreData {
  return {
    version: storeVersion,
    settings: [...view.settings],
    jobs: [...view.jobs],
    exportErrors: [...view.exportErrors],
    runs: [...view.runs],
    apiUse: [...view.apiUse],
    folded: [...tables.folded.values()],
  };
}

export function viewOf(tables: Tables): LedgerView {
  return {
    settings: [...tables.settings],
    jobs: [...tables.jobs.values()],
    exportErrors: [...tables.errors.values()],
    runs: [...tables.runs.values()],
    apiUse: [...tables.apiUse.values()],
  };
}

/** Puts the rows of one commit. */
export function applyChange(tables: Tables, orgId: string, change: StoredChange): void {
  const { job, errors = [], run, apiUse } = change;
  if (job !== undefined) tables.jobs.set(jobKey(job), job);
  for (const error of errors) tables.errors.set(error.id, error);
  if (run !== undefined) tables.runs.set(run.id, run);
  if (apiUse !== undefined) {
    const key = bucketKey({ orgId, hour: apiUse.hour });
    const before = tables.apiUse.get(key);
    tables.apiUse.set(key, { ...before, ...apiUse, orgId, calls: (before?.calls ?? 0) + apiUse.calls });
  }
}

/**
 * Puts what a journal holds beyond what the store has of it already: folding twice (after a kill between the two steps
 * of a fold) changes nothing, though API calls are counted as differences.
 * @returns whether there was anything to put
 */
export function applyJournal(tables: Tables, { header, entries }: Journal): boolean {
  const last = entries.at(-1);
  if (header === null || last === undefined) return false;
  const { orgId, job, journal } = header;
  const key = jobKey({ orgId, name: job });
  const folded = tables.folded.get(key);
  const done = folded?.journal === journal ? folded.seq : 0;
  if (last.seq <= done) return false;
  for (const entry of entries) if (entry.seq > done) applyChange(tables, orgId, entry.change);
  tables.folded.set(key, { orgId, job, journal, seq: last.seq });
  return true;
}

/** Moves all that is known of a job to another name; false: nothing is known of the old one. */
export function renameJob(tables: Tables, orgId: string, from: string, to: string): boolean {
  const old = tables.jobs.get(jobKey({ orgId, name: from }));
  if (old === undefined || tables.jobs.has(jobKey({ orgId, name: to }))) return false;
  tables.jobs.delete(jobKey(old));
  tables.folded.delete(jobKey(old));
  const snapshot = old.snapshot === null ? null : { ...old.snapshot, name: to };
  tables.jobs.set(jobKey({ orgId, name: to }), { ...old, name: to, snapshot });
  const isOld = (row: { orgId: string; job: string }): boolean => row.orgId === orgId && row.job === from;
  for (const error of tables.errors.values()) if (isOld(error)) tables.errors.set(error.id, { ...error, job: to });
  for (const run of tables.runs.values()) if (isOld(run)) tables.runs.set(run.id, { ...run, job: to });
  return true;
}

function bucketKey({ orgId, hour }: Pick<ApiUseBucket, 'orgId' | 'hour'>): string {
  return `${orgId}\n${hour}`;
}
