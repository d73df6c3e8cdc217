import { Messages } from '@salesforce/core';
import { changeErrorsByCommand, errorsChangeFlags } from '../../../cli/errors-change-command.js';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { SfCommand } from '../../../cli/sf-command.js';
import type { ErrorsChangeResult } from '../../../core/error-admin.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.errors.requeue');

export type CrmExportErrorsRequeueResult = ErrorsChangeResult;

/** `sf crm-export errors requeue`. */
export default class CrmExportErrorsRequeue extends SfCommand<CrmExportErrorsRequeueResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2, 75);
  public static override readonly flags = errorsChangeFlags;

  public async run(): Promise<CrmExportErrorsRequeueResult> {
    const { flags } = await this.parse(CrmExportErrorsRequeue);
    return changeErrorsByCommand(this, 'requeue', flags);
  }
}
