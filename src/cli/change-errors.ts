import { Messages, type SfError } from '@salesforce/core';
import {
  planOf,
  whyUnchangedNow,
  withAction,
  type AdminRequest,
  type ErrorAction,
  type ErrorsChangeResult,
  type ErrorsPlan,
} from '../core/error-admin.js';
import type { Decision } from '../core/error-life.js';
import { exitCodes } from '../core/exit-codes.js';
import type { ExportError } from '../core/export-error.js';
import { LedgerFault, type JobLedger } from '../core/ports/ledger.js';
import { commandLine, type CommandContext } from '../report/command-line.js';
import { skipWords } from '../report/errors-change-report.js';
import { escapeText } from '../report/escape.js';
import { place } from '../report/words.js';
import { systemClock } from './clock.js';
import { selectErrors, type ErrorSelection } from './error-selection.js';
import { toSfError } from './faults.js';
import type { LedgerCommand } from './ledger-command.js';
import { userName } from './user-name.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors-change');

export type ErrorsChangeRequest = LedgerCommand & {
  readonly action: ErrorAction;
  readonly selection: ErrorSelection;
  readonly reason: string;
  /** Asks about the rows; throws if the answer is no. `ids`: all of the org. */
  readonly consent: (plan: ErrorsPlan, ids: readonly string[]) => Promise<void>;
  readonly warn: (message: string) => void;
};

/**
 * Changes rows of ExportErrors as an admin decides. The question is asked before any lease is taken, so that no run
 * waits for a person; then each job's rows are changed under its lease, in one commit.
 */
export async function changeErrors(request: ErrorsChangeRequest): Promise<ErrorsChangeResult> {
  const { ledger, context, action, selection, reason } = request;
  const { orgId, username } = context;
  if (reason.trim() === '') throw messages.createError('error.reason', [], [], exitCodes.usage);
  const { exportErrors, jobs } = await ledger.read();
  const { rows, filter } = selectErrors(exportErrors, selection, action, context);
  const plan = planOf(rows, action, jobs);
  refusePaused(plan, filter === undefined, context);
  const unchanged = plan.leaving.map(({ row, reason: why }) => ({ id: row.id, job: row.job, reason: why }));
  const result: ErrorsChangeResult = { orgId, username, changed: [], unchanged, busy: [] };
  if (plan.changing.length === 0) return result;
  const ids = exportErrors.filter((row) => row.orgId === orgId).map(({ id }) => id);
  await request.consent(plan, ids);
  const decision = { reason, user: userName(), now: systemClock.now() };
  try {
    for (const [job, asked] of Map.groupBy(plan.changing, (row) => row.job)) {
      await changeJob({ ...request, filter, decision, job, asked }, result);
    }
  } catch (fault) {
    // What was done before is told with the error.
    throw toSfError(fault, result);
  }
  return result;
}

type JobChange = ErrorsChangeRequest &
  AdminRequest & { readonly decision: Decision; readonly job: string; readonly asked: readonly ExportError[] };

async function changeJob(change: JobChange, result: ErrorsChangeResult): Promise<void> {
  const held = await openUnlessBusy(change);
  if (held === undefined) {
    result.busy.push(change.job);
    return;
  }
  try {
    await changeUnderLease(held, change, result);
  } finally {
    await held.close();
  }
}

/** Another process runs the job: the other jobs are changed all the same, and the exit code tells. */
async function openUnlessBusy({ ledger, context, job, warn }: JobChange): Promise<JobLedger | undefined> {
  try {
    return await ledger.openJob({ orgId: context.orgId, name: job });
  } catch (fault) {
    if (!(fault instanceof LedgerFault) || fault.code !== 'busy') throw fault;
    warn(messages.getMessage('warning.busy', [escapeText(fault.message)]));
    return undefined;
  }
}

/** The rows are judged again: a run may have changed them while the person was asked. */
async function changeUnderLease(held: JobLedger, change: JobChange, result: ErrorsChangeResult): Promise<void> {
  const { action, decision, job, asked } = change;
  const judged = asked.map(({ id }) => {
    const row = held.exportError(id);
    return { id, row, reason: whyUnchangedNow(row, change, held.job()) };
  });
  const changed = judged.flatMap(({ row, reason }) =>
    row === undefined || reason !== null ? [] : [withAction(row, action, decision)],
  );
  if (changed.length > 0) {
    await held.assertHeld();
    await held.commit({ errors: changed });
  }
  result.changed.push(...changed);
  result.unchanged.push(...judged.flatMap(({ id, reason }) => (reason === null ? [] : [{ id, job, reason }])));
}

/**
 * The row a job is paused on is closed by `skip` only, which moves the job too. Named by its id, or found alone, it is
 * refused before anything is changed; among others that a filter found it is left alone, and told.
 */
function refusePaused({ changing, leaving }: ErrorsPlan, byId: boolean, context: CommandContext): void {
  const paused = leaving.flatMap(({ row, reason }) => (reason === 'paused-on' ? [row] : []));
  if (paused.length > 0 && (byId || changing.length === 0)) throw pausedOn(paused[0]!, context);
}

function pausedOn(row: ExportError, context: CommandContext): SfError {
  const skip = commandLine(context, skipWords(row.job), 'ledger');
  return messages.createError('error.pausedOn', [escapeText(row.job), place(row), escapeText(row.key)], [skip]);
}
