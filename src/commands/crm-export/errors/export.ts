import { resolve } from 'node:path';
import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { errorFilterFlags } from '../../../cli/error-filter.js';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { exportErrorsToFile, type ErrorsExportResult } from '../../../cli/export-errors.js';
import { withFaults } from '../../../cli/faults.js';
import { ledgerOrgFlags, noPromptFlag, storeFlag } from '../../../cli/flags.js';
import { ledgerCommand } from '../../../cli/ledger-command.js';
import { SfCommand } from '../../../cli/sf-command.js';
import { show } from '../../../cli/show.js';
import { renderErrorsExport } from '../../../report/errors-export-report.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.errors.export');

export type CrmExportErrorsExportResult = ErrorsExportResult;

/** `sf crm-export errors export`. */
export default class CrmExportErrorsExport extends SfCommand<CrmExportErrorsExportResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2);
  public static override readonly flags = {
    ...ledgerOrgFlags,
    store: storeFlag,
    'output-file': Flags.file({ required: true, summary: messages.getMessage('flags.output-file.summary') }),
    'result-format': Flags.option({
      char: 'r',
      options: ['csv', 'json'] as const,
      summary: messages.getMessage('flags.result-format.summary'),
    })(),
    ...errorFilterFlags,
    'no-prompt': noPromptFlag,
  };

  public async run(): Promise<CrmExportErrorsExportResult> {
    const { flags } = await this.parse(CrmExportErrorsExport);
    return withFaults(async () => {
      const path = resolve(flags['output-file']);
      const command = await ledgerCommand(flags);
      const result = await exportErrorsToFile(this, command, { path, format: flags['result-format'] }, flags);
      show(this, renderErrorsExport(result));
      return result;
    });
  }
}
