import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { errorOfId } from '../../../cli/error-selection.js';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { withFaults } from '../../../cli/faults.js';
import { ledgerOrgFlags, storeFlag } from '../../../cli/flags.js';
import { ledgerCommand } from '../../../cli/ledger-command.js';
import { SfCommand } from '../../../cli/sf-command.js';
import { show } from '../../../cli/show.js';
import type { ExportError } from '../../../core/export-error.js';
import { renderError } from '../../../report/errors-report.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.errors.show');

export type CrmExportErrorsShowResult = ExportError;

/** `sf crm-export errors show`. */
export default class CrmExportErrorsShow extends SfCommand<CrmExportErrorsShowResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2);
  public static override readonly flags = {
    ...ledgerOrgFlags,
    store: storeFlag,
    id: Flags.string({ required: true, summary: messages.getMessage('flags.id.summary') }),
  };

  public async run(): Promise<CrmExportErrorsShowResult> {
    const { flags } = await this.parse(CrmExportErrorsShow);
    return withFaults(async () => {
      const { ledger, context } = await ledgerCommand(flags);
      const { exportErrors, jobs } = await ledger.read();
      const row = errorOfId(exportErrors, flags.id, context);
      const job = jobs.find(({ orgId, name }) => orgId === row.orgId && name === row.job);
      show(this, renderError(row, job, context));
      return row;
    });
  }
}
