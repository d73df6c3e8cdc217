import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { usualStatus, type ErrorAction } from '../core/error-admin.js';
import { findById, findErrors, type ErrorFilter } from '../core/error-query.js';
import { exitCodes } from '../core/exit-codes.js';
import { openStatuses, settledStatuses, type ExportError } from '../core/export-error.js';
import { commandLine, type CommandContext } from '../report/command-line.js';
import { escapeText } from '../report/escape.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors-change');
const listMessages = Messages.loadMessages('sf-crm-export', 'crm-export.errors.list');
const showMessages = Messages.loadMessages('sf-crm-export', 'crm-export.errors.show');

const filterNames = ['job', 'status', 'code', 'object', 'key'] as const;

/** Which rows a command is about: ids, or the filters of `errors list`. Give them to `selectErrors`. */
export const errorSelectionFlags = {
  id: Flags.string({ multiple: true, summary: messages.getMessage('flags.id.summary') }),
  job: Flags.string({ char: 'j', summary: listMessages.getMessage('flags.job.summary') }),
  status: Flags.option({
    options: ['open', ...openStatuses, ...settledStatuses, 'all'] as const,
    summary: messages.getMessage('flags.status.summary'),
  })(),
  code: Flags.string({ summary: listMessages.getMessage('flags.code.summary') }),
  object: Flags.string({ summary: listMessages.getMessage('flags.object.summary') }),
  key: Flags.string({ summary: listMessages.getMessage('flags.key.summary') }),
};

export type ErrorSelection = Omit<ErrorFilter, 'orgId'> & { readonly id?: readonly string[] };

export type SelectedErrors = {
  readonly rows: readonly ExportError[];
  /** How they were found; undefined: by their ids. */
  readonly filter: ErrorFilter | undefined;
};

/**
 * The rows that flags name. Without a status, a filter looks for rows that the action can change. All rows of an org
 * are never meant by saying nothing, or by an id that a script left empty.
 * @throws SfError (2) nothing was named, or in both ways; (1) an id that no row has, or several
 */
export function selectErrors(
  all: readonly ExportError[],
  selection: ErrorSelection,
  action: ErrorAction,
  context: CommandContext,
): SelectedErrors {
  const { id: ids, job, status, code, object, key } = selection;
  const { orgId } = context;
  const filtered = filterNames.some((name) => selection[name] !== undefined);
  if (ids !== undefined && ids.length > 0) {
    // Not by `exclusive` of the flags: help would then show the filters as excluding each other.
    if (filtered) throw messages.createError('error.idAndFilter', [], [], exitCodes.usage);
    if (ids.some((id) => id.trim() === '')) throw messages.createError('error.emptyId', [], [], exitCodes.usage);
    const rows = new Set(ids.map((id) => errorOfId(all, id.trim(), context)));
    return { rows: findErrors([...rows], { orgId, status: 'all' }), filter: undefined };
  }
  if (!filtered) throw messages.createError('error.noSelection', [], [usualStatus[action]], exitCodes.usage);
  const filter = { orgId, job, status: status ?? usualStatus[action], code, object, key };
  return { rows: findErrors(all, filter), filter };
}

/** The row with this id, or the start of it. @throws SfError none was found, or several */
export function errorOfId(all: readonly ExportError[], id: string, context: CommandContext): ExportError {
  const found = findById(all, context.orgId, id);
  const [row, ...others] = found;
  if (row === undefined) {
    const list = commandLine(context, ['errors', 'list', '--status', 'all'], 'ledger');
    throw showMessages.createError('error.notFound', [escapeText(id), context.orgId], [list]);
  }
  if (others.length > 0) {
    const first = found.slice(0, 5).map((candidate) => candidate.id);
    throw showMessages.createError('error.ambiguous', [found.length, escapeText(id)], [first.join(', ')]);
  }
  return row;
}
