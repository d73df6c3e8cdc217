import { Messages } from '@salesforce/core';
import { exitCodes } from '../core/exit-codes.js';
import type { LedgerView } from '../core/ports/ledger.js';
import { resolveSettings } from '../core/settings.js';
import { commandLine, type CommandContext } from '../report/command-line.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors');

/** Export to CRM is the main switch: off, run and retry refuse (design.md 6). @throws SfError (1) */
export function assertSwitchedOn(view: LedgerView, context: CommandContext): void {
  if (resolveSettings({ rows: view.settings, orgId: context.orgId })['export-to-crm'].value) return;
  const on = commandLine(context, ['settings', 'set', 'export-to-crm', 'true'], 'ledger');
  throw messages.createError('error.switchedOff', [], [on], exitCodes.failed);
}
