/** The operations a job can have. */
export type Operation = 'upsert';

/** A value as a mapping says it: empty text is absent, null clears the field (P11). */
export type MappingValue = string | number | boolean | null;

/** The value of one entry of a mapping: a column, optionally with a table of values, or a constant. */
export type MappingEntry =
  /** `values`: exact text of a cell to what is sent instead; a cell that is not in the table passes as it is. */
  | { readonly column: string; readonly values?: Readonly<Record<string, MappingValue>> }
  | { readonly constant: MappingValue };

/** A source as the definition says it, its path made absolute. */
export type SourceSpec = {
  readonly type: 'csv';
  readonly path: string;
  readonly delimiter?: string;
  /** Cell text that means *absent*; default the empty cell. */
  readonly absent?: string;
  /** Cell text that means *null*; default `#N/A`. */
  readonly null?: string;
};

/** Settings that a job's definition may carry; they stand before those of the org (design.md 6). */
export type JobSettings = {
  readonly 'pause-on-export-errors'?: boolean;
  readonly 'batch-size'?: number;
  readonly 'collections-per-request'?: 'auto' | number;
};

/** What to export, as the definition file or the ad-hoc flags say it. */
export type JobSpec = {
  readonly name: string;
  readonly object: string;
  readonly operation: Operation;
  readonly externalId: string;
  readonly source: SourceSpec;
  /** Field (or `Relation.Field__c`) to where its value comes from; without it, column names are field names. */
  readonly mapping?: Readonly<Record<string, MappingEntry>>;
  readonly settings: JobSettings;
  /** Names this job had before; its state moves over once. */
  readonly formerly: readonly string[];
  /** The file that defines it, absolute; absent: given by flags. */
  readonly definitionFile?: string;
  /** Jobs that must have completed, in this run or before, for this one to start. */
  readonly after?: readonly string[];
};

/** Identity of a job. `orgId` always has 18 characters. */
export type JobId = { readonly orgId: string; readonly name: string };

/**
 * A mark a source gives for "everything up to here": it finds the place again and tells whether what lies before it
 * is still the same. Plain JSON, opaque to all but the source that made it.
 */
export type SourceMark = { readonly [name: string]: string | number | boolean | null };

/** Everything up to `row` is settled: sent and answered, or logged. Row 0 is the start. */
export type Checkpoint = { readonly row: number; readonly line: number | null; readonly mark: SourceMark | null };

/** The record a job stays on. */
export type PausedOn = {
  readonly row: number;
  readonly line: number | null;
  /** Canonical key. */
  readonly key: string;
  readonly exportErrorId: string;
  /** When the job first paused on this record, ISO 8601 UTC. */
  readonly since: string;
  /** Everything up to and with this record, as it was when it was refused last: where `skip` puts the checkpoint. */
  readonly mark?: SourceMark;
};

/**
 * `new`: nothing settled yet; `open`: in the middle (stopped, interrupted, killed); `paused`: on a record;
 * `completed`: its source was read to the end.
 */
export type JobPhase = 'new' | 'open' | 'paused' | 'completed';

/** The window size that worked last, and for how long (design.md 3.2); null = the ceiling of the settings. */
export type LearnedSize = { readonly records: number | null; readonly cleanWindows: number };

/** What the ledger knows of a job. Changed only by the process that holds its lease. */
export type JobRecord = JobId & {
  readonly object: string;
  readonly operation: Operation;
  readonly externalId: string;
  readonly phase: JobPhase;
  readonly checkpoint: Checkpoint;
  readonly pausedOn: PausedOn | null;
  readonly learned: LearnedSize;
  /** Rows behind the checkpoint to pass over without sending them: what `skip` sets where no mark is known. */
  readonly skipRows?: number;
  /**
   * A retry found the source changed before the checkpoint and went by keys alone. The next run starts at row 1 even if
   * the source is as it was by then (a file that was seen half-written): what such a retry sent may be older.
   */
  readonly sourceDiffered?: boolean;
  /** Number of the newest run (or retry) of this job; order goes by it and by position, never by a clock (K1). */
  readonly run: number;
  /** The job as the last run used it; `retry` works from it. */
  readonly snapshot: JobSpec | null;
  readonly updatedAt: string;
};
