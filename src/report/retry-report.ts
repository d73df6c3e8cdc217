import { rootCauses } from '../core/root-causes.js';
import type { JobRetryResult, RetryResult, SkipReason } from '../core/retry/retry-result.js';
import { heading, lines, type Block } from './blocks.js';
import { commandLine, type CommandContext } from './command-line.js';
import { escapeText } from './escape.js';
import { budgetSteps, requeueStep } from './next-steps.js';
import { rootCauseTable } from './root-cause-table.js';
import { count, duration, stopLines } from './words.js';

const skipWords: { readonly [R in SkipReason]: string } = {
  busy: 'another process runs the job',
  'behind-checkpoint': 'they lie behind the checkpoint of their job; they are retried when a run has passed them',
  'not-read': 'the source could not be read to the row that the job is paused on; the next retry tries again',
  'no-data':
    'neither their source nor the stored data can give them (too large to store, or known by their place alone)',
  limit: 'the limit was reached; the next retry takes them',
  checks: 'their job no longer passes its checks',
  'no-definition': 'the definition of their job is not known; run the job once, or give it with --definition-file',
  stopped: 'the retry stopped before it came to them',
};

/** What a retry did, for the screen: in all, for each job, why what still fails does, and what to type next. */
export function renderRetryResult(result: RetryResult, context: CommandContext): Block[] {
  if (result.jobs.length === 0) return [lines(nothingToRetry(result.notChosen))];
  const causes = result.errors.length > 0 ? [rootCauseTable(rootCauses(result.errors), 'Why records still fail')] : [];
  return [
    heading('Retry of ExportErrors'),
    lines(
      totals(result),
      ...result.skipped.map(({ reason, count: of }) => `Left alone: ${count(of, 'record')}, for ${skipWords[reason]}.`),
    ),
    ...(result.jobs.length > 1 ? [jobTable(result.jobs)] : []),
    lines(...result.jobs.flatMap(jobLines)),
    ...causes,
    lines(...nextLines(result, context)),
  ];
}

function nothingToRetry(notChosen: number): string {
  if (notChosen === 0) return 'No pending ExportErrors: nothing to retry.';
  return `Nothing to retry: the flags choose none of the ${count(notChosen, 'pending ExportError')}.`;
}

function totals(result: RetryResult): string {
  const { attempted, resolved, superseded, stillFailing, quarantined, apiCalls } = result;
  const parts = [
    `${count(attempted, 'record')} tried`,
    `${resolved.toLocaleString('en-US')} resolved`,
    ...(superseded > 0 ? [`${superseded.toLocaleString('en-US')} superseded`] : []),
    `${stillFailing.toLocaleString('en-US')} still failing`,
    ...(quarantined > 0 ? [`${quarantined.toLocaleString('en-US')} quarantined`] : []),
  ];
  return `${parts.join(', ')}; ${count(apiCalls, 'API call')}.`;
}

function jobLines(job: JobRetryResult): string[] {
  const name = escapeText(job.job);
  return [
    ...(job.movedPast ? [`${name}: the record it was paused on is exported; the next run goes on behind it.`] : []),
    ...(job.unpaused
      ? [`${name}: the record it was paused on is not at its row any more; the next run goes on there.`]
      : []),
    ...(job.stoppedBy === null ? [] : stopLines(`${name}: stopped`, job.stoppedBy)),
    ...job.warnings.map((warning) => `${name}: ${escapeText(warning)}`),
  ];
}

function jobTable(jobs: readonly JobRetryResult[]): Block {
  return {
    kind: 'table',
    columns: [
      { key: 'job', name: 'Job' },
      { key: 'attempted', name: 'Tried', align: 'right' },
      { key: 'resolved', name: 'Resolved', align: 'right' },
      { key: 'failing', name: 'Still failing', align: 'right' },
      { key: 'quarantined', name: 'Quarantined', align: 'right' },
      { key: 'calls', name: 'API calls', align: 'right' },
      { key: 'took', name: 'Took', align: 'right' },
    ],
    rows: jobs.map((job) => ({
      job: escapeText(job.job),
      attempted: job.attempted.toLocaleString('en-US'),
      resolved: job.resolved.toLocaleString('en-US'),
      failing: job.stillFailing.toLocaleString('en-US'),
      quarantined: job.quarantined.toLocaleString('en-US'),
      calls: job.apiCalls.toLocaleString('en-US'),
      took: duration(job.durationMs),
    })),
  };
}

function nextLines(result: RetryResult, context: CommandContext): string[] {
  const moved = result.jobs.filter((job) => job.movedPast || job.unpaused);
  const stop = result.jobs.find(({ stoppedBy }) => stoppedBy?.code === 'budget')?.stoppedBy;
  const step = (text: string, command: string): string[] => [`  ${text}`, `    ${command}`];
  const requeue = requeueStep(['--status', 'quarantined'], context);
  const steps = [
    ...(result.stillFailing + result.quarantined > 0
      ? step('See what still fails:', commandLine(context, ['errors', 'list'], 'ledger'))
      : []),
    ...(result.quarantined > 0 ? step(requeue.text, requeue.command) : []),
    ...(moved.length > 0
      ? step('See where the jobs stand, and run those that were paused:', commandLine(context, ['status'], 'ledger'))
      : []),
    ...(result.skipped.some(({ reason }) => reason === 'no-data')
      ? step(
          'Records without data come again with a run of their job from row 1 (--restart), or can be discarded. See them:',
          commandLine(context, ['errors', 'list'], 'ledger'),
        )
      : []),
    ...(stop ? budgetSteps(stop.setting, context) : []).flatMap(({ text, command }) => step(text, command)),
  ];
  return steps.length === 0 ? [] : ['Next:', ...steps];
}
