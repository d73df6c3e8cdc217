import type { ErrorAction, ErrorsChangeResult, ErrorsPlan, UnchangedReason } from '../core/error-admin.js';
import { idLength } from '../core/error-query.js';
import { lines, type Block } from './blocks.js';
import { commandLine, type CommandContext } from './command-line.js';
import { errorTable } from './errors-report.js';
import { escapeText } from './escape.js';
import { retryStep, stepLines, type NextStep } from './next-steps.js';
import { count } from './words.js';

/** Rows that are shown before the question. */
const shownRows = 5;
/** Jobs that the question names. */
const namedJobs = 5;

const words: { readonly [A in ErrorAction]: { readonly ask: string; readonly done: string } } = {
  discard: { ask: 'Discard', done: 'Discarded' },
  requeue: { ask: 'Requeue', done: 'Requeued' },
  quarantine: { ask: 'Quarantine', done: 'Quarantined' },
};

const effects: { readonly [A in ErrorAction]: string } = {
  discard: 'Discarded rows are closed: retry leaves these records out, and the org keeps what it has of them.',
  requeue: 'The next retry tries these records again, and counts its attempts anew.',
  quarantine: 'Retry leaves these records out until they are requeued. Their rows stay open.',
};

const unchangedWords: { readonly [R in UnchangedReason]: string } = {
  settled: 'settled already',
  'already-pending': 'pending already, so retry takes them',
  'already-quarantined': 'quarantined already',
  'paused-on': 'a job is paused on this record',
  changed: 'changed by a run or a retry meanwhile',
  gone: 'no longer in the ledger',
};

/** Moves a job past its record and closes the record's row. */
export function skipWords(job: string): readonly string[] {
  return ['skip', '--job', job, '--discard', '--reason', 'why it may be left out'];
}

/** What is about to be changed. @param ids all of the org, so that the shortened ones stay unique */
export function renderErrorsPlan({ action, changing, leaving }: ErrorsPlan, ids: readonly string[]): Block[] {
  const shown = changing.slice(0, shownRows);
  const more = shown.length < changing.length ? ` Shown: the first ${shown.length}.` : '';
  return [
    errorTable(shown, idLength(ids)),
    lines(
      `${count(changing.length, 'ExportError')} to ${action}: ${byJob(changing)}.${more}`,
      ...leftAlone(leaving),
      effects[action],
    ),
  ];
}

/** One line, so that it stands in an error's message where nobody can be asked. */
export function planQuestion({ action, changing }: ErrorsPlan): string {
  return `${words[action].ask} ${count(changing.length, 'ExportError')}: ${byJob(changing)}?`;
}

/** `40 of accounts, 1 of contacts` */
function byJob(rows: readonly { readonly job: string }[]): string {
  const jobs = [...Map.groupBy(rows, ({ job }) => job)];
  const named = jobs
    .slice(0, namedJobs)
    .map(([job, of]) => `${of.length.toLocaleString('en-US')} of ${escapeText(job)}`);
  const others = jobs.slice(namedJobs);
  if (others.length === 0) return named.join(', ');
  const rest = others.reduce((sum, [, of]) => sum + of.length, 0);
  return `${named.join(', ')}, ${rest.toLocaleString('en-US')} of ${count(others.length, 'other job')}`;
}

function leftAlone(rows: readonly { readonly reason: UnchangedReason }[]): string[] {
  return [...Map.groupBy(rows, ({ reason }) => reason)].map(
    ([reason, of]) => `Left alone: ${count(of.length, 'ExportError')} (${unchangedWords[reason]}).`,
  );
}

/** What was changed, what was not and why, and what to type next. */
export function renderErrorsChange(result: ErrorsChangeResult, action: ErrorAction, context: CommandContext): Block[] {
  const { changed, unchanged, busy } = result;
  if (changed.length + unchanged.length + busy.length === 0)
    return [lines('No ExportErrors found: nothing to change.')];
  const { done } = words[action];
  return [
    lines(
      changed.length === 0
        ? 'Nothing was changed.'
        : `${done} ${count(changed.length, 'ExportError')}: ${byJob(changed)}.`,
      ...leftAlone(unchanged),
    ),
    lines(...stepLines(stepsAfter(result, action, context))),
  ];
}

function stepsAfter(
  { changed, unchanged, busy }: ErrorsChangeResult,
  action: ErrorAction,
  context: CommandContext,
): NextStep[] {
  const paused = new Set(unchanged.flatMap(({ job, reason }) => (reason === 'paused-on' ? [job] : [])));
  const jobs = [...new Set(changed.map(({ job }) => job))];
  const ofJobs = jobs.length > namedJobs ? [] : jobs.flatMap((job) => ['--job', job]);
  return [
    ...[...paused].map((job) => ({
      text: `To close the row that the job ${escapeText(job)} is paused on, move the job past its record:`,
      command: commandLine(context, skipWords(job), 'ledger'),
    })),
    ...(busy.length === 0
      ? []
      : [
          {
            text: 'Run the same command again when the other process is done. To see who it is:',
            command: commandLine(context, ['status'], 'ledger'),
          },
        ]),
    ...(action === 'requeue' && jobs.length > 0
      ? [retryStep('Export them again now, or leave it to the daily retry:', ofJobs, context)]
      : []),
  ];
}
