import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { exitCodeSection, setExitCode } from '../../cli/exit-codes.js';
import { withFaults } from '../../cli/faults.js';
import { ageFlag, storeFlag, timeBefore, targetOrgFlag } from '../../cli/flags.js';
import { runScreen } from '../../cli/progress-screen.js';
import { runRetry } from '../../cli/retry.js';
import { definitionOverrides } from '../../cli/run-definition.js';
import { SfCommand } from '../../cli/sf-command.js';
import { show } from '../../cli/show.js';
import type { RetryResult } from '../../core/retry/retry-result.js';
import { renderRetryResult } from '../../report/retry-report.js';
import { runProgress } from '../../ux/run-progress.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.retry');

export type CrmExportRetryResult = RetryResult;

/** `sf crm-export retry`: Marketo Measure's `CRMExport_ExportError`. */
export default class CrmExportRetry extends SfCommand<CrmExportRetryResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection();

  public static override readonly flags = {
    'target-org': targetOrgFlag,
    'api-version': Flags.orgApiVersion(),
    job: Flags.string({ char: 'j', summary: messages.getMessage('flags.job.summary'), multiple: true }),
    id: Flags.string({ summary: messages.getMessage('flags.id.summary'), multiple: true }),
    code: Flags.string({ summary: messages.getMessage('flags.code.summary'), multiple: true }),
    'older-than': ageFlag({ summary: messages.getMessage('flags.older-than.summary') }),
    limit: Flags.integer({ summary: messages.getMessage('flags.limit.summary'), min: 1 }),
    'definition-file': Flags.file({
      char: 'd',
      summary: messages.getMessage('flags.definition-file.summary'),
      description: messages.getMessage('flags.definition-file.description'),
    }),
    'lock-wait': Flags.integer({
      summary: messages.getMessage('flags.lock-wait.summary'),
      description: messages.getMessage('flags.lock-wait.description'),
      min: 0,
      default: 30,
    }),
    store: storeFlag,
  };

  public async run(): Promise<CrmExportRetryResult> {
    const { flags } = await this.parse(CrmExportRetry);
    const specs = await withFaults(() => definitionOverrides(flags['definition-file']));
    const screen = runScreen(this.spinner, this.jsonEnabled(), messages.getMessage('info.retrying'));
    const olderThan = flags['older-than'];
    const { result, exitCode, error } = await runRetry({
      org: flags['target-org'],
      apiVersion: flags['api-version'],
      store: flags.store,
      jobs: flags.job,
      filter: {
        ids: flags.id,
        codes: flags.code,
        limit: flags.limit,
        ...(olderThan === undefined ? {} : { failedBefore: timeBefore(olderThan) }),
      },
      specs,
      lockWaitMs: flags['lock-wait'] * 60_000,
      reporter: runProgress(screen),
      warn: (message) => this.warn(message),
    }).finally(() => screen.end());
    const { orgId, username } = result;
    show(this, renderRetryResult(result, { orgId, username, store: flags.store ?? null }));
    if (error !== undefined) throw error;
    setExitCode(exitCode);
    return result;
  }
}
