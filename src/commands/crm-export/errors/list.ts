import { Messages } from '@salesforce/core';
import { errorFilterFlags, errorFilterOf } from '../../../cli/error-filter.js';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { withFaults } from '../../../cli/faults.js';
import { ledgerOrgFlags, storeFlag } from '../../../cli/flags.js';
import { ledgerCommand } from '../../../cli/ledger-command.js';
import { SfCommand } from '../../../cli/sf-command.js';
import { show } from '../../../cli/show.js';
import { findErrors } from '../../../core/error-query.js';
import type { ExportError } from '../../../core/export-error.js';
import { renderErrorList } from '../../../report/errors-report.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.errors.list');

export type CrmExportErrorsListResult = ExportError[];

/** `sf crm-export errors list`. */
export default class CrmExportErrorsList extends SfCommand<CrmExportErrorsListResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2);
  public static override readonly flags = {
    ...ledgerOrgFlags,
    store: storeFlag,
    ...errorFilterFlags,
  };

  public async run(): Promise<CrmExportErrorsListResult> {
    const { flags } = await this.parse(CrmExportErrorsList);
    return withFaults(async () => {
      const { ledger, context } = await ledgerCommand(flags);
      const { limit } = flags;
      const { exportErrors } = await ledger.read();
      const found = findErrors(exportErrors, errorFilterOf(flags, context.orgId));
      const ids = exportErrors.filter((row) => row.orgId === context.orgId).map((row) => row.id);
      if (!this.jsonEnabled()) show(this, renderErrorList(found, { ...context, ids, limit }));
      return limit === undefined ? found : found.slice(0, limit);
    });
  }
}
