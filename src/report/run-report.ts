import type { ApiUseResult } from '../core/budget/api-budget.js';
import type { ExportError } from '../core/export-error.js';
import type { JobSpec } from '../core/job.js';
import { rootCauses } from '../core/root-causes.js';
import type { JobStatus } from '../core/run-record.js';
import type { JobResult, PausedOnResult, RunResult } from '../core/run-result.js';
import { heading, lines, type Block } from './blocks.js';
import type { CommandContext } from './command-line.js';
import { escapeText } from './escape.js';
import { nextSteps, openCounts, stepLines, type JobNow } from './next-steps.js';
import { rootCauseTable } from './root-cause-table.js';
import { count, duration, errorLine, place, stopLines, time } from './words.js';

export type RunReportContext = CommandContext & {
  /** The jobs that ran, by name: where their records come from and how they are called. */
  readonly specs: ReadonlyMap<string, JobSpec>;
  /** ExportErrors of the org that are open after the run. */
  readonly openErrors: readonly ExportError[];
  /** The command as it was typed, if it is to be repeated as it stands. */
  readonly command?: string;
};

/** What a run did, for the screen: one part for each job, and what to type next. */
export function renderRunResult(result: RunResult, context: RunReportContext): Block[] {
  const parts = result.jobs.flatMap((job) => renderJob(job, result, context));
  return result.jobs.length > 1 ? [...parts, summaryTable(result)] : parts;
}

function renderJob(job: JobResult, { dryRun, apiUse }: RunResult, context: RunReportContext): Block[] {
  const spec = context.specs.get(job.job) ?? null;
  const open = context.openErrors.filter((error) => error.job === job.job);
  const withCauses = job.status === 'completedWithErrors' && open.length > 0;
  const causes: Block[] = withCauses ? [rootCauseTable(rootCauses(open), 'Why records were refused')] : [];
  return [
    heading(`${escapeText(job.job)}: ${statusWords[job.status]}`),
    lines(
      ...aboutLines(job, spec, dryRun),
      ...(job.pausedOn === null ? [] : pausedLines(job.pausedOn, spec?.source.path ?? null)),
      ...(job.stoppedBy === null ? [] : stopLines(stopWord(job), job.stoppedBy)),
      ...openLines(job, open),
      ...job.warnings.map((warning) => `Warning: ${escapeText(warning)}`),
    ),
    ...causes,
    lines(...(dryRun ? dryRunLines(job, apiUse) : stepLines(nextSteps(nowOf(job, spec, open, context), context)))),
  ];
}

/** How a job ended, in words. */
export const statusWords: { readonly [S in JobStatus]: string } = {
  completed: 'completed',
  completedWithErrors: 'completed, with records in ExportErrors',
  paused: 'paused on a record',
  'in-doubt': 'in doubt',
  stopped: 'stopped',
  waiting: 'waiting for another job',
  failed: 'failed',
};

function stopWord(job: JobResult): string {
  return job.status === 'failed' ? 'Failed' : job.status === 'waiting' ? 'Waiting' : 'Stopped';
}

function aboutLines(job: JobResult, spec: JobSpec | null, dryRun: boolean): string[] {
  const source = spec === null ? '' : ` from ${escapeText(spec.source.path)}`;
  const superseded = job.superseded > 0 ? `, ${job.superseded.toLocaleString('en-US')} superseded` : '';
  const made = `${job.created.toLocaleString('en-US')} created, ${job.updated.toLocaleString('en-US')} updated`;
  const exported = `${job.exported.toLocaleString('en-US')} ${dryRun ? 'would be sent' : `exported (${made})`}`;
  const read = count(job.read, 'record');
  return [
    `${escapeText(job.object)}, ${job.operation}${source}`,
    `${read} read, ${exported}, ${job.failed.toLocaleString('en-US')} refused${superseded}; ${count(job.apiCalls, 'API call')}, ${duration(job.durationMs)}`,
    ...(dryRun ? [] : [`Settled up to ${place(job.checkpoint)}.`]),
  ];
}

/** Which record, since when, and everything the org said about it. */
export function pausedLines(paused: PausedOnResult, source: string | null): string[] {
  const file = source === null || source === '' ? '' : ` of ${escapeText(source)}`;
  const attempts = `${count(paused.attempts, 'attempt')} since ${time(paused.since)}`;
  const where = `${place(paused)}${file}, key ${escapeText(paused.key)}`;
  if (paused.exportErrorStatus === 'resolved') {
    return [`Paused on ${where}, which a retry has exported since; the next run goes on.`];
  }
  return [`Paused on ${where} (${attempts}):`, ...paused.errors.map((error) => `  ${errorLine(error)}`)];
}

function openLines(job: JobResult, open: readonly ExportError[]): string[] {
  const others = open.filter(({ id }) => id !== job.pausedOn?.exportErrorId).length;
  if (others === 0) return [];
  return [`${count(others, job.pausedOn === null ? 'ExportError' : 'more ExportError')} of this job open.`];
}

function dryRunLines(job: JobResult, apiUse: ApiUseResult): string[] {
  const found = job.failed === 0 ? 'No record would be refused by the checks made here.' : 'Fix these records first.';
  return [`Dry run: nothing was sent and nothing was changed. ${found}`, ...estimateLines(job, apiUse)];
}

function estimateLines({ estimatedApiCalls: calls }: JobResult, { left }: ApiUseResult): string[] {
  if (calls === undefined) return [];
  const remaining = left === null ? '' : ` ${left.toLocaleString('en-US')} are left today.`;
  return [`A run needs ${count(calls, 'API call')} if the org refuses no record.${remaining}`];
}

function nowOf(job: JobResult, spec: JobSpec | null, open: readonly ExportError[], context: RunReportContext): JobNow {
  return {
    job: job.job,
    status: job.status,
    stopCode: job.stoppedBy?.code ?? null,
    stopSetting: job.stoppedBy?.setting,
    pausedOnId: job.pausedOn?.exportErrorId ?? null,
    open: openCounts(open),
    spec,
    ...(context.command === undefined ? {} : { command: context.command }),
  };
}

function summaryTable(result: RunResult): Block {
  return {
    kind: 'table',
    title: `All jobs: ${statusWords[result.status]}`,
    columns: [
      { key: 'job', name: 'Job' },
      { key: 'status', name: 'Status' },
      { key: 'read', name: 'Read', align: 'right' },
      { key: 'exported', name: 'Exported', align: 'right' },
      { key: 'failed', name: 'Refused', align: 'right' },
      { key: 'calls', name: 'API calls', align: 'right' },
    ],
    rows: result.jobs.map((job) => ({
      job: escapeText(job.job),
      status: statusWords[job.status],
      read: job.read.toLocaleString('en-US'),
      exported: job.exported.toLocaleString('en-US'),
      failed: job.failed.toLocaleString('en-US'),
      calls: job.apiCalls.toLocaleString('en-US'),
    })),
  };
}
