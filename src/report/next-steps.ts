import type { ExportError } from '../core/export-error.js';
import type { JobSpec } from '../core/job.js';
import type { BudgetSetting, JobStatus, StopCode } from '../core/run-record.js';
import { commandLine, runWords, type CommandContext } from './command-line.js';

/** What to do next, and the command that does it. */
export type NextStep = { readonly text: string; readonly command: string };

/** `retry` takes pending rows and leaves quarantined ones out. */
export type OpenCounts = { readonly pending: number; readonly quarantined: number };

export type JobNow = {
  readonly job: string;
  readonly status: JobStatus;
  readonly stopCode: StopCode | null;
  /** The setting that stopped it, where one did. */
  readonly stopSetting?: BudgetSetting | undefined;
  /** The ExportError of the record the job is paused on. */
  readonly pausedOnId: string | null;
  /** Open ExportErrors of the job, by what retry makes of them. */
  readonly open: OpenCounts;
  /** As the last run used it; tells how the run is called. */
  readonly spec: JobSpec | null;
  /** The command that was typed, where it is known: it is the one to repeat. */
  readonly command?: string;
};

/** The next commands for a job in this state; none when nothing is to be done. */
export function nextSteps(now: JobNow, context: CommandContext): NextStep[] {
  const requeue = now.open.quarantined > 0 ? [requeueStep(['--job', now.job], context)] : [];
  if (now.status === 'completedWithErrors') return refusedSteps(now, requeue, context);
  return [...ownSteps(now, now.status, context), ...requeue];
}

function ownSteps(now: JobNow, status: Exclude<JobStatus, 'completedWithErrors'>, context: CommandContext): NextStep[] {
  switch (status) {
    case 'paused':
      return pausedSteps(now, context);
    case 'stopped':
      return stoppedSteps(now, context);
    case 'failed':
      return [{ text: 'When that is mended, run the same command again:', command: runAgain(now, context) }];
    case 'waiting':
      return [
        { text: 'When the job it waits for is done, run the same command again:', command: runAgain(now, context) },
      ];
    case 'in-doubt':
    case 'completed':
      return [];
  }
}

function runAgain(now: JobNow, context: CommandContext, ...more: readonly string[]): string {
  if (now.command !== undefined) return [now.command, ...more].join(' ');
  return commandLine(context, [...runWords(now.job, now.spec), ...more], 'org');
}

function pausedSteps(now: JobNow, context: CommandContext): NextStep[] {
  const skip = ['skip', '--job', now.job, '--reason', 'why it may be left out'];
  const steps: NextStep[] = [
    {
      text: 'Fix the record in its source, or the cause in the org, and run the same command again: the run goes on with this record.',
      command: runAgain(now, context),
    },
    {
      text: 'Or leave this record out for now; it stays in ExportErrors:',
      command: commandLine(context, skip, 'ledger'),
    },
    {
      text: 'Or log refused records in ExportErrors and go on; data may become inconsistent meanwhile:',
      command: runAgain(now, context, '--on-error', 'log'),
    },
  ];
  if (now.pausedOnId !== null) steps.push(showStep(now.pausedOnId, context));
  return steps;
}

/** Everything there is to know about one ExportError. */
export function showStep(id: string, context: CommandContext): NextStep {
  return {
    text: 'Everything about this record:',
    command: commandLine(context, ['errors', 'show', '--id', id], 'ledger'),
  };
}

function refusedSteps(now: JobNow, requeue: readonly NextStep[], context: CommandContext): NextStep[] {
  const ofJob = ['--job', now.job];
  const retry = retryStep(
    'When their causes are fixed, export them again; best once a day, by a schedule:',
    ofJob,
    context,
  );
  return [
    {
      text: 'See the refused records:',
      command: commandLine(context, ['errors', 'list', ...ofJob], 'ledger'),
    },
    ...(now.open.pending > 0 || now.open.quarantined === 0 ? [retry] : []),
    ...requeue,
    discardStep('Or close those that need not be exported; it shows them and asks:', ofJob, context),
  ];
}

/** @param which flags that say which rows */
export function retryStep(text: string, which: readonly string[], context: CommandContext): NextStep {
  return { text, command: commandLine(context, ['retry', ...which], 'org') };
}

/** @param which flags that say which rows */
export function requeueStep(which: readonly string[], context: CommandContext): NextStep {
  const words = ['errors', 'requeue', ...which, '--reason', 'what was fixed'];
  return {
    text: 'Quarantined records are left out by retry. To let it try them again:',
    command: commandLine(context, words, 'ledger'),
  };
}

function discardStep(text: string, which: readonly string[], context: CommandContext): NextStep {
  const words = ['errors', 'discard', ...which, '--reason', 'why it need not be exported'];
  return { text, command: commandLine(context, words, 'ledger') };
}

/** What can be done about one open row that no job is paused on. */
export function rowSteps(row: Pick<ExportError, 'id' | 'status'>, context: CommandContext): NextStep[] {
  const which = ['--id', row.id];
  return [
    row.status === 'quarantined'
      ? requeueStep(which, context)
      : retryStep('When its cause is fixed, export it again with its current data:', which, context),
    discardStep('Or close it, if it need not be exported:', which, context),
  ];
}

function stoppedSteps(now: JobNow, context: CommandContext): NextStep[] {
  const again = { text: 'Run the same command again: it goes on where it stopped.', command: runAgain(now, context) };
  switch (now.stopCode) {
    case 'busy':
      return [{ text: 'See who runs it:', command: commandLine(context, ['status'], 'ledger') }];
    case 'login':
      return [
        { text: 'Log in to the org again:', command: 'sf org login web' },
        { ...again, text: 'Then run the same command again: it goes on where it stopped.' },
      ];
    case 'error-cap':
      return [
        { text: 'See the open ExportErrors:', command: commandLine(context, ['errors', 'list'], 'ledger') },
        retryStep('When their causes are fixed, export them again:', [], context),
        { ...again, text: 'When there are fewer, run the same command again: it goes on where it stopped.' },
      ];
    case 'budget':
      return [
        { ...again, text: 'When there is room again, run the same command: it goes on where it stopped.' },
        ...budgetSteps(now.stopSetting, context),
      ];
    case 'org-limit':
    case 'unavailable':
    case 'interrupted':
    case null:
      return [again];
  }
}

/** How to see and to change what the budget allows. */
export function budgetSteps(setting: BudgetSetting | undefined, context: CommandContext): NextStep[] {
  const status = { text: 'See the API use of the last 24 hours:', command: commandLine(context, ['status'], 'ledger') };
  if (setting === undefined) return [status];
  const text =
    setting === 'daily-api-limit'
      ? 'Or allow this plugin more API calls; none takes the limit away:'
      : "Or keep less of the org's API calls untouched; with 0 % it goes on to the last one:";
  const value = setting === 'daily-api-limit' ? 'none' : '0%';
  return [status, { text, command: commandLine(context, ['settings', 'set', setting, value], 'ledger') }];
}

/** Of these rows, how many retry takes and how many it leaves out. */
export function openCounts(rows: readonly Pick<ExportError, 'status'>[]): OpenCounts {
  const of = (status: ExportError['status']): number => rows.filter((row) => row.status === status).length;
  return { pending: of('pending'), quarantined: of('quarantined') };
}

/** Steps as lines: what to do, and under it, indented, the command to type. */
export function stepLines(steps: readonly NextStep[]): string[] {
  if (steps.length === 0) return [];
  return ['Next:', ...steps.flatMap(({ text, command }) => [`  ${text}`, `    ${command}`])];
}
