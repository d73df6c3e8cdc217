import { Messages } from '@salesforce/core';
import { escapeText } from '../report/escape.js';
import type { SettingsScope } from './settings-scope.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors');
const settingMessages = Messages.loadMessages('sf-crm-export', 'settings');

/** sf's own prompt answers by itself after 10 s; a person who reads a warning needs longer. */
export const answerTimeMs = 30 * 60_000;

export type Asking = {
  readonly question: string;
  readonly noPrompt: boolean;
  /** `--json`: there is nobody to ask, whatever the terminal. */
  readonly json: boolean;
  readonly terminal: boolean;
  readonly confirm: Asker['confirm'];
};

/** The part of a command that can ask. */
export type Asker = {
  jsonEnabled(): boolean;
  warn(message: string): unknown;
  confirm(options: { message: string; ms: number; defaultAnswer: boolean }): Promise<boolean>;
};

/** Asks a question of a command. @throws SfError the answer is no, or there is nobody to ask */
export async function ask(asker: Asker, question: string, noPrompt: boolean): Promise<void> {
  const confirm: Asker['confirm'] = (options) => asker.confirm(options);
  await askOrRefuse({ question, noPrompt, json: asker.jsonEnabled(), terminal: hasTerminal(), confirm });
}

/** Before Pause on Export Errors goes off: the warning, the way back, and the question (design.md 6). */
export async function consentToPauseOff(asker: Asker, at: SettingsScope, noPrompt: boolean): Promise<void> {
  asker.warn(settingMessages.getMessage('warning.pauseOff', [at.command('set', 'pause-on-export-errors', 'true')]));
  await ask(asker, settingMessages.getMessage('question.pauseOff', [escapeText(at.words)]), noPrompt);
}

/** Returns if the answer is yes. @throws SfError the answer is no, or there is nobody to ask */
export async function askOrRefuse(asking: Asking): Promise<void> {
  if (asking.noPrompt) return;
  if (asking.json || !asking.terminal) throw messages.createError('error.nobodyToAsk', [asking.question]);
  const yes = await asking.confirm({ message: asking.question, ms: answerTimeMs, defaultAnswer: false });
  if (!yes) throw messages.createError('error.declined');
}

/** Is there a person who can see a question and answer it? */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && process.stdout.isTTY === true;
}
