import { LedgerFault } from '../core/ports/ledger.js';
import { storeVersion } from './store-data.js';

/** Leads from one version of the store to the next. Gets JSON as it was parsed; may change it in place. */
export type Migration = {
  /** The version it makes; its input has the version before. */
  readonly to: number;
  readonly store: (store: Record<string, unknown>) => Record<string, unknown>;
  /** A killed process of the older program may have left a journal: its lines need the same step. */
  readonly change: (change: Record<string, unknown>) => Record<string, unknown>;
};

/** In order, without gaps, from version 1 on. A published migration is never edited: the next one mends it. */
export const migrations: readonly Migration[] = [];

export type VersionPlan = {
  readonly current: number;
  readonly migrations: readonly Migration[];
};

export const currentPlan: VersionPlan = { current: storeVersion, migrations };

/**
 * The steps from a version to the current one.
 * @returns undefined when the version is none this program can have written
 * @throws LedgerFault `newer-version`: such a file is left alone (C4)
 */
export function stepsFrom(version: unknown, path: string, plan: VersionPlan = currentPlan): Migration[] | undefined {
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return undefined;
  if (version > plan.current) {
    const message =
      `${path} has version ${version}, this program knows versions up to ${plan.current}. ` +
      'Nothing was changed. Update the plugin to use this ledger.';
    throw new LedgerFault('newer-version', message, { path, version, known: plan.current });
  }
  const steps: Migration[] = [];
  for (let to = version + 1; to <= plan.current; to++) {
    const step = plan.migrations.find((migration) => migration.to === to);
    if (step === undefined) throw new Error(`No migration of the ledger to version ${to}`);
    steps.push(step);
  }
  return steps;
}
