import { systemClock, systemRandom } from '../../src/cli/clock.js';
import type { ExportError } from '../../src/core/export-error.js';
import type { JobRecord } from '../../src/core/job.js';
import type { RunRecord } from '../../src/core/run-record.js';
import type { SettingRow } from '../../src/core/settings.js';
import { createLedger } from '../../src/ledger/index.js';

export type Seed = {
  readonly jobs?: readonly JobRecord[];
  readonly errors?: readonly ExportError[];
  readonly runs?: readonly RunRecord[];
  readonly settings?: readonly SettingRow[];
};

/** Writes a store through the ledger itself, as runs would have left it. */
export async function seedStore(path: string, seed: Seed): Promise<void> {
  const ledger = createLedger({ path, clock: systemClock, random: systemRandom });
  if (seed.settings !== undefined) await ledger.updateSettings(() => seed.settings!);
  for (const job of seed.jobs ?? []) {
    const held = await ledger.openJob({ orgId: job.orgId, name: job.name });
    const errors = (seed.errors ?? []).filter((error) => error.orgId === job.orgId && error.job === job.name);
    try {
      await held.commit({ job, errors, apiCalls: 3 });
      for (const run of seed.runs ?? []) if (run.job === job.name) await held.commit({ run });
    } finally {
      await held.close();
    }
  }
}
