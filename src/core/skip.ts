import { discarded, noted, type Decision } from './error-life.js';
import { isOpen, type ExportError } from './export-error.js';
import type { JobRecord, PausedOn } from './job.js';
import type { LedgerChange } from './ports/ledger.js';

/** A person's decision to pass over the record a job is paused on (P30). */
export type SkipDecision = Decision & {
  /** Close its ExportError instead of leaving it open. */
  readonly discard: boolean;
};

export type Skip = {
  readonly passed: PausedOn;
  /** The row as it is afterwards; null when the ledger has none by that id. */
  readonly exportError: ExportError | null;
  readonly change: LedgerChange;
};

/**
 * Moves a paused job past its record: the job stands behind it as it was when it was refused, so that a record that is
 * changed, moved or removed afterwards is found before the checkpoint (design.md 7) and no other is passed over in its
 * place. The record's row keeps all it has (E1, H3) and gets a note; it stays open unless it is discarded.
 * @returns undefined when the job is not paused
 */
export function skipPaused(
  job: JobRecord,
  find: (id: string) => ExportError | undefined,
  decision: SkipDecision,
): Skip | undefined {
  if (job.phase !== 'paused' || job.pausedOn === null) return undefined;
  const passed = job.pausedOn;
  const row = find(passed.exportErrorId);
  const noted = row === undefined ? null : withDecision(row, decision);
  return {
    passed,
    exportError: noted,
    change: {
      job: {
        phase: 'open',
        pausedOn: null,
        ...placeBehind(passed, job),
        updatedAt: decision.now,
      },
      errors: noted === null ? [] : [noted],
    },
  };
}

/** Without a mark (a job that an older version paused), `skipRows` says how many rows are passed over unseen. */
function placeBehind({ row, line, mark }: PausedOn, job: JobRecord): Partial<JobRecord> {
  return mark === undefined ? { skipRows: row - job.checkpoint.row } : { checkpoint: { row, line, mark }, skipRows: 0 };
}

function withDecision(row: ExportError, { discard, ...decision }: SkipDecision): ExportError {
  if (!isOpen(row)) return row;
  return discard ? discarded(row, decision, 'Skipped and discarded') : noted(row, 'Skipped', decision);
}
