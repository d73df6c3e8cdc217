import { isOpen, type ExportError } from './export-error.js';
import type { JobRecord } from './job.js';
import type { JobStatus, RunRecord } from './run-record.js';
import type { PausedOnResult } from './run-result.js';
import type { LedgerView } from './ports/ledger.js';

/**
 * The status of a job at rest, in the words of a run: a job in the middle of its source counts as `stopped` (its next
 * run goes on), one that is done is `completedWithErrors` while ExportErrors of it are open.
 */
export function restingStatus(job: Pick<JobRecord, 'phase'>, openErrors: number): JobStatus {
  if (job.phase === 'paused') return 'paused';
  if (job.phase === 'completed') return openErrors > 0 ? 'completedWithErrors' : 'completed';
  return 'stopped';
}

/** Where a job stands; rows that `skip` passed over count as behind it. The line of such a row is not known. */
export function standsAt(job: Pick<JobRecord, 'checkpoint' | 'skipRows'>): { row: number; line: number | null } {
  const skipped = job.skipRows ?? 0;
  return { row: job.checkpoint.row + skipped, line: skipped === 0 ? job.checkpoint.line : null };
}

export type PausedOnDetails = PausedOnResult & { readonly source: string };

/** The record a job is paused on, with what its ExportError knows of it; null when it is not paused. */
export function pausedOnOf(job: JobRecord, errors: ReadonlyMap<string, ExportError>): PausedOnDetails | null {
  const { pausedOn } = job;
  if (pausedOn === null) return null;
  const row = errors.get(pausedOn.exportErrorId);
  return {
    row: pausedOn.row,
    line: pausedOn.line,
    key: row?.key ?? pausedOn.key,
    exportErrorId: pausedOn.exportErrorId,
    exportErrorStatus: row?.status ?? 'pending',
    since: pausedOn.since,
    attempts: row?.attempts ?? 1,
    errors: [...(row?.errors ?? [])],
    source: row?.source ?? job.snapshot?.source.path ?? '',
  };
}

/** Everything of one org in a ledger. */
export type OrgView = {
  readonly orgId: string;
  readonly jobs: readonly JobRecord[];
  readonly exportErrors: readonly ExportError[];
  readonly openErrors: readonly ExportError[];
  readonly runs: readonly RunRecord[];
};

export function viewOfOrg(view: LedgerView, orgId: string): OrgView {
  const exportErrors = view.exportErrors.filter((row) => row.orgId === orgId);
  return {
    orgId,
    jobs: view.jobs.filter((job) => job.orgId === orgId).sort((a, b) => (a.name < b.name ? -1 : 1)),
    exportErrors,
    openErrors: exportErrors.filter(isOpen),
    runs: view.runs.filter((run) => run.orgId === orgId),
  };
}

/** The newest runs first. By their times: runs of several jobs have no other common order, and this is for people. */
export function newestRuns(runs: readonly RunRecord[], count: number): RunRecord[] {
  return runs.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1)).slice(0, count);
}
