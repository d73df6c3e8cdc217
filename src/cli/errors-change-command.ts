import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import type { ErrorAction, ErrorsChangeResult } from '../core/error-admin.js';
import { exitCodes } from '../core/exit-codes.js';
import { planQuestion, renderErrorsChange, renderErrorsPlan } from '../report/errors-change-report.js';
import { ask, type Asker } from './ask.js';
import { changeErrors } from './change-errors.js';
import { errorSelectionFlags, type ErrorSelection } from './error-selection.js';
import { setExitCode } from './exit-codes.js';
import { withFaults } from './faults.js';
import { ledgerOrgFlags, noPromptFlag, storeFlag } from './flags.js';
import { ledgerCommand } from './ledger-command.js';
import type { OrgFlags } from './local-org.js';
import { show, type Screen } from './show.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors-change');

/** The flags of `errors discard`, `errors requeue` and `errors quarantine`. */
export const errorsChangeFlags = {
  ...ledgerOrgFlags,
  store: storeFlag,
  ...errorSelectionFlags,
  reason: Flags.string({ required: true, summary: messages.getMessage('flags.reason.summary') }),
  'no-prompt': noPromptFlag,
};

type ErrorsChangeFlags = OrgFlags &
  ErrorSelection & { readonly store?: string; readonly reason: string; readonly 'no-prompt': boolean };

/** One of those commands: shows what it is about, asks, changes the rows, and tells what was done. */
export async function changeErrorsByCommand(
  command: Asker & Screen,
  action: ErrorAction,
  flags: ErrorsChangeFlags,
): Promise<ErrorsChangeResult> {
  return withFaults(async () => {
    const { ledger, context } = await ledgerCommand(flags);
    const result = await changeErrors({
      ledger,
      context,
      action,
      selection: flags,
      reason: flags.reason,
      consent: async (plan, ids) => {
        show(command, renderErrorsPlan(plan, ids));
        await ask(command, planQuestion(plan), flags['no-prompt']);
      },
      warn: (message) => void command.warn(message),
    });
    show(command, renderErrorsChange(result, action, context));
    if (result.busy.length > 0) setExitCode(exitCodes.tryAgain);
    return result;
  });
}
