import { heading, lines, type Block, type TableBlock } from './blocks.js';
import { commandLine, type CommandContext } from './command-line.js';
import { escapeText } from './escape.js';
import { stepLines } from './next-steps.js';
import { rootCauseTable } from './root-cause-table.js';
import { pausedLines, statusWords } from './run-report.js';
import { settingsTable } from './settings-report.js';
import type { StatusJob, StatusResult } from './status-result.js';
import { count, duration, time } from './words.js';

/** The status of an org for the screen. */
export function renderStatus(result: StatusResult, context: CommandContext): Block[] {
  const org = result.username === null ? result.orgId : `${result.username} (${result.orgId})`;
  return [
    heading(`CRM export into ${escapeText(org)}`),
    ...mainSwitch(result, context),
    ...jobBlocks(result),
    ...(result.openErrors === 0
      ? [lines('No open ExportErrors.')]
      : [rootCauseTable(result.byCode, `${count(result.openErrors, 'open ExportError')}, by cause`)]),
    ...(result.runs.length === 0 ? [] : [runsTable(result)]),
    settingsTable(result.settings, 'Settings in force'),
    lines(...apiUseLines(result.apiUse)),
  ];
}

function apiUseLines({ last24Hours, limit, left, org, reserve, reservedCalls }: StatusResult['apiUse']): string[] {
  const number = (value: number): string => value.toLocaleString('en-US');
  const bounds = limit === null ? '' : ` of ${number(limit)} (daily-api-limit); ${number(left ?? 0)} left`;
  const kept = reservedCalls === null ? '' : `, which is ${number(reservedCalls)}`;
  return [
    `API calls of this plugin in the last 24 hours: ${number(last24Hours)}${bounds}`,
    ...(org === null
      ? []
      : [
          `API calls of all clients of the org: ${number(org.used)} of ${number(org.max)} on ${time(org.at)}; api-reserve keeps ${reserve} %${kept}`,
        ]),
  ];
}

function mainSwitch(result: StatusResult, context: CommandContext): Block[] {
  if (result.settings.find(({ name }) => name === 'export-to-crm')?.value !== false) return [];
  const on = commandLine(context, ['settings', 'set', 'export-to-crm', 'true'], 'ledger');
  return [lines('Export to CRM is off: nothing is exported into this org. To switch it on:', `  ${on}`)];
}

function jobBlocks(result: StatusResult): Block[] {
  if (result.jobs.length === 0) return [lines('No job has run in this org yet.')];
  return [jobsTable(result.jobs), ...result.jobs.flatMap(jobDetails)];
}

function jobsTable(jobs: readonly StatusJob[]): TableBlock {
  return {
    kind: 'table',
    title: 'Jobs',
    columns: [
      { key: 'job', name: 'Job' },
      { key: 'object', name: 'Object' },
      { key: 'state', name: 'State' },
      { key: 'row', name: 'Settled rows', align: 'right' },
      { key: 'errors', name: 'Open errors', align: 'right' },
      { key: 'last', name: 'Last run' },
    ],
    rows: jobs.map((job) => ({
      job: escapeText(job.job),
      object: escapeText(job.object),
      state: job.running === null ? stateWord(job) : `running (was: ${stateWord(job)})`,
      row: job.checkpoint.row.toLocaleString('en-US'),
      errors: job.openErrors.toLocaleString('en-US'),
      last: job.lastRun === null ? '' : time(job.lastRun.startedAt),
    })),
  };
}

function stateWord(job: StatusJob): string {
  return job.phase === 'new' ? 'not begun' : statusWords[job.status];
}

/** What stands behind the line of a job: who runs it, the record it stays on and why, and what to type. */
function jobDetails(job: StatusJob): Block[] {
  const own = Object.entries(job.settings).map(([name, value]) => `${name} ${String(value)}`);
  const content = [
    ...(job.running === null ? [] : [runningLine(job.running)]),
    ...(job.pausedOn === null ? [] : pausedLines(job.pausedOn, job.pausedOn.source)),
    ...stoppedLine(job),
    ...(own.length === 0 ? [] : [`Its definition sets: ${escapeText(own.join(', '))}.`]),
    ...stepLines(job.next),
  ];
  return content.length === 0 ? [] : [heading(escapeText(job.job)), lines(...content)];
}

function stoppedLine(job: StatusJob): string[] {
  const stop = job.lastRun?.stoppedBy ?? null;
  return job.status === 'stopped' && stop !== null ? [`Last run stopped: ${escapeText(stop.message)}`] : [];
}

function runningLine(holder: NonNullable<StatusJob['running']>): string {
  return `Running now: process ${holder.pid} on ${escapeText(holder.host)}, since ${time(holder.since)}.`;
}

function runsTable(result: StatusResult): TableBlock {
  return {
    kind: 'table',
    title: `Last runs`,
    columns: [
      { key: 'started', name: 'Started' },
      { key: 'job', name: 'Job' },
      { key: 'ended', name: 'Ended' },
      { key: 'read', name: 'Read', align: 'right' },
      { key: 'exported', name: 'Exported', align: 'right' },
      { key: 'failed', name: 'Refused', align: 'right' },
      { key: 'calls', name: 'API calls', align: 'right' },
      { key: 'took', name: 'Took' },
    ],
    rows: result.runs.map((run) => ({
      started: time(run.startedAt),
      job: escapeText(run.job),
      ended: run.status === null ? 'not ended' : statusWords[run.status],
      read: run.read.toLocaleString('en-US'),
      exported: run.exported.toLocaleString('en-US'),
      failed: run.failed.toLocaleString('en-US'),
      calls: run.apiCalls.toLocaleString('en-US'),
      took: run.status === null ? '' : duration(run.durationMs),
    })),
  };
}
