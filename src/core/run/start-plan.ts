import type { JobRecord, PausedOn } from '../job.js';
import type { SourceComparison } from '../ports/source.js';

/** Where a run starts in its source (design.md 4.2 and 7). */
export type StartPlan =
  | {
      readonly kind: 'from-start';
      /** The part before the checkpoint changed under a job that was not done with it. */
      readonly warnChanged: boolean;
    }
  /** Behind the checkpoint; `reattempt` is the record the job is paused on, sent alone first (H2). */
  | { readonly kind: 'continue'; readonly reattempt: PausedOn | null }
  /** As if everything before `row` were settled; nothing before it is sent. */
  | { readonly kind: 'from-row'; readonly row: number };

export type StartFacts = {
  readonly job: JobRecord | undefined;
  /** How the source compares with the checkpoint's mark; undefined when there is none. */
  readonly comparison: SourceComparison | undefined;
  readonly restart: boolean;
  readonly fromRow: number | undefined;
};

/** The tables of design.md 4.2 and 7 for upsert, update and delete. */
export function planStart(facts: StartFacts): StartPlan {
  const { job, comparison, restart, fromRow } = facts;
  if (fromRow !== undefined && fromRow > 1) return { kind: 'from-row', row: fromRow };
  if (restart || fromRow !== undefined || job === undefined || job.phase === 'new')
    return { kind: 'from-start', warnChanged: false };
  if (comparison === 'differs' || job.sourceDiffered === true)
    return { kind: 'from-start', warnChanged: job.phase !== 'completed' };
  return { kind: 'continue', reattempt: job.phase === 'paused' ? job.pausedOn : null };
}
