import { Messages } from '@salesforce/core';
import { hasCode } from '../core/error-query.js';
import { exitCodes } from '../core/exit-codes.js';
import type { ExportError } from '../core/export-error.js';
import type { JobSpec } from '../core/job.js';
import type { LedgerView } from '../core/ports/ledger.js';
import type { RetryFilter } from '../core/retry/retry-filter.js';
import type { CommandContext } from '../report/command-line.js';
import { escapeText } from '../report/escape.js';
import { errorOfId } from './error-selection.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.retry');
const changeMessages = Messages.loadMessages('sf-crm-export', 'errors-change');

export type RetryChoice = {
  readonly jobs: readonly string[] | undefined;
  readonly filter: RetryFilter;
  readonly specs: readonly JobSpec[];
  readonly warn: (message: string) => void;
  readonly context: CommandContext;
};

/**
 * Which rows the flags of `retry` choose. A name that nothing has is told: a schedule that retries nothing because of
 * a typo would look like one that has nothing to do.
 * @throws SfError (2) an empty value, such as a script leaves; (1) a job or an id that the ledger does not know
 */
export function chosenRows(
  view: LedgerView,
  choice: RetryChoice,
): { readonly filter: RetryFilter; readonly isOfJob: (error: ExportError) => boolean } {
  const { jobs, filter, context } = choice;
  const own = view.exportErrors.filter(({ orgId }) => orgId === context.orgId);
  assertNoneEmpty(choice);
  const rows = filter.ids?.map((id) => errorOfId(own, id.trim(), context));
  if (jobs !== undefined) assertKnown(jobs, view, choice);
  for (const warning of idle(rows ?? [], own, choice)) choice.warn(warning);
  return {
    filter: { ...filter, ...(rows === undefined ? {} : { ids: rows.map(({ id }) => id) }) },
    isOfJob: ({ job }) => jobs === undefined || jobs.includes(job) || isFormerOf(jobs, job, choice.specs),
  };
}

function assertNoneEmpty({ jobs = [], filter: { ids = [], codes = [] } }: RetryChoice): void {
  if (ids.some(isBlank)) throw changeMessages.createError('error.emptyId', [], [], exitCodes.usage);
  if ([...jobs, ...codes].some(isBlank)) throw messages.createError('error.emptyValue', [], [], exitCodes.usage);
}

/** Ids and codes that choose nothing that is pending. */
function idle(chosen: readonly ExportError[], own: readonly ExportError[], { filter }: RetryChoice): string[] {
  const settled = chosen.filter(({ status }) => status !== 'pending');
  const pending = own.filter(({ status }) => status === 'pending');
  const unknown = (filter.codes ?? []).filter((code) => !pending.some((error) => hasCode(error, code)));
  return [
    ...settled.map(({ id, status }) => messages.getMessage('warning.notPending', [id, status])),
    ...unknown.map((code) => messages.getMessage('warning.unknownCode', [escapeText(code)])),
  ];
}

function assertKnown(names: readonly string[], view: LedgerView, { specs, context }: RetryChoice): void {
  const stored = view.jobs.filter(({ orgId }) => orgId === context.orgId).map(({ name }) => name);
  const known = [...new Set([...stored, ...specs.map(({ name }) => name)])].sort();
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const words = known.length === 0 ? '-' : known.join(', ');
  throw messages.createError('error.unknownJob', [unknown.map(escapeText).join(', '), context.orgId, words]);
}

/** A job may be named as the given definition calls it now, while its rows still have its former name. */
function isFormerOf(names: readonly string[], job: string, specs: readonly JobSpec[]): boolean {
  return specs.some((spec) => names.includes(spec.name) && spec.formerly.includes(job));
}

function isBlank(value: string): boolean {
  return value.trim() === '';
}
