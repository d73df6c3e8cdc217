import type { JobSpec } from '../../src/core/job.js';
import type { JobRetryResult } from '../../src/core/retry/retry-result.js';
import type { JobResult } from '../../src/core/run-result.js';
import type { MischiefPlan, MischiefReport } from './mischief-plan.js';

/** What a child process is asked to do. */
export type Command = {
  readonly kind: 'run' | 'retry';
  readonly specs: readonly JobSpec[];
  readonly store: string;
  readonly org: {
    readonly url: string;
    readonly orgId: string;
    readonly accessToken: string;
    readonly refreshToken: string;
  };
  readonly mode: 'pause' | 'log';
  readonly restart: boolean;
  readonly fromRow: number | undefined;
  readonly maxRetries: number;
  /** So that journals are folded in the middle of runs. */
  readonly foldAtBytes: number;
  readonly mischief?: MischiefPlan | undefined;
};

/** What it says it came to. */
export type Answer = {
  readonly jobs: readonly (JobResult | JobRetryResult)[];
  readonly error?: { readonly name: string; readonly code: string; readonly message: string };
  readonly mischief: MischiefReport;
  /** What must never happen, seen from inside. */
  readonly violations: readonly string[];
};
