/** What happens to a process from inside, at counted places, so that a seed gives the same again. */
export type MischiefPlan = {
  /** Only what happens to files below this folder counts. */
  readonly folder: string;
  readonly kill?: FileKill | undefined;
  readonly disk?: DiskFault | undefined;
  readonly clock?: ClockJumps | undefined;
};

export const fileOperations = ['open', 'write', 'sync', 'rename', 'truncate', 'remove', 'link', 'copy'] as const;
export type FileOperation = (typeof fileOperations)[number];

/** SIGKILL at the n-th operation of a kind. `half`: half of the bytes are written. `inside`: while the system does it. */
export type FileKill = {
  readonly operation: FileOperation | 'any';
  readonly nth: number;
  readonly side: 'before' | 'half' | 'inside' | 'after';
};

/** From the n-th operation that needs the disk on, `times` of them fail: the first write half, as on a full disk. */
export type DiskFault = { readonly nth: number; readonly times: number; readonly code: 'ENOSPC' | 'EIO' | 'EDQUOT' };

/** The wall clock is wrong from the start, and jumps at every so many operations. */
export type ClockJumps = { readonly startMs: number; readonly every: number; readonly byMs: number };

export type MischiefReport = {
  readonly diskFaults: number;
  /** A commit failed: nothing more may be sent (C4). */
  readonly commitFailed: boolean;
  readonly jumps: number;
};

export type Mischief = { arm(plan: MischiefPlan | undefined): void; report(): MischiefReport };

/** Where the preloaded module puts itself for the child. */
export const mischiefName = 'soakMischief';
/** For a process that gets its plan with its start. */
export const mischiefVariable = 'SOAK_MISCHIEF';
