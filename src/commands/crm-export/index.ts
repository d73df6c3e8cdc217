import { Messages } from '@salesforce/core';
import { exitCodeSection } from '../../cli/exit-codes.js';
import { showOverview, type Overview } from '../../cli/overview.js';
import { SfCommand } from '../../cli/sf-command.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.index');

export type CrmExportIndexResult = Overview;

/** `sf crm-export`, typed alone. */
export default class CrmExportIndex extends SfCommand<CrmExportIndexResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 2);
  /** A mistyped command comes here as an argument. */
  public static override readonly strict = false;

  public async run(): Promise<CrmExportIndexResult> {
    await this.parse(CrmExportIndex);
    return showOverview(this, messages.getMessage('introduction'));
  }
}
