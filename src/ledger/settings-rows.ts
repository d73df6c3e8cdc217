import { z } from 'zod';
import type { SettingRow } from '../core/settings.js';
import { problemOf, settingRow } from './schema.js';

const settingRows = z.array(settingRow);

/** A copy of settings that may be stored. @throws Error rows that could not be read back: a mistake of the caller */
export function checkedSettings(rows: readonly SettingRow[]): readonly SettingRow[] {
  const copy = JSON.parse(JSON.stringify(rows)) as readonly SettingRow[];
  const problem = problemOf(settingRows, copy);
  if (problem !== undefined) throw new Error(`Not settings of a ledger: ${problem.at}: ${problem.problem}`);
  return copy;
}
