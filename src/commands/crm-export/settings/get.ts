import { Args } from '@oclif/core';
import { Messages } from '@salesforce/core';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { withFaults } from '../../../cli/faults.js';
import { settingsScopeFlags, storeFlag } from '../../../cli/flags.js';
import { refuseHidden, settingNamed, settingsScope } from '../../../cli/settings-scope.js';
import { SfCommand } from '../../../cli/sf-command.js';
import { resolveSettings } from '../../../core/settings.js';
import { originOf, settingResult, valueText, type SettingResult } from '../../../report/settings-report.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.settings.get');
const shared = Messages.loadMessages('sf-crm-export', 'settings');
const flagMessages = Messages.loadMessages('sf-crm-export', 'flags');

export type CrmExportSettingsGetResult = SettingResult;

/** `sf crm-export settings get`. */
export default class CrmExportSettingsGet extends SfCommand<CrmExportSettingsGetResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2);
  public static override readonly args = {
    name: Args.string({ description: flagMessages.getMessage('args.setting.description'), required: true }),
  };
  public static override readonly flags = { ...settingsScopeFlags, store: storeFlag };

  public async run(): Promise<CrmExportSettingsGetResult> {
    const { args, flags } = await this.parse(CrmExportSettingsGet);
    return withFaults(async () => {
      const name = settingNamed(args.name);
      const at = await settingsScope(flags);
      const { settings: rows } = await at.ledger.read();
      refuseHidden(name, rows, at);
      const result = settingResult(name, resolveSettings({ rows, orgId: at.orgId }));
      this.log(shared.getMessage('info.get', [name, valueText(result), originOf(result)]));
      this.log(result.meaning);
      return result;
    });
  }
}
