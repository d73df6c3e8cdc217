import type { JobRecord } from '../core/job.js';
import { resolveSettings, type SettingName, type SettingRow } from '../core/settings.js';
import { settingResult, type SettingResult } from '../report/settings-report.js';
import { refuseHidden, type SettingsScope } from './settings-scope.js';

export type SettingChange = {
  readonly at: SettingsScope;
  readonly name: SettingName;
  readonly change: (rows: readonly SettingRow[]) => readonly SettingRow[];
  /** Asks before Pause on Export Errors goes off; throws if the answer is no. */
  readonly consent: () => Promise<void>;
};

export type SettingChanged = {
  readonly before: SettingResult;
  readonly after: SettingResult;
  /** Jobs in scope whose definition sets this itself, so that the change does not reach them. */
  readonly ownJobs: readonly string[];
};

/** Changes a setting, after what has to be asked was asked. Nothing is changed if this throws. */
export async function changeSetting({ at, name, change, consent }: SettingChange): Promise<SettingChanged> {
  const { settings: rows, jobs } = await at.ledger.read();
  refuseHidden(name, rows, at);
  const before = resolveSettings({ rows, orgId: at.orgId });
  const after = resolveSettings({ rows: change(rows), orgId: at.orgId });
  if (name === 'pause-on-export-errors' && !after[name].value) await consent();
  await at.ledger.updateSettings(change);
  return {
    before: settingResult(name, before),
    after: settingResult(name, after),
    ownJobs: jobs.filter((job) => inScope(job, at) && setsItself(job, name)).map((job) => job.name),
  };
}

function inScope(job: JobRecord, at: SettingsScope): boolean {
  return at.orgId === null || job.orgId === at.orgId;
}

function setsItself(job: JobRecord, name: SettingName): boolean {
  return Object.hasOwn(job.snapshot?.settings ?? {}, name);
}
