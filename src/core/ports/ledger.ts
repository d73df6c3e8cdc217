import type { ExportError } from '../export-error.js';
import type { JobId, JobRecord } from '../job.js';
import type { RunRecord } from '../run-record.js';
import type { SettingRow } from '../settings.js';
import type { OrgApiUsage } from './transport.js';

/** The whole ledger as it stands: file plus journals, folded in memory. */
export type LedgerView = {
  readonly settings: readonly SettingRow[];
  readonly jobs: readonly JobRecord[];
  readonly exportErrors: readonly ExportError[];
  readonly runs: readonly RunRecord[];
  /** API calls this plugin made, per org and hour (UTC, `2026-11-23T19`). */
  readonly apiUse: readonly ApiUseBucket[];
};

export type ApiUseBucket = {
  readonly orgId: string;
  readonly hour: string;
  readonly calls: number;
  /** The org's own count, as its last answer in this hour had it. */
  readonly org?: OrgUsageAt;
};

export type OrgUsageAt = OrgApiUsage & { readonly at: string };

/** API calls to be added to the bucket of the hour. */
export type MadeCalls = { readonly calls: number; readonly org?: OrgUsageAt | undefined };

/**
 * What one window changed, committed as one (C1). Rows are whole and are put by identity: `errors` by `id`, `run` by
 * `id`; `job` is merged into the job's record. `apiCalls` is added to the bucket of the hour, `orgUsage` kept with it.
 */
export type LedgerChange = {
  readonly job?: Partial<JobRecord>;
  readonly errors?: readonly ExportError[];
  readonly run?: RunRecord;
  readonly apiCalls?: number;
  readonly orgUsage?: OrgUsageAt | undefined;
};

/**
 * The ledger: settings, jobs, ExportErrors, run history. Contract, held by `test/contract/ledger.ts` for each adapter:
 * - `update` reads, changes and writes as one across processes (C3);
 * - a ledger that cannot be read, or is newer than this program, is never overwritten (C4).
 * @throws LedgerFault
 */
export type Ledger = {
  /** For people: the path of the store. */
  readonly name: string;
  read(): Promise<LedgerView>;
  /** Changes settings under the store lock; the function gets a fresh copy and returns the new rows. */
  updateSettings(change: (rows: readonly SettingRow[]) => readonly SettingRow[]): Promise<void>;
  /** API calls that belong to no job's commits: of checks that failed, of jobs that did not begin (A1). */
  addApiCalls(orgId: string, made: MadeCalls): Promise<void>;
  /** Who holds the leases now; for `status`. */
  holders(): Promise<readonly LeaseHolder[]>;
  /**
   * Takes the lease of a job, folds what a dead holder left, and gives access to its rows. `onWait` is told once, when
   * the wait for another holder begins.
   * @throws LedgerFault `busy` when another living process holds it after `waitMs`, or when `signal` ended the wait
   */
  openJob(id: JobId, options?: OpenJobOptions): Promise<JobLedger>;
};

export type OpenJobOptions = {
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  readonly onWait?: (busy: LedgerFault) => void;
};

export type LeaseHolder = JobId & { readonly host: string; readonly pid: number; readonly since: string };

/** A job's rows under its lease. */
export type JobLedger = {
  readonly id: JobId;
  /** The job's record with all commits of this process merged in; undefined before the first commit of a new job. */
  job(): JobRecord | undefined;
  /** The open row of a key (E1: there is at most one). */
  openError(canonicalKey: string): ExportError | undefined;
  exportError(id: string): ExportError | undefined;
  /** All open rows of the job, oldest first. */
  openErrors(): readonly ExportError[];
  /** Open rows of the whole org: as read at opening, with this job's changes. */
  openErrorsOfOrg(): number;
  /** The lease is still ours; asked before every request. @throws LedgerFault `lease-lost` */
  assertHeld(): Promise<void>;
  /** Appends one line to the journal and syncs it. After it returns, the change survives a kill and a power cut. */
  commit(change: LedgerChange): Promise<void>;
  /** Moves the state of a job's old name to this one, once (`formerly`). No-op if the old name has none or this one has.
   * @throws LedgerFault `busy` while another process runs the former job
   */
  adopt(formerName: string): Promise<void>;
  /** Folds the journal into the file, and gives the lease back. */
  close(): Promise<void>;
};

export class LedgerFault extends Error {
  public override readonly name = 'LedgerFault';

  public constructor(
    public readonly code:
      'busy' | 'lease-lost' | 'corrupt' | 'newer-version' | 'not-readable' | 'not-writable' | 'disk-full' | 'locked',
    message: string,
    public readonly facts: {
      readonly path: string;
      readonly backup?: string;
      readonly holder?: LeaseHolder;
    } & Record<string, string | number | LeaseHolder | undefined>,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
