import { apiUseOf, lastOrgUsage } from '../core/budget/api-use.js';
import { reservedCalls, roomOf } from '../core/budget/policy.js';
import {
  newestRuns,
  pausedOnOf,
  restingStatus,
  standsAt,
  viewOfOrg,
  type OrgView,
  type PausedOnDetails,
} from '../core/job-status.js';
import type { ApiUseResult } from '../core/budget/api-budget.js';
import type { JobPhase, JobRecord, JobSettings, Operation } from '../core/job.js';
import type { ApiUseBucket, LeaseHolder, LedgerView } from '../core/ports/ledger.js';
import { rootCauses, type RootCause } from '../core/root-causes.js';
import type { JobStatus, RunRecord, StopCode } from '../core/run-record.js';
import { resolveSettings, visibleSettings, type ResolvedSettings } from '../core/settings.js';
import type { CommandContext } from './command-line.js';
import { nextSteps, openCounts, type NextStep } from './next-steps.js';
import { settingResult, type SettingResult } from './settings-report.js';

export type StatusJob = {
  job: string;
  object: string;
  operation: Operation;
  status: JobStatus;
  phase: JobPhase;
  checkpoint: { row: number; line: number | null };
  pausedOn: PausedOnDetails | null;
  openErrors: number;
  lastRun: RunRecord | null;
  /** The process that runs this job right now. */
  running: { host: string; pid: number; since: string } | null;
  /** What the job's definition sets itself; it stands before the settings of the org. */
  settings: JobSettings;
  /** What to do next, the command with it. */
  next: NextStep[];
};

/** The `--json` contract of `status` (design.md 4; fields are added, never renamed). */
export type StatusResult = {
  orgId: string;
  username: string | null;
  settings: SettingResult[];
  jobs: StatusJob[];
  openErrors: number;
  byCode: RootCause[];
  /** The newest first. */
  runs: RunRecord[];
  /** By the ledger alone: `org` is what the org said last, and `left` counts by the limit alone. */
  apiUse: ApiUseResult & { hours: ApiUseBucket[] };
};

export type StatusFacts = {
  readonly view: LedgerView;
  readonly holders: readonly LeaseHolder[];
  readonly now: string;
  readonly context: CommandContext;
};

const shownRuns = 10;

/** Everything that `status` tells of an org, from its ledger alone. */
export function statusResult({ view, holders, now, context }: StatusFacts): StatusResult {
  const { orgId, username } = context;
  const org = viewOfOrg(view, orgId);
  const settings = resolveSettings({ rows: view.settings, orgId });
  const byId = new Map(org.exportErrors.map((error) => [error.id, error]));
  return {
    orgId,
    username,
    settings: visibleSettings(settings).map((name) => settingResult(name, settings)),
    jobs: org.jobs.map((job) => {
      const holder = holders.find((lease) => lease.orgId === orgId && lease.name === job.name);
      return statusJob(job, { org, holder, pausedOn: pausedOnOf(job, byId), context });
    }),
    openErrors: org.openErrors.length,
    byCode: rootCauses(org.openErrors),
    runs: newestRuns(org.runs, shownRuns),
    apiUse: apiUse(view, settings, orgId, now),
  };
}

function apiUse(view: LedgerView, settings: ResolvedSettings, orgId: string, now: string): StatusResult['apiUse'] {
  const { last24Hours, hours } = apiUseOf(view.apiUse, orgId, now);
  const org = lastOrgUsage(view.apiUse, orgId);
  const reserve = settings['api-reserve'].value;
  const limit = settings['daily-api-limit'].value === 'none' ? null : settings['daily-api-limit'].value;
  // What the org said then is no measure of what it allows now; what it keeps of its whole is.
  const room = roomOf({ limit, used: last24Hours, reserve, org: null });
  return {
    last24Hours,
    limit,
    reserve,
    reservedCalls: reservedCalls({ reserve, org }),
    org,
    left: room === null ? null : Math.max(0, room.calls),
    hours,
  };
}

type JobFacts = {
  readonly org: OrgView;
  readonly holder: LeaseHolder | undefined;
  readonly pausedOn: PausedOnDetails | null;
  readonly context: CommandContext;
};

function statusJob(job: JobRecord, { org, holder, pausedOn, context }: JobFacts): StatusJob {
  const open = org.openErrors.filter((error) => error.job === job.name);
  const openErrors = open.length;
  const lastRun = newestRuns(
    org.runs.filter((run) => run.job === job.name),
    1,
  ).at(0);
  const status = restingStatus(job, openErrors);
  const now = {
    job: job.name,
    status,
    stopCode: stopCodeOf(lastRun),
    stopSetting: lastRun?.stoppedBy?.setting,
    pausedOnId: pausedOn?.exportErrorId ?? null,
    open: openCounts(open),
    spec: job.snapshot,
  };
  return {
    job: job.name,
    object: job.object,
    operation: job.operation,
    status,
    phase: job.phase,
    checkpoint: standsAt(job),
    pausedOn,
    openErrors,
    lastRun: lastRun ?? null,
    running: holder === undefined ? null : { host: holder.host, pid: holder.pid, since: holder.since },
    settings: job.snapshot?.settings ?? {},
    next: holder === undefined ? nextSteps(now, context) : [],
  };
}

/** Who made the last run `busy` is told by the leases that are held now, if any. */
function stopCodeOf(lastRun: RunRecord | undefined): StopCode | null {
  const code = lastRun?.stoppedBy?.code ?? null;
  return code === 'busy' ? null : code;
}
