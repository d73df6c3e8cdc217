import { Messages } from '@salesforce/core';
import { escapeText } from '../report/escape.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors');

/** Tells of API calls that the ledger could not take. */
export function accountsWarning(warn: (message: string) => void): (calls: number, reason: unknown) => void {
  return (calls, reason) => {
    const text = reason instanceof Error ? reason.message : String(reason);
    warn(messages.getMessage('warning.callsNotKept', [calls, escapeText(text)]));
  };
}
