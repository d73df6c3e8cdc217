import { Messages } from '@salesforce/core';
import { findErrors, type ErrorFilter } from '../core/error-query.js';
import { errorsCsv, errorsJson } from '../report/errors-csv.js';
import { escapeText } from '../report/escape.js';
import { ask, type Asker } from './ask.js';
import { errorFilterOf } from './error-filter.js';
import type { LedgerCommand } from './ledger-command.js';
import { isTaken, writeOutputFile } from './output-file.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.errors.export');

export type ErrorsExportResult = {
  readonly orgId: string;
  readonly username: string | null;
  /** Absolute path of the file. */
  readonly path: string;
  readonly format: 'csv' | 'json';
  /** Rows that were written. */
  readonly count: number;
  /** Cells that got an apostrophe in front, since a spreadsheet would have calculated them; 0 for JSON. */
  readonly apostrophes: number;
};

export type OutputFile = { readonly path: string; readonly format: 'csv' | 'json' | undefined };

type ExportFlags = Omit<ErrorFilter, 'orgId'> & { readonly limit?: number; readonly 'no-prompt': boolean };

/** Writes the rows that flags ask for to a file; asks before it replaces one. @throws SfError, LedgerFault */
export async function exportErrorsToFile(
  asker: Asker,
  { ledger, context }: LedgerCommand,
  file: OutputFile,
  flags: ExportFlags,
): Promise<ErrorsExportResult> {
  const { path } = file;
  const { exportErrors } = await ledger.read();
  const rows = findErrors(exportErrors, errorFilterOf(flags, context.orgId)).slice(0, flags.limit);
  const replace = await isTaken(path);
  if (replace) await ask(asker, messages.getMessage('question.replace', [escapeText(path)]), flags['no-prompt']);
  const format = file.format ?? (/\.json$/i.test(path) ? 'json' : 'csv');
  const csv = errorsCsv(rows);
  await writeOutputFile(path, format === 'csv' ? csv.text : errorsJson(rows), replace);
  const { orgId, username } = context;
  return { orgId, username, path, format, count: rows.length, apostrophes: csv.apostrophes() };
}
