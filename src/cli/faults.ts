import { Messages, SfError } from '@salesforce/core';
import { exitCodes, type ExitCode } from '../core/exit-codes.js';
import type { FaultReason } from '../core/fault-reasons.js';
import { LedgerFault } from '../core/ports/ledger.js';
import { OrgFault, type OrgFaultKind } from '../core/ports/sink.js';
import { SourceFault } from '../core/ports/source.js';
import { RightsGone } from '../core/run/stop.js';
import { DefinitionFault } from '../jobs/definition-fault.js';
import { escapeText } from '../report/escape.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors');

const ledgerExit: { readonly [C in LedgerFault['code']]: ExitCode } = {
  busy: exitCodes.tryAgain,
  'lease-lost': exitCodes.tryAgain,
  corrupt: exitCodes.failed,
  'newer-version': exitCodes.failed,
  'not-readable': exitCodes.failed,
  'not-writable': exitCodes.failed,
  'disk-full': exitCodes.failed,
  locked: exitCodes.failed,
};

const orgExit: { readonly [K in OrgFaultKind]: ExitCode } = {
  login: exitCodes.login,
  'org-limit': exitCodes.tryAgain,
  maintenance: exitCodes.tryAgain,
  wait: exitCodes.tryAgain,
  'not-sent': exitCodes.tryAgain,
  'outcome-unknown': exitCodes.tryAgain,
  refused: exitCodes.failed,
  'too-large': exitCodes.failed,
};

type Facts = { readonly [name: string]: unknown };

/**
 * Any error as the one that commands show: what happened in words, what to do next (`actions`), the exit code, and the
 * facts as `data`, beside `done`: what was done before it happened.
 */
export function toSfError(error: unknown, done?: Facts): SfError {
  if (error instanceof LedgerFault) {
    return made('ledger', error.code, error.message, { exitCode: ledgerExit[error.code], facts: error.facts, done });
  }
  if (error instanceof SourceFault) {
    return made('source', error.code, error.message, { exitCode: exitCodes.failed, facts: error.facts, done });
  }
  if (error instanceof DefinitionFault) {
    const facts = { ...error.facts, problems: error.problems };
    return made('definition', error.code, error.message, { exitCode: exitCodes.failed, facts, done });
  }
  if (error instanceof OrgFault) {
    // The org's own words stay as they came only in `data`.
    const facts = { orgMessage: error.message, ...error.facts };
    const actions = reasonActions(error.facts.reason);
    return made('org', error.kind, escapeText(error.message), { exitCode: orgExit[error.kind], facts, done, actions });
  }
  if (error instanceof RightsGone) {
    const facts = { object: error.object, fields: error.fields };
    return made('rights', 'gone', error.message, { exitCode: exitCodes.failed, facts, done });
  }
  return otherError(error, done);
}

/** Runs the work of a command; what it throws comes out as `toSfError` makes it. */
export async function withFaults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toSfError(error);
  }
}

/** What to do about what the org, or the way to it, did. */
export function reasonActions(reason: FaultReason | undefined): string[] | undefined {
  return reason === undefined ? undefined : messages.getMessages(`reason.${reason}.actions`);
}

type Making = {
  readonly exitCode: ExitCode;
  readonly facts: Facts;
  readonly done: Facts | undefined;
  /** Closer ones than those of the code. */
  readonly actions?: string[] | undefined;
};

function made(family: string, code: string, message: string, { exitCode, facts, done, actions }: Making): SfError {
  return SfError.create({
    name: nameOf(family, code),
    message: harmless(message),
    actions: actions ?? messages.getMessages(`${family}.${code}.actions`),
    exitCode,
    // No `cause`: the platform searches it for words that change the exit code, and prints it whole (S1).
    data: plain({ code: `${family}.${code}`, ...facts, ...done }),
  });
}

/** Errors of sf and oclif keep their meaning; anything else is a fault of this program and ends with 1, as documented. */
function otherError(error: unknown, done: Facts | undefined): SfError {
  if (error instanceof SfError) {
    if (done !== undefined && error.data === undefined) error.setData(plain(done));
    return withoutCrashWords(error as SfError);
  }
  if (error instanceof Error && 'oclif' in error) return error as unknown as SfError;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const unexpected = SfError.create({
    name: 'UnexpectedError',
    message: messages.getMessage('error.unexpected', [harmless(text)]),
    actions: messages.getMessages('error.unexpected.actions'),
    exitCode: exitCodes.failed,
  });
  const stack = error instanceof Error ? error.stack : undefined;
  return unexpected.setData(plain({ ...done, stack }));
}

/** `ledger`, `newer-version` to `LedgerNewerVersionError`; `org`, `org-limit` to `OrgLimitError`. */
function nameOf(family: string, code: string): string {
  const words = (code.startsWith(`${family}-`) ? code : `${family}-${code}`)
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Error`;
}

/** Escaped line by line, and without crash words: for any text of an error that others wrote parts of. */
export function harmless(message: string): string {
  return crashWordsOut(message.split('\n').map(escapeText).join('\n'));
}

/**
 * Two patterns in which the platform sees a crash, wherever they stand in message, stack or causes and whoever wrote
 * them (a file name, a trigger of the org): with them the exit code would be 10 or 20.
 */
function crashWordsOut(text: string): string {
  return text.replace(/TypeError/g, 'Type-Error').replace(/(\d{9,}-\d{3,}) \((-?\d{7,})\)/g, '$1 / ($2)');
}

/** An error that says itself how the command ends. A cause is no part of that. */
function withoutCrashWords(error: SfError): SfError {
  error.message = crashWordsOut(error.message);
  if (error.stack !== undefined) error.stack = crashWordsOut(error.stack);
  error.cause = undefined;
  return error;
}

/** JSON values only, so that `data` prints as it is. */
function plain(facts: Facts): Record<string, string> {
  return JSON.parse(JSON.stringify(facts)) as Record<string, string>;
}
