import type { JobSettings } from './job.js';
import { nearMiss } from './mapping/near-miss.js';
import { boolean, percentage, wholeNumber, wordOr, type Kind } from './setting-kinds.js';

/** One stored setting. `scope` is the id of an org (18 characters), or `global` for all. */
export type SettingRow = { readonly scope: string; readonly name: string; readonly value: SettingValue };
export type SettingValue = string | number | boolean;

/** The settings there are and the type of their values (design.md 6). */
export type SettingValues = {
  'export-to-crm': boolean;
  'pause-on-export-errors': boolean;
  'batch-size': number;
  'collections-per-request': 'auto' | number;
  'max-export-errors': number;
  'retry-max-attempts': number;
  'history-days': number;
  'daily-api-limit': 'none' | number;
  /** Percent of the org's own daily allocation. */
  'api-reserve': number;
};
export type SettingName = keyof SettingValues;

/** Where a value may come from, in the order in which it is looked for. */
export const settingOrigins = ['flag', 'job', 'org', 'global', 'default'] as const;
export type SettingOrigin = (typeof settingOrigins)[number];
/** Where a value may be set by a person; `default` is not a place. */
export type SettingScope = Exclude<SettingOrigin, 'default'>;

export type SettingDefinition<N extends SettingName = SettingName> = Kind<SettingValues[N]> & {
  readonly name: N;
  readonly default: SettingValues[N];
  readonly scopes: readonly SettingScope[];
  /** One line on what it does. */
  readonly meaning: string;
};

/** All settings, in the order in which they are shown. */
export const settingCatalogue: { readonly [N in SettingName]: SettingDefinition<N> } = {
  'export-to-crm': {
    name: 'export-to-crm',
    default: true,
    scopes: ['org', 'global'],
    meaning: 'The main switch: while it is off, nothing is exported into the org.',
    ...boolean,
  },
  'pause-on-export-errors': {
    name: 'pause-on-export-errors',
    default: true,
    scopes: ['flag', 'job', 'org', 'global'],
    meaning: 'Stay on a record that is refused until it succeeds; off: log it in ExportErrors and go on.',
    ...boolean,
  },
  'batch-size': {
    name: 'batch-size',
    default: 200,
    scopes: ['flag', 'job', 'org', 'global'],
    meaning: 'Most records sent in one collection.',
    ...wholeNumber(1, 200),
  },
  'collections-per-request': {
    name: 'collections-per-request',
    default: 'auto',
    scopes: ['job', 'org', 'global'],
    meaning: 'Collections in one request; auto: five, but one where the object has active Apex triggers.',
    ...wordOr('auto', wholeNumber(1, 5)),
  },
  'max-export-errors': {
    name: 'max-export-errors',
    default: 10_000,
    scopes: ['org', 'global'],
    meaning: 'A job stops when the org has this many open ExportErrors.',
    ...wholeNumber(1),
  },
  'retry-max-attempts': {
    name: 'retry-max-attempts',
    default: 0,
    scopes: ['org', 'global'],
    meaning: 'A record that this many retries could not export is quarantined; 0: it is retried for ever.',
    ...wholeNumber(0),
  },
  'history-days': {
    name: 'history-days',
    default: 30,
    scopes: ['org', 'global'],
    meaning: 'Days that settled ExportErrors and runs are kept; the last 10 runs of a job always are.',
    ...wholeNumber(1),
  },
  'daily-api-limit': {
    name: 'daily-api-limit',
    default: 'none',
    scopes: ['org', 'global'],
    meaning: 'API calls that this plugin may make per org in 24 hours; jobs stop before they would make more.',
    ...wordOr('none', wholeNumber(1)),
  },
  'api-reserve': {
    name: 'api-reserve',
    default: 10,
    scopes: ['org', 'global'],
    meaning: "Part of the org's own daily API calls that this plugin never touches, whoever used the rest.",
    ...percentage(),
  },
};

