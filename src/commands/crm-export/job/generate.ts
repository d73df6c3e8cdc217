import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { hasTerminal } from '../../../cli/ask.js';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { withFaults } from '../../../cli/faults.js';
import { storeFlag, targetOrgFlag } from '../../../cli/flags.js';
import { generateJob } from '../../../cli/generate-job.js';
import { terminalPrompter } from '../../../cli/prompter.js';
import { usualDefinition } from '../../../cli/run-definition.js';
import { SfCommand } from '../../../cli/sf-command.js';
import { show } from '../../../cli/show.js';
import type { GenerateResult } from '../../../core/generate/generate-result.js';
import { renderGeneratedJob, renderWritten } from '../../../report/generate-report.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.job.generate');

export type CrmExportJobGenerateResult = GenerateResult;

/** `sf crm-export job generate`. */
export default class CrmExportJobGenerate extends SfCommand<CrmExportJobGenerateResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2, 75, 77, 130);
  public static override readonly flags = {
    'target-org': targetOrgFlag,
    'api-version': Flags.orgApiVersion(),
    file: Flags.file({ char: 'f', summary: messages.getMessage('flags.file.summary') }),
    sobject: Flags.string({ char: 's', summary: messages.getMessage('flags.sobject.summary') }),
    'external-id': Flags.string({
      char: 'i',
      summary: messages.getMessage('flags.external-id.summary'),
      description: messages.getMessage('flags.external-id.description'),
    }),
    name: Flags.string({ summary: messages.getMessage('flags.name.summary') }),
    map: Flags.string({
      summary: messages.getMessage('flags.map.summary'),
      description: messages.getMessage('flags.map.description'),
      multiple: true,
    }),
    'definition-file': Flags.file({
      char: 'd',
      summary: messages.getMessage('flags.definition-file.summary'),
      description: messages.getMessage('flags.definition-file.description'),
      default: usualDefinition,
    }),
    replace: Flags.boolean({
      summary: messages.getMessage('flags.replace.summary'),
      description: messages.getMessage('flags.replace.description'),
    }),
    'no-prompt': Flags.boolean({
      summary: messages.getMessage('flags.no-prompt.summary'),
      description: messages.getMessage('flags.no-prompt.description'),
    }),
    store: storeFlag,
  };

  public async run(): Promise<CrmExportJobGenerateResult> {
    const { flags } = await this.parse(CrmExportJobGenerate);
    const asks = hasTerminal() && !this.jsonEnabled() && !flags['no-prompt'];
    const result = await withFaults(() =>
      generateJob({
        org: flags['target-org'],
        apiVersion: flags['api-version'],
        store: flags.store,
        warn: (message) => this.warn(message),
        definitionFile: flags['definition-file'],
        file: flags.file,
        sobject: flags.sobject,
        externalId: flags['external-id'],
        name: flags.name,
        map: flags.map ?? [],
        replace: flags.replace,
        prompter: asks ? terminalPrompter((options) => this.confirm(options)) : undefined,
        preview: (draft) => show(this, renderGeneratedJob(draft)),
      }),
    );
    const { orgId, username } = result;
    show(this, renderWritten(result, { orgId, username, store: flags.store ?? null }));
    return result;
  }
}
