import { Args } from '@oclif/core';
import { Messages } from '@salesforce/core';
import { consentToPauseOff } from '../../../cli/ask.js';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { withFaults } from '../../../cli/faults.js';
import { noPromptFlag, settingsScopeFlags, storeFlag } from '../../../cli/flags.js';
import { changeSetting } from '../../../cli/settings-change.js';
import { settingNamed, settingsScope } from '../../../cli/settings-scope.js';
import { SfCommand } from '../../../cli/sf-command.js';
import { unsetSetting } from '../../../core/settings.js';
import { escapeText } from '../../../report/escape.js';
import { originOf, valueText, type SettingResult } from '../../../report/settings-report.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.settings.unset');
const shared = Messages.loadMessages('sf-crm-export', 'settings');
const flagMessages = Messages.loadMessages('sf-crm-export', 'flags');

export type CrmExportSettingsUnsetResult = SettingResult & { orgId: string | null };

/** `sf crm-export settings unset`. */
export default class CrmExportSettingsUnset extends SfCommand<CrmExportSettingsUnsetResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2);
  public static override readonly args = {
    name: Args.string({ description: flagMessages.getMessage('args.setting.description'), required: true }),
  };
  public static override readonly flags = { ...settingsScopeFlags, store: storeFlag, 'no-prompt': noPromptFlag };

  public async run(): Promise<CrmExportSettingsUnsetResult> {
    const { args, flags } = await this.parse(CrmExportSettingsUnset);
    return withFaults(async () => {
      const name = settingNamed(args.name);
      const at = await settingsScope(flags);
      const { after } = await changeSetting({
        at,
        name,
        change: (rows) => unsetSetting(rows, at.scope, name),
        consent: () => consentToPauseOff(this, at, flags['no-prompt']),
      });
      const words = [name, escapeText(at.words), valueText(after), originOf(after)];
      this.logSuccess(shared.getMessage('info.unset', words));
      return { ...after, orgId: at.orgId };
    });
  }
}
