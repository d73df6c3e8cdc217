import type { ApiError } from './api-error.js';
import type { ExportErrorStatus } from './export-error.js';
import type { ApiUseResult } from './budget/api-budget.js';
import type { Operation } from './job.js';
import type { JobStatus, RunCounts, StoppedBy } from './run-record.js';

/** The record a job is paused on, as results show it. */
export type PausedOnResult = {
  row: number;
  line: number | null;
  key: string;
  exportErrorId: string;
  /** `resolved`: a retry exported the record by its key meanwhile, because rows before it had changed (R2). */
  exportErrorStatus: ExportErrorStatus;
  since: string;
  attempts: number;
  errors: ApiError[];
};

/** What a run did with one job: the stable `--json` contract of design.md 4 (fields are added, never renamed). */
export type JobResult = RunCounts & {
  job: string;
  object: string;
  operation: Operation;
  status: JobStatus;
  apiCalls: number;
  durationMs: number;
  api: 'rest' | 'bulk';
  checkpoint: { row: number; line: number | null };
  pausedOn: PausedOnResult | null;
  stoppedBy: StoppedBy | null;
  /** `waiting`: the job at the bottom of it, and how that one ended or stands. */
  waitingFor: AwaitedJob | null;
  bulkJobIds: string[];
  /** Things an admin should know about this job's run, in words. */
  warnings: string[];
  /**
   * API calls that were needed from where the run began to the end of the source, as told before the first record was
   * sent; a dry run counts exactly, with its checks. Absent where it could not be told cheaply.
   */
  estimatedApiCalls?: number;
  /** A dry run's first refusals: what would be refused before it is sent. */
  refusals?: DryRunRefusal[];
};

/** A job that another one names in `after`, and that has not come to its end. */
export type AwaitedJob = { job: string; status: JobStatus; stoppedBy: StoppedBy | null };

/** A record that a check would refuse before it is sent. */
export type DryRunRefusal = { row: number; line: number | null; key: string; errors: ApiError[] };

export type RunResult = {
  orgId: string;
  /** null: the org was given by an access token, not by a login. */
  username: string | null;
  status: JobStatus;
  dryRun: boolean;
  jobs: JobResult[];
  /** API use of the org after the run. */
  apiUse: ApiUseResult;
};
