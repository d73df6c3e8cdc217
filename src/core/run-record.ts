import type { FaultReason } from './fault-reasons.js';

/** How a job (or a whole run) ended (design.md 4). */
export type JobStatus = 'completed' | 'completedWithErrors' | 'paused' | 'in-doubt' | 'stopped' | 'waiting' | 'failed';

export type StopCode = 'busy' | 'budget' | 'org-limit' | 'unavailable' | 'login' | 'interrupted' | 'error-cap';

/** The settings that keep API calls back (A1). */
export type BudgetSetting = 'daily-api-limit' | 'api-reserve';

export type StoppedBy = {
  readonly code: StopCode;
  readonly message: string;
  /** `budget`: the setting that stopped it. */
  readonly setting?: BudgetSetting;
  /** Why in particular, where the org or the way to it is the cause. In results; the history goes without. */
  readonly reason?: FaultReason;
  /** What to do about it, in words. In results only, too. */
  readonly actions?: readonly string[];
};

/** What a run did, counted in records. */
export type RunCounts = {
  readonly read: number;
  readonly exported: number;
  readonly created: number;
  readonly updated: number;
  readonly failed: number;
  readonly superseded: number;
};

export const noCounts: RunCounts = { read: 0, exported: 0, created: 0, updated: 0, failed: 0, superseded: 0 };

/** One run of one job in the history. `status` is null while it runs (or if its process was killed). */
export type RunRecord = RunCounts & {
  readonly id: string;
  readonly orgId: string;
  readonly job: string;
  readonly kind: 'run' | 'retry';
  readonly run: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly status: JobStatus | null;
  readonly stoppedBy: StoppedBy | null;
  readonly apiCalls: number;
  readonly durationMs: number;
};
