import { Messages } from '@salesforce/core';
import { changeErrorsByCommand, errorsChangeFlags } from '../../../cli/errors-change-command.js';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { SfCommand } from '../../../cli/sf-command.js';
import type { ErrorsChangeResult } from '../../../core/error-admin.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.errors.quarantine');

export type CrmExportErrorsQuarantineResult = ErrorsChangeResult;

/** `sf crm-export errors quarantine`. */
export default class CrmExportErrorsQuarantine extends SfCommand<CrmExportErrorsQuarantineResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2, 75);
  public static override readonly flags = errorsChangeFlags;

  public async run(): Promise<CrmExportErrorsQuarantineResult> {
    const { flags } = await this.parse(CrmExportErrorsQuarantine);
    return changeErrorsByCommand(this, 'quarantine', flags);
  }
}
