import type { JobResult } from '../run-result.js';

/** What happens while jobs run, for progress and logs; a reporter never throws and never changes what happens. */
export type RunEvent =
  | { readonly type: 'job-started'; readonly job: string; readonly fromRow: number; readonly reattempt: boolean }
  | {
      readonly type: 'progress';
      readonly job: string;
      readonly row: number;
      readonly read: number;
      readonly exported: number;
      readonly failed: number;
      readonly apiCalls: number;
    }
  /** Before the first record is sent: API calls to the end of the source, and how many are left today (null: unbounded). */
  | {
      readonly type: 'estimate';
      readonly job: string;
      readonly calls: number;
      readonly exact: boolean;
      readonly left: number | null;
      readonly fits: boolean;
    }
  /** A batch was refused as a whole and is sent again in smaller parts, or after a wait. */
  | { readonly type: 'searching'; readonly job: string; readonly records: number; readonly reason: string }
  | { readonly type: 'waiting'; readonly job: string; readonly ms: number; readonly reason: string }
  /** Another process runs the job, and this one waits for it. */
  | { readonly type: 'busy'; readonly job: string; readonly ms: number; readonly reason: string }
  | { readonly type: 'warning'; readonly job: string; readonly message: string }
  | { readonly type: 'job-ended'; readonly job: string; readonly result: JobResult };

export type Reporter = { emit(event: RunEvent): void };
