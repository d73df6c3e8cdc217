import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { exitCodeSection, setExitCode } from '../../../cli/exit-codes.js';
import { toSfError, withFaults } from '../../../cli/faults.js';
import { storeFlag, targetOrgFlag } from '../../../cli/flags.js';
import { jobFlags } from '../../../cli/job-flags.js';
import { jobsOf } from '../../../cli/run-definition.js';
import { SfCommand } from '../../../cli/sf-command.js';
import { show } from '../../../cli/show.js';
import { validateJobs } from '../../../cli/validate-jobs.js';
import { exitCodes } from '../../../core/exit-codes.js';
import type { ValidateResult } from '../../../core/validate/validate-result.js';
import { renderValidateResult } from '../../../report/validate-report.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.job.validate');

export type CrmExportJobValidateResult = ValidateResult;

/** `sf crm-export job validate`. */
export default class CrmExportJobValidate extends SfCommand<CrmExportJobValidateResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2, 68, 75, 77);
  public static override readonly flags = {
    'target-org': targetOrgFlag,
    'api-version': Flags.orgApiVersion(),
    ...jobFlags,
    rows: Flags.integer({
      summary: messages.getMessage('flags.rows.summary'),
      description: messages.getMessage('flags.rows.description'),
      min: 0,
      default: 1000,
    }),
    store: storeFlag,
  };

  public async run(): Promise<CrmExportJobValidateResult> {
    const { flags } = await this.parse(CrmExportJobValidate);
    const { rows, store } = flags;
    const { specs, result } = await withFaults(async () => {
      const asked = await jobsOf(flags);
      const warn = (message: string): void => void this.warn(message);
      const org = { org: flags['target-org'], apiVersion: flags['api-version'], store, warn };
      return { specs: asked, result: await validateJobs({ ...org, specs: asked, rows }) };
    });
    const { orgId, username, jobs, valid } = result;
    show(this, renderValidateResult(result, { orgId, username, store: store ?? null, specs }));
    const wrong = jobs.filter(({ status }) => status === 'error').map(({ job }) => job);
    if (wrong.length > 0) {
      const error = messages.createError('error.cannotRun', [wrong.join(', ')], [], exitCodes.failed);
      error.setData(result);
      throw toSfError(error);
    }
    if (!valid) setExitCode(exitCodes.withErrors);
    return result;
  }
}