export const settingNames = Object.keys(settingCatalogue) as readonly SettingName[];

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingCatalogue, name);
}

/** The setting that was probably meant by an unknown name. */
export function nearestSetting(name: string): SettingName | undefined {
  return nearMiss(name, settingNames) as SettingName | undefined;
}

export type ResolvedSetting<T = SettingValue> = { readonly value: T; readonly from: SettingOrigin };
export type ResolvedSettings = { readonly [N in SettingName]: ResolvedSetting<SettingValues[N]> };

export type SettingSources = {
  readonly rows: readonly SettingRow[];
  /** null: what holds for every org that sets nothing itself. */
  readonly orgId: string | null;
  readonly jobSettings?: JobSettings;
  readonly flags?: Partial<SettingValues>;
};

/** Each setting's value in force and where it comes from: flag, job, org, global, default; the first that is there. */
export function resolveSettings(sources: SettingSources): ResolvedSettings {
  const resolved = settingNames.map((name) => [name, resolveSetting(name, sources)] as const);
  // By construction each name has a value of its own type.
  return Object.fromEntries(resolved) as ResolvedSettings;
}

function resolveSetting<N extends SettingName>(name: N, sources: SettingSources): ResolvedSetting<SettingValues[N]> {
  const { rows, orgId, flags } = sources;
  const definition = settingCatalogue[name];
  const candidates: readonly (readonly [SettingOrigin, unknown])[] = [
    ['flag', flags?.[name]],
    ['job', definition.scopes.includes('job') ? jobSetting(sources.jobSettings, name) : undefined],
    ['org', orgId === null ? undefined : storedSetting(rows, orgId, name)],
    ['global', storedSetting(rows, 'global', name)],
  ];
  for (const [from, value] of candidates) if (definition.accepts(value)) return { value, from };
  return { value: definition.default, from: 'default' };
}

function jobSetting(settings: JobSettings | undefined, name: string): unknown {
  return settings === undefined || !Object.hasOwn(settings, name) ? undefined : settings[name as keyof JobSettings];
}

/** The value stored for a scope; the last row wins if a hand made two. */
export function storedSetting(rows: readonly SettingRow[], scope: string, name: string): SettingValue | undefined {
  return rows.findLast((row) => row.scope === scope && row.name === name)?.value;
}

/** The rows with this value set: one row for (scope, name), in its old place if there was one. */
export function setSetting<N extends SettingName>(
  rows: readonly SettingRow[],
  scope: string,
  name: N,
  value: SettingValues[N],
): readonly SettingRow[] {
  const row: SettingRow = { scope, name, value };
  const at = rows.findIndex((old) => old.scope === scope && old.name === name);
  const others = unsetSetting(rows, scope, name);
  return at < 0 ? [...others, row] : [...others.slice(0, at), row, ...others.slice(at)];
}

export function unsetSetting(rows: readonly SettingRow[], scope: string, name: string): readonly SettingRow[] {
  return rows.filter((row) => row.scope !== scope || row.name !== name);
}

/** Settings that exist only while `export-to-crm` is on (design.md 1 and 6). */
export function isHidden(name: SettingName, settings: Pick<ResolvedSettings, 'export-to-crm'>): boolean {
  return name === 'pause-on-export-errors' && !settings['export-to-crm'].value;
}

/** The names that are shown, in order. */
export function visibleSettings(settings: ResolvedSettings): readonly SettingName[] {
  return settingNames.filter((name) => !isHidden(name, settings));
}

/** Stored values of known settings that are none of theirs, so that they are passed over and the admin is told. */
export function unusableSettings(rows: readonly SettingRow[], orgId: string | null): readonly SettingRow[] {
  return rows.filter(
    (row) =>
      (row.scope === 'global' || row.scope === orgId) &&
      isSettingName(row.name) &&
      !settingCatalogue[row.name].accepts(row.value),
  );
}
