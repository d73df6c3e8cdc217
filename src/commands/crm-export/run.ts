import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { exitCodeSection, setExitCode } from '../../cli/exit-codes.js';
import { withFaults } from '../../cli/faults.js';
import { storeFlag, targetOrgFlag } from '../../cli/flags.js';
import { jobFlags } from '../../cli/job-flags.js';
import { runScreen } from '../../cli/progress-screen.js';
import { runExport } from '../../cli/run.js';
import { jobsOf } from '../../cli/run-definition.js';
import { SfCommand } from '../../cli/sf-command.js';
import { show } from '../../cli/show.js';
import type { RunResult } from '../../core/run-result.js';
import { renderRunResult } from '../../report/run-report.js';
import { runProgress } from '../../ux/run-progress.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.run');

export type CrmExportRunResult = RunResult;

export default class CrmExportRun extends SfCommand<CrmExportRunResult> {
  public static readonly summary = messages.getMessage('summary');
  public static readonly description = messages.getMessage('description');
  public static readonly examples = messages.getMessages('examples');
  public static readonly errorCodes = exitCodeSection();

  public static readonly flags = {
    'target-org': targetOrgFlag,
    'api-version': Flags.orgApiVersion(),
    ...jobFlags,
    'on-error': Flags.option({
      summary: messages.getMessage('flags.on-error.summary'),
      description: messages.getMessage('flags.on-error.description'),
      options: ['pause', 'log'] as const,
    })(),
    'batch-size': Flags.integer({ summary: messages.getMessage('flags.batch-size.summary'), min: 1, max: 200 }),
    restart: Flags.boolean({ summary: messages.getMessage('flags.restart.summary'), exclusive: ['from-row'] }),
    'from-row': Flags.integer({
      summary: messages.getMessage('flags.from-row.summary'),
      description: messages.getMessage('flags.from-row.description'),
      min: 1,
    }),
    'dry-run': Flags.boolean({
      summary: messages.getMessage('flags.dry-run.summary'),
      description: messages.getMessage('flags.dry-run.description'),
      exclusive: ['restart', 'from-row'],
    }),
    'lock-wait': Flags.integer({
      summary: messages.getMessage('flags.lock-wait.summary'),
      description: messages.getMessage('flags.lock-wait.description'),
      min: 0,
      default: 0,
    }),
    store: storeFlag,
  };

  public async run(): Promise<CrmExportRunResult> {
    const { flags } = await this.parse(CrmExportRun);
    const specs = await withFaults(() => jobsOf(flags));
    if (flags['from-row'] !== undefined && specs.length > 1) throw messages.createError('error.fromRowNeedsOneJob');
    const onError = flags['on-error'];
    if (onError === 'log') this.warn(messages.getMessage('warning.logMode'));
    const screen = runScreen(this.spinner, this.jsonEnabled(), messages.getMessage('info.exporting'));
    const { result, exitCode, openErrors, error, ...outcome } = await runExport({
      org: flags['target-org'],
      apiVersion: flags['api-version'],
      store: flags.store,
      specs,
      flags: {
        ...(onError === undefined ? {} : { 'pause-on-export-errors': onError === 'pause' }),
        ...(flags['batch-size'] === undefined ? {} : { 'batch-size': flags['batch-size'] }),
      },
      restart: flags.restart,
      fromRow: flags['from-row'],
      dryRun: flags['dry-run'],
      lockWaitMs: flags['lock-wait'] * 60_000,
      reporter: runProgress(screen),
      warn: (message) => this.warn(message),
    }).finally(() => screen.end());
    const { orgId, username } = result;
    show(this, renderRunResult(result, { ...outcome, openErrors, orgId, username, store: flags.store ?? null }));
    if (error !== undefined) throw error;
    setExitCode(exitCode);
    return result;
  }
}
