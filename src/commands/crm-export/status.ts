import { Messages } from '@salesforce/core';
import { systemClock } from '../../cli/clock.js';
import { exitCodeSection } from '../../cli/exit-codes.js';
import { withFaults } from '../../cli/faults.js';
import { ledgerOrgFlags, storeFlag } from '../../cli/flags.js';
import { ledgerCommand } from '../../cli/ledger-command.js';
import { SfCommand } from '../../cli/sf-command.js';
import { show } from '../../cli/show.js';
import { renderStatus } from '../../report/status-report.js';
import { statusResult, type StatusResult } from '../../report/status-result.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.status');

export type CrmExportStatusResult = StatusResult;

/** `sf crm-export status`. */
export default class CrmExportStatus extends SfCommand<CrmExportStatusResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2);
  public static override readonly flags = { ...ledgerOrgFlags, store: storeFlag };

  public async run(): Promise<CrmExportStatusResult> {
    const { flags } = await this.parse(CrmExportStatus);
    return withFaults(async () => {
      const { ledger, context } = await ledgerCommand(flags);
      const [view, holders] = [await ledger.read(), await ledger.holders()];
      const result = statusResult({ view, holders, now: systemClock.now(), context });
      show(this, renderStatus(result, context));
      return result;
    });
  }
}
