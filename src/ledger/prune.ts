import { isOpen } from '../core/export-error.js';
import type { LedgerView } from '../core/ports/ledger.js';
import type { RunRecord } from '../core/run-record.js';
import { resolveSettings, type SettingRow } from '../core/settings.js';

/** Runs of a job that stay whatever their age (design.md 6, `history-days`). */
const keptRuns = 10;
/** Buckets older than any that a limit for 24 hours still asks for. */
const keptBucketHours = 48;
const hourMs = 3_600_000;

export type PruneOptions = {
  /** ISO 8601 UTC. */
  readonly now: string;
};

/**
 * The ledger without what is old: settled ExportErrors and runs beyond the `history-days` of their org, as the ledger's
 * own settings say, and API buckets beyond 48 hours. Open ExportErrors always stay, and so do the last 10 runs of each
 * job, told by run number (K1).
 */
export function prune(view: LedgerView, { now }: PruneOptions): LedgerView {
  const oldest = oldestByOrg(view.settings, Date.parse(now));
  // A time that cannot be understood is not a reason to throw a row away.
  const isOld = (orgId: string, time: string): boolean => Date.parse(time) < oldest(orgId);
  const firstBucket = new Date(Date.parse(now) - keptBucketHours * hourMs).toISOString().slice(0, 13);
  const recent = lastRuns(view.runs);
  return {
    ...view,
    exportErrors: view.exportErrors.filter(
      (error) => isOpen(error) || !isOld(error.orgId, error.settledAt ?? error.lastFailedAt),
    ),
    runs: view.runs.filter((run) => recent.has(run) || !isOld(run.orgId, run.endedAt ?? run.startedAt)),
    apiUse: view.apiUse.filter((bucket) => bucket.hour >= firstBucket),
  };
}

/** The time at which the history of an org begins; asked for each row, found out once for each org. */
function oldestByOrg(rows: readonly SettingRow[], nowMs: number): (orgId: string) => number {
  const known = new Map<string, number>();
  return (orgId) => {
    const oldest = known.get(orgId) ?? nowMs - resolveSettings({ rows, orgId })['history-days'].value * 24 * hourMs;
    known.set(orgId, oldest);
    return oldest;
  };
}

function lastRuns(runs: readonly RunRecord[]): Set<RunRecord> {
  const byJob = Map.groupBy(runs, (run) => `${run.orgId}\n${run.job}`);
  // The later row wins among equal numbers, as a sort that keeps order gives it.
  return new Set([...byJob.values()].flatMap((own) => [...own].sort((a, b) => a.run - b.run).slice(-keptRuns)));
}
