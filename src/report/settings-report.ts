import { settingCatalogue, type ResolvedSettings, type SettingName, type SettingOrigin } from '../core/settings.js';
import type { TableBlock } from './blocks.js';

/** One setting as commands show it: the value in force, where it comes from, and what it means. */
export type SettingResult = {
  name: string;
  value: string | number | boolean;
  /** What a number counts, where that is not plain: `%`. */
  unit?: string;
  from: SettingOrigin;
  default: string | number | boolean;
  /** The values it takes, in words. */
  values: string;
  meaning: string;
};

export function settingResult(name: SettingName, resolved: ResolvedSettings): SettingResult {
  const { values, meaning, unit, default: fallback } = settingCatalogue[name];
  const { value, from } = resolved[name];
  return { name, value, ...(unit === undefined ? {} : { unit }), from, default: fallback, values, meaning };
}

/** `10 %` */
export function valueText({ value, unit }: Pick<SettingResult, 'value' | 'unit'>): string {
  return unit === undefined ? String(value) : `${String(value)} ${unit}`;
}

const originWords: { readonly [O in SettingOrigin]: string } = {
  flag: 'a flag',
  job: 'the job',
  org: 'this org',
  global: 'all orgs',
  default: 'default',
};

export function originOf(setting: Pick<SettingResult, 'from'>): string {
  return originWords[setting.from];
}

export function settingsTable(settings: readonly SettingResult[], title?: string): TableBlock {
  return {
    kind: 'table',
    ...(title === undefined ? {} : { title }),
    columns: [
      { key: 'name', name: 'Setting' },
      { key: 'value', name: 'Value' },
      { key: 'from', name: 'Set for' },
      { key: 'meaning', name: 'Meaning' },
    ],
    rows: settings.map((setting) => ({
      name: setting.name,
      value: valueText(setting),
      from: originOf(setting),
      meaning: setting.meaning,
    })),
  };
}
