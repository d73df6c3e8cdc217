import type { JobSpec } from '../core/job.js';
import type { JobStatus, StopCode } from '../core/run-record.js';
import { commandLine, runWords, type CommandContext } from './command-line.js';

/** What to do next, and the command that does it. */
export type NextStep = { readonly text: string; readonly command: string };

export type JobNow = {
  readonly job: string;
  readonly status: JobStatus;
  readonly stopCode: StopCode | null;
  /** The ExportError of the record the job is paused on. */
  readonly pausedOnId: string | null;
  /** As the last run used it; tells how the run is called. */
  readonly spec: JobSpec | null;
  /** The command that was typed, where it is known: it is the one to repeat. */
  readonly command?: string;
};

/** The next commands for a job in this state; none when nothing is to be done. */
export function nextSteps(now: JobNow, context: CommandContext): NextStep[] {
  switch (now.status) {
    case 'paused':
      return pausedSteps(now, context);
    case 'completedWithErrors':
      return refusedSteps(now, context);
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

function refusedSteps(now: JobNow, context: CommandContext): NextStep[] {
  return [
    {
      text: 'See the refused records:',
      command: commandLine(context, ['errors', 'list', '--job', now.job], 'ledger'),
    },
    {
      text: 'When their causes are fixed, send the source again from its first row; what is accepted leaves ExportErrors:',
      command: runAgain(now, context, '--restart'),
    },
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
        { ...again, text: 'When there are fewer, run the same command again: it goes on where it stopped.' },
      ];
    case 'budget':
    case 'org-limit':
    case 'unavailable':
    case 'interrupted':
    case null:
      return [again];
  }
}

/** Steps as lines: what to do, and under it, indented, the command to type. */
export function stepLines(steps: readonly NextStep[]): string[] {
  if (steps.length === 0) return [];
  return ['Next:', ...steps.flatMap(({ text, command }) => [`  ${text}`, `    ${command}`])];
}
