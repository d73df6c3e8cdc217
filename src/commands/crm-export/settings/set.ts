import { Args } from '@oclif/core';
import { Messages } from '@salesforce/core';
import { consentToPauseOff } from '../../../cli/ask.js';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { withFaults } from '../../../cli/faults.js';
import { noPromptFlag, settingsScopeFlags, storeFlag } from '../../../cli/flags.js';
import { changeSetting } from '../../../cli/settings-change.js';
import { settingNamed, settingValue, settingsScope } from '../../../cli/settings-scope.js';
import { SfCommand } from '../../../cli/sf-command.js';
import { setSetting } from '../../../core/settings.js';
import { escapeText } from '../../../report/escape.js';
import { valueText, type SettingResult } from '../../../report/settings-report.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.settings.set');
const shared = Messages.loadMessages('sf-crm-export', 'settings');
const flagMessages = Messages.loadMessages('sf-crm-export', 'flags');

export type CrmExportSettingsSetResult = SettingResult & { orgId: string | null };

/** `sf crm-export settings set`. */
export default class CrmExportSettingsSet extends SfCommand<CrmExportSettingsSetResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2);
  public static override readonly args = {
    name: Args.string({ description: flagMessages.getMessage('args.setting.description'), required: true }),
    value: Args.string({ description: messages.getMessage('args.value.description'), required: true }),
  };
  public static override readonly flags = { ...settingsScopeFlags, store: storeFlag, 'no-prompt': noPromptFlag };

  public async run(): Promise<CrmExportSettingsSetResult> {
    const { args, flags } = await this.parse(CrmExportSettingsSet);
    return withFaults(async () => {
      const name = settingNamed(args.name);
      const value = settingValue(name, args.value);
      const at = await settingsScope(flags);
      const { after, ownJobs } = await changeSetting({
        at,
        name,
        change: (rows) => setSetting(rows, at.scope, name, value),
        consent: () => consentToPauseOff(this, at, flags['no-prompt']),
      });
      this.logSuccess(shared.getMessage('info.set', [name, valueText(after), escapeText(at.words)]));
      if (name === 'export-to-crm' && !value) this.log(shared.getMessage('info.exportOff', [escapeText(at.words)]));
      if (ownJobs.length > 0) this.log(shared.getMessage('info.ownJobs', [name, escapeText(ownJobs.join(', '))]));
      return { ...after, orgId: at.orgId };
    });
  }
}
