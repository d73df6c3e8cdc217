import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { ask } from '../../cli/ask.js';
import { exitCodeSection } from '../../cli/exit-codes.js';
import { withFaults } from '../../cli/faults.js';
import { ledgerOrgFlags, noPromptFlag, storeFlag } from '../../cli/flags.js';
import { ledgerCommand } from '../../cli/ledger-command.js';
import { SfCommand } from '../../cli/sf-command.js';
import { skipRecord } from '../../cli/skip-record.js';
import type { ExportError } from '../../core/export-error.js';
import type { PausedOnDetails } from '../../core/job-status.js';
import { commandLine, runWords } from '../../report/command-line.js';
import { escapeText } from '../../report/escape.js';
import { place } from '../../report/words.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.skip');
const flagMessages = Messages.loadMessages('sf-crm-export', 'flags');

export type CrmExportSkipResult = {
  orgId: string;
  username: string | null;
  job: string;
  /** The record that was passed over. */
  skipped: PausedOnDetails;
  /** Its row in ExportErrors, as it is now. */
  exportError: ExportError | null;
  /** Where the job stands now. */
  checkpoint: { row: number };
};

/** `sf crm-export skip`. */
export default class CrmExportSkip extends SfCommand<CrmExportSkipResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2, 75);
  public static override readonly flags = {
    ...ledgerOrgFlags,
    store: storeFlag,
    job: Flags.string({ char: 'j', required: true, summary: flagMessages.getMessage('flags.job.summary') }),
    reason: Flags.string({ required: true, summary: messages.getMessage('flags.reason.summary') }),
    discard: Flags.boolean({ summary: messages.getMessage('flags.discard.summary') }),
    'no-prompt': noPromptFlag,
  };

  public async run(): Promise<CrmExportSkipResult> {
    const { flags } = await this.parse(CrmExportSkip);
    return withFaults(async () => {
      const { ledger, context } = await ledgerCommand(flags);
      const { job, reason, discard } = flags;
      const consent = (record: PausedOnDetails, lost: readonly string[]): Promise<void> => {
        this.warnOf(record, lost);
        return ask(this, messages.getMessage('question.skip', [escapeText(job)]), flags['no-prompt']);
      };
      const done = await skipRecord({ ledger, context, job, reason, discard, consent });
      const { row } = done.passed;
      const state = done.exportError?.status ?? 'gone';
      this.logSuccess(messages.getMessage('info.skipped', [job, row, `is ${state}`]));
      this.log(messages.getMessage('info.next', [row + 1]));
      this.log(`  ${commandLine(context, runWords(job, done.job.snapshot), 'org')}`);
      const { orgId, username } = context;
      return { orgId, username, job, skipped: done.record, exportError: done.exportError, checkpoint: { row } };
    });
  }

  private warnOf(record: PausedOnDetails, lost: readonly string[]): void {
    const where = `${place(record)} of ${escapeText(record.source)}`;
    this.warn(messages.getMessage('warning.skip', [where, escapeText(record.key)]));
    if (lost.length > 0) this.warn(messages.getMessage('warning.lost', [lost.map(escapeText).join(', ')]));
  }
}
