import { Messages } from '@salesforce/core';
import { Flags, SfCommand } from '@salesforce/sf-plugins-core';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { withFaults } from '../../../cli/faults.js';
import { ledgerOrgFlags, storeFlag } from '../../../cli/flags.js';
import { ledgerCommand } from '../../../cli/ledger-command.js';
import { show } from '../../../cli/show.js';
import { findById } from '../../../core/error-query.js';
import type { ExportError } from '../../../core/export-error.js';
import { commandLine, type CommandContext } from '../../../report/command-line.js';
import { renderError } from '../../../report/errors-report.js';
import { escapeText } from '../../../report/escape.js';

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
      const row = theOne(findById(exportErrors, context.orgId, flags.id), flags.id, context);
      const job = jobs.find(({ orgId, name }) => orgId === row.orgId && name === row.job);
      show(this, renderError(row, job, context));
      return row;
    });
  }
}

/** @throws SfError none was found, or several */
function theOne(found: readonly ExportError[], id: string, context: CommandContext): ExportError {
  const [row, ...others] = found;
  if (row === undefined) {
    const list = commandLine(context, ['errors', 'list', '--status', 'all'], 'ledger');
    throw messages.createError('error.notFound', [escapeText(id), context.orgId], [list]);
  }
  if (others.length > 0) {
    const first = found.slice(0, 5).map((candidate) => candidate.id);
    throw messages.createError('error.ambiguous', [found.length, escapeText(id)], [first.join(', ')]);
  }
  return row;
}
