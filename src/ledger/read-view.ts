import { Low } from 'lowdb';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerFault } from '../core/ports/ledger.js';
import type { LedgerView } from '../core/ports/ledger.js';
import { isMissing, readFault } from './faults.js';
import { StoreAdapter } from './store-adapter.js';
import { emptyStore } from './store-data.js';
import type { StoreData } from './store-data.js';
import { readJournals } from './store-session.js';
import type { StorePaths } from './store-paths.js';
import { applyJournal, tablesOf, viewOf } from './tables.js';

const patienceMs = 30_000;

/**
 * File plus journals as they stand, without the lock and without changing anything.
 *
 * A fold replaces the store and only then removes the journal. So a journal that is missing from the second step below
 * is in a store newer than the one of the first step, and the third step sees that the file has changed.
 * @throws LedgerFault `locked` if the store changes all the time
 */
export async function readView(paths: StorePaths, now: () => string): Promise<LedgerView> {
  const start = performance.now();
  for (let pause = 1; ; pause = Math.min(pause * 2, 100)) {
    const before = await identityOf(paths.store);
    const outcome = await readOnce(paths, now);
    const settled = before === (await identityOf(paths.store));
    const last = performance.now() - start > patienceMs;
    if (settled && !(outcome instanceof LedgerFault)) return outcome;
    // A journal that is cut back and written again while it is read may look damaged for a moment.
    if (outcome instanceof LedgerFault && (last || pause > 4)) throw outcome;
    if (last) throw new LedgerFault('locked', `The ledger changes all the time: ${paths.store}`, { path: paths.store });
    await sleep(pause);
  }
}

async function readOnce(paths: StorePaths, now: () => string): Promise<LedgerView | LedgerFault> {
  try {
    const low = new Low<StoreData>(new StoreAdapter(paths, { now }), emptyStore());
    await low.read();
    const journals = await readJournals(paths);
    const tables = tablesOf(low.data);
    for (const journal of journals) applyJournal(tables, journal);
    return viewOf(tables);
  } catch (error) {
    if (error instanceof LedgerFault) return error;
    throw error;
  }
}

/** Tells one written store from another: each is a new file. */
async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    if (isMissing(error)) return 'none';
    throw readFault(error, path);
  }
}
