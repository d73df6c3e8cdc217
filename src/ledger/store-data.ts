import type { ExportError } from '../core/export-error.js';
import type { JobRecord } from '../core/job.js';
import type { ApiUseBucket } from '../core/ports/ledger.js';
import type { RunRecord } from '../core/run-record.js';
import type { SettingRow } from '../core/settings.js';

/** Version of the store file and of the journals that this program writes; `migrations.ts` leads up to it. */
export const storeVersion = 1;

/**
 * The store file. Every table is an array of rows: names that come from outside (keys, columns, jobs) are values, never
 * property names of a table, so `__proto__` and number-like names are harmless.
 */
export type StoreData = {
  version: number;
  settings: SettingRow[];
  jobs: JobRecord[];
  exportErrors: ExportError[];
  runs: RunRecord[];
  apiUse: ApiUseBucket[];
  folded: FoldedJournal[];
};

/** How much of a job's newest journal is in the store already, so that folding it again changes nothing. */
export type FoldedJournal = {
  readonly orgId: string;
  readonly job: string;
  /** Id of the journal: the token of the lease under which it was written. */
  readonly journal: string;
  /** Sequence number of the last line that is in the store. */
  readonly seq: number;
};

/** A new empty store; a function, because lowdb keeps and changes the object it is given. */
export function emptyStore(): StoreData {
  return { version: storeVersion, settings: [], jobs: [], exportErrors: [], runs: [], apiUse: [], folded: [] };
}

/** What one commit changed, as a line of a journal holds it: whole rows, so that a line means the same on any store. */
export type StoredChange = {
  readonly job?: JobRecord;
  readonly errors?: readonly ExportError[];
  readonly run?: RunRecord;
  readonly apiUse?: Omit<ApiUseBucket, 'orgId'>;
};
