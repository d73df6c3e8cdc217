import { copyFile, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { JobLedger, Ledger, LedgerChange, LedgerView } from '../../../src/core/ports/ledger.js';
import { createLedger, createMemoryLedger } from '../../../src/ledger/index.js';
import { storePaths } from '../../../src/ledger/store-paths.js';
import type { StorePaths } from '../../../src/ledger/store-paths.js';
import { countingRandom, errorRow, jobId, jobRow, manualClock, runRow } from '../../support/ledger-rows.js';
import { changeOwner } from '../../support/owners.js';
import { tempFolder } from '../../support/temp-folder.js';

/** What may happen between two commits: each leaves the files as a kill at one place of the program would. */
const events = [
  'close',
  'killed',
  'killed with half a line written',
  'killed in the fold, before the store was replaced',
  'killed in the fold, after the store was replaced',
  'killed in the fold, and the next one in his fold too',
  'settings of another process',
] as const;
type Event = (typeof events)[number];

type Step = { readonly kind: 'commit'; readonly change: LedgerChange } | { readonly kind: Event };

const change = fc
  .record({
    phase: fc.option(fc.constantFrom('open' as const, 'paused' as const, 'completed' as const)),
    row: fc.nat(100),
    errors: fc.uniqueArray(fc.record({ id: fc.nat(6), open: fc.boolean(), attempts: fc.integer({ min: 1, max: 9 }) }), {
      selector: ({ id }) => id,
      maxLength: 3,
    }),
    run: fc.option(fc.nat(3)),
    apiCalls: fc.nat(4),
  })
  .map(({ phase, row, errors, run, apiCalls }): LedgerChange => ({
    job: jobRow({ phase: phase ?? 'new', checkpoint: { row, line: null, mark: null } }),
    errors: errors.map(({ id, open, attempts }) =>
      errorRow(`e${id}`, { attempts, status: open ? 'pending' : 'resolved' }),
    ),
    run: run === null ? undefined : runRow(`r${run}`, { run, apiCalls }),
    apiCalls,
  }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: change.map((one) => ({ kind: 'commit' as const, change: one })) },
  { weight: 2, arbitrary: fc.constantFrom(...events).map((kind) => ({ kind })) },
);

describe('ledger: crash points', () => {
  it('C1 any sequence of commits, folds and kills gives the same ledger as one without kills', async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const folder = await tempFolder();
      try {
        expect(await withFiles(join(folder.path, 'store.json'), steps)).to.deep.equal(await inMemory(steps));
      } finally {
        await folder.remove();
      }
    });
    await fc.assert(property, { numRuns: 40 });
  });
});

async function inMemory(steps: readonly Step[]): Promise<LedgerView> {
  const ledger = createMemoryLedger({ clock: manualClock(), random: countingRandom() });
  const job = await ledger.openJob(jobId);
  let settings = 0;
  for (const one of steps) {
    if (one.kind === 'commit') await job.commit(one.change);
    else if (one.kind.startsWith('settings')) await ledger.updateSettings(() => setting(++settings));
  }
  return ledger.read();
}

async function withFiles(path: string, steps: readonly Step[]): Promise<LedgerView> {
  const paths = storePaths(path);
  const ledger = createLedger({ path, clock: manualClock(), random: countingRandom() });
  let job = await ledger.openJob(jobId);
  let settings = 0;
  for (const one of steps) {
    if (one.kind === 'commit') await job.commit(one.change);
    else if (one.kind === 'settings of another process') await ledger.updateSettings(() => setting(++settings));
    else {
      await happen(one.kind, job, ledger, paths);
      job = await ledger.openJob(jobId);
    }
    // A reader sees the same at each moment.
    const view = await ledger.read();
    if (one.kind === 'commit') expect(view.jobs[0]).to.deep.equal(one.change.job);
  }
  await job.close();
  expect(await readdir(paths.folder)).to.not.include(paths.journal(jobId));
  return ledger.read();
}

function setting(value: number): { scope: string; name: string; value: number }[] {
  return [{ scope: 'global', name: 'batch-size', value }];
}

async function happen(event: Event, job: JobLedger, ledger: Ledger, paths: StorePaths): Promise<void> {
  const journal = paths.journal(jobId);
  if (event === 'close') return job.close();
  const saved = `${paths.store}.saved`;
  await copyFile(journal, saved);
  if (event === 'killed with half a line written') {
    await writeFile(saved, `${await readFile(saved, 'utf8')}0123456789abcdef {"seq":99,"ch`);
  }
  const before = await readFile(paths.store).catch(() => undefined);
  // The writer of this process ends here; then the files are put as a kill would have left them.
  await job.close();
  if (!event.includes('after the store') && !event.includes('the next one')) {
    await (before === undefined ? rm(paths.store, { force: true }) : writeFile(paths.store, before));
  }
  await copyFile(saved, journal);
  await rm(saved);
  if (event.includes('the next one')) {
    // He took the lease, folded, and was killed before he removed the journal.
    const kept = await readFile(journal);
    await ledger.updateSettings((rows) => rows);
    await writeFile(journal, kept);
    const next = await ledger.openJob({ ...jobId, name: 'other' });
    await changeOwner(paths.lease({ ...jobId, name: 'other' }), { started: 'long ago' });
    await next.close();
  }
}
