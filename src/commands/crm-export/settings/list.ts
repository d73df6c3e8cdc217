import { Messages } from '@salesforce/core';
import { exitCodeSection } from '../../../cli/exit-codes.js';
import { withFaults } from '../../../cli/faults.js';
import { settingsScopeFlags, storeFlag } from '../../../cli/flags.js';
import { settingsScope } from '../../../cli/settings-scope.js';
import { SfCommand } from '../../../cli/sf-command.js';
import { show } from '../../../cli/show.js';
import { resolveSettings, unusableSettings, visibleSettings } from '../../../core/settings.js';
import { escapeText } from '../../../report/escape.js';
import { settingResult, settingsTable, type SettingResult } from '../../../report/settings-report.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.settings.list');
const shared = Messages.loadMessages('sf-crm-export', 'settings');

export type CrmExportSettingsListResult = SettingResult[];

/** `sf crm-export settings list`. */
export default class CrmExportSettingsList extends SfCommand<CrmExportSettingsListResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1, 2);
  public static override readonly flags = { ...settingsScopeFlags, store: storeFlag };

  public async run(): Promise<CrmExportSettingsListResult> {
    const { flags } = await this.parse(CrmExportSettingsList);
    return withFaults(async () => {
      const { ledger, orgId, words } = await settingsScope(flags);
      const { settings: rows } = await ledger.read();
      for (const { name, value } of unusableSettings(rows, orgId)) {
        this.warn(shared.getMessage('warning.unusable', [name, escapeText(String(value))]));
      }
      const resolved = resolveSettings({ rows, orgId });
      const result = visibleSettings(resolved).map((name) => settingResult(name, resolved));
      show(this, [settingsTable(result, `Settings of ${escapeText(words)}`)]);
      return result;
    });
  }
}
