import { idLength } from '../core/error-query.js';
import { isOpen, type ExportError } from '../core/export-error.js';
import type { JobRecord } from '../core/job.js';
import { rootCauses } from '../core/root-causes.js';
import { heading, lines, type Block, type TableBlock } from './blocks.js';
import { commandLine, type CommandContext } from './command-line.js';
import { clip, escapeText } from './escape.js';
import { nextSteps, openCounts, requeueStep, rowSteps, stepLines, type NextStep } from './next-steps.js';
import { rootCauseTable } from './root-cause-table.js';
import { count, errorLine, place, time } from './words.js';

/** Rows that the table shows if no limit is given; `--json` always has all. */
export const shownErrors = 50;

export type ErrorListContext = CommandContext & {
  /** All ids of the org, so that the shortened ones stay unique. */
  readonly ids: readonly string[];
  readonly limit?: number;
};

/** The rows that were found, as a table, with their causes. */
export function renderErrorList(found: readonly ExportError[], context: ErrorListContext): Block[] {
  if (found.length === 0) return [lines('No ExportErrors found.')];
  const shown = found.slice(0, context.limit ?? shownErrors);
  const more = shown.length < found.length ? ` Shown: the first ${shown.length}; --limit or --json gives more.` : '';
  return [
    errorTable(shown, idLength(context.ids)),
    ...(found.length > 1 ? [rootCauseTable(rootCauses(found), 'By cause')] : []),
    lines(
      `${count(found.length, 'ExportError')}.${more}`,
      `Everything about one: ${commandLine(context, ['errors', 'show', '--id', shown[0]!.id.slice(0, idLength(context.ids))], 'ledger')}`,
    ),
  ];
}

/** Rows as a table, their ids cut to `length`. */
export function errorTable(rows: readonly ExportError[], length: number): TableBlock {
  const allPending = rows.every((row) => row.status === 'pending');
  return {
    kind: 'table',
    title: 'ExportErrors',
    columns: [
      { key: 'id', name: 'ID' },
      { key: 'job', name: 'Job' },
      { key: 'row', name: 'Row', align: 'right' },
      { key: 'key', name: 'Key' },
      ...(allPending ? [] : [{ key: 'status', name: 'Status' }]),
      { key: 'why', name: 'Error' },
      { key: 'attempts', name: 'Tries', align: 'right' },
      { key: 'last', name: 'Last failed' },
    ],
    rows: rows.map((row) => ({
      id: escapeText(row.id.slice(0, length)),
      job: escapeText(row.job),
      row: row.row.toLocaleString('en-US'),
      key: clip(row.key, 40),
      status: row.status,
      why: summaryOf(row),
      attempts: row.attempts.toLocaleString('en-US'),
      last: time(row.lastFailedAt),
    })),
  };
}

function summaryOf(row: ExportError): string {
  const [first, ...others] = row.errors;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : ` (and ${count(others.length, 'more error')})`;
  const about = first.fields.length === 0 ? '' : ` [${clip(first.fields.join(', '), 60)}]`;
  return `${clip(first.statusCode, 60)}: ${clip(first.message, 100)}${about}${more}`;
}

/** Everything about one ExportError, and what can be done about it. */
export function renderError(row: ExportError, job: JobRecord | undefined, context: CommandContext): Block[] {
  return [
    heading(`ExportError ${escapeText(row.id)}`),
    lines(
      ...facts(row),
      'Errors:',
      ...row.errors.map((error) => `  ${errorLine(error)}`),
      ...payloadLines(row),
      ...stepLines(stepsFor(row, job, context)),
    ),
  ];
}

function facts(row: ExportError): string[] {
  const entries: readonly (readonly [string, string | null])[] = [
    ['Status', row.status],
    ['Job', `${row.job} (${row.object}, ${row.operation} by ${row.externalId})`],
    ['Key', row.key],
    ['Source', `${row.source}, ${place(row)}`],
    ['Category', row.category],
    ['Attempts', row.retries === 0 ? String(row.attempts) : `${row.attempts} (${row.retries} by retry)`],
    ['First failed', time(row.firstFailedAt)],
    ['Last failed', time(row.lastFailedAt)],
    ['Settled', row.settledAt === null ? null : time(row.settledAt)],
    ['Record Id', row.recordId],
    ...(row.note?.split('\n') ?? []).map((line) => ['Note', line] as const),
  ];
  return entries.flatMap(([name, value]) => (value === null ? [] : [`${`${name}:`.padEnd(14)}${escapeText(value)}`]));
}

/** One line for each field; values as JSON, so that text, number and null are told apart. */
function payloadLines(row: ExportError): string[] {
  if (row.payloadOmitted !== null) {
    const { bytes, fields } = row.payloadOmitted;
    return [`Payload: too large to be stored (${count(bytes, 'byte')}); fields ${escapeText(fields.join(', '))}`];
  }
  if (row.payload === null) return ['Payload: none; the record could not be made from its row'];
  const entries = Object.entries(row.payload);
  return [
    'Payload:',
    ...entries.map(([field, value]) => `  ${escapeText(field)}: ${escapeText(JSON.stringify(value))}`),
  ];
}

function stepsFor(row: ExportError, job: JobRecord | undefined, context: CommandContext): NextStep[] {
  if (!isOpen(row)) return [];
  const paused = job?.phase === 'paused' && job.pausedOn?.exportErrorId === row.id;
  if (!paused) return rowSteps(row, context);
  const open = openCounts([]);
  const now = { job: row.job, status: 'paused', stopCode: null, pausedOnId: null, open, spec: job.snapshot } as const;
  const requeue = row.status === 'quarantined' ? [requeueStep(['--id', row.id], context)] : [];
  return [...nextSteps(now, context), ...requeue];
}
