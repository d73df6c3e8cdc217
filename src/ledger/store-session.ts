import { Low } from 'lowdb';
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JobId } from '../core/job.js';
import type { SettingRow } from '../core/settings.js';
import { removeFile, syncFolder } from './durable-file.js';
import { writeFault } from './faults.js';
import { readJournal } from './journal-file.js';
import type { FoundJournal } from './journal-file.js';
import { folderNames, livingHolder } from './lease.js';
import { prune } from './prune.js';
import { StoreAdapter } from './store-adapter.js';
import { emptyStore } from './store-data.js';
import type { StoreData, StoredChange } from './store-data.js';
import type { HeldLock } from './store-lock.js';
import type { StorePaths } from './store-paths.js';
import { applyChange, applyJournal, jobKey, renameJob, storeOf, tablesOf, viewOf } from './tables.js';
import type { Tables } from './tables.js';

export type SessionOptions = {
  readonly paths: StorePaths;
  readonly lock: HeldLock;
  /** ISO 8601 UTC. */
  readonly now: () => string;
};

/** One read-change-write of the store under its lock. */
export class StoreSession {
  readonly #low: Low<StoreData>;
  readonly #orphans: readonly FoundJournal[];
  readonly #options: SessionOptions;
  #unsaved: boolean;

  private constructor(
    options: SessionOptions,
    low: Low<StoreData>,
    public readonly tables: Tables,
    /** Journals whose jobs run now, in other processes or in this one. */
    public readonly living: readonly FoundJournal[],
    orphans: readonly FoundJournal[],
  ) {
    this.#options = options;
    this.#low = low;
    this.#orphans = orphans;
    this.#unsaved = orphans.map((journal) => applyJournal(tables, journal)).includes(true);
  }

  /** Reads the store, with the journals that dead processes left. @throws LedgerFault */
  public static async open(options: SessionOptions): Promise<StoreSession> {
    const { paths, lock, now } = options;
    const adapter = new StoreAdapter(paths, { now, beforeReplace: lock.assertHeld });
    const low = new Low<StoreData>(adapter, emptyStore());
    await low.read();
    const living: FoundJournal[] = [];
    const orphans: FoundJournal[] = [];
    for (const path of await journalPaths(paths)) {
      const lease = path.replace(/journal$/, 'lease');
      const holder = await livingHolder(lease, lock.now());
      // If its process is only asleep, it must find out before its journal is taken away: so the lease goes first.
      if (holder === undefined) await removeFile(lease);
      const journal = await readJournal(path);
      if (journal === undefined) continue;
      // A living holder with another token took the job over from whoever wrote this journal.
      const lives = holder !== undefined && (holder === 'unreadable' || holder.token === journal.header?.journal);
      (lives ? living : orphans).push(journal);
    }
    return new StoreSession(options, low, tablesOf(low.data), living, orphans);
  }

  /** Puts the lines of a journal that its own process folds. */
  public fold(journal: FoundJournal): void {
    if (applyJournal(this.tables, journal)) this.#unsaved = true;
  }

  public setSettings(rows: readonly SettingRow[]): void {
    this.tables.settings = rows;
    this.#unsaved = true;
  }

  public addApiUse(orgId: string, apiUse: NonNullable<StoredChange['apiUse']>): void {
    applyChange(this.tables, orgId, { apiUse });
    this.#unsaved = true;
  }

  /** Is there a job of this name, in the store or in the journal of a process that runs it now? */
  public knows(id: JobId): boolean {
    const runs = this.living.some(({ header }) => header?.orgId === id.orgId && header.job === id.name);
    return runs || this.tables.jobs.has(jobKey(id));
  }

  /** @returns false: nothing is known of the former job, or the new name has a state of its own */
  public rename(former: JobId, name: string): boolean {
    const moved = renameJob(this.tables, former.orgId, former.name, name);
    if (moved) this.#unsaved = true;
    return moved;
  }

  /** Writes the store if anything changed, and then removes the journals that are in it. @throws LedgerFault */
  public async save(): Promise<void> {
    const { paths, now } = this.#options;
    if (this.#unsaved) {
      this.#low.data = storeOf(this.tables, prune(viewOf(this.tables), { now: now() }));
      await this.#low.write();
      this.#unsaved = false;
    }
    try {
      for (const { path } of this.#orphans) await removeFile(path);
      if (this.#orphans.length > 0) await syncFolder(dirname(paths.store));
    } catch (error) {
      throw writeFault(error, paths.store);
    }
  }
}

async function journalPaths(paths: StorePaths): Promise<string[]> {
  const names = (await folderNames(paths)).filter((name) => paths.kindOf(name) === 'journal').sort();
  return names.map((name) => join(paths.folder, name));
}

/** All journals beside the store, whoever writes them. @throws LedgerFault */
export async function readJournals(paths: StorePaths): Promise<FoundJournal[]> {
  const found = await Promise.all((await journalPaths(paths)).map(readJournal));
  return found.filter((journal) => journal !== undefined);
}

/** Age at which a temp file of a lock belongs to nobody any more: nobody waits so long for a lock. */
const forgottenMs = 600_000;

/** Removes what killed processes left: temp files, claims. Only under the store lock; its failure harms nothing. */
export async function tidy(paths: StorePaths, lock: HeldLock): Promise<void> {
  for (const name of await folderNames(paths)) {
    const path = join(paths.folder, name);
    const kind = paths.kindOf(name);
    // The store and leases are written under the lock only, so nobody else is at these now.
    if (kind === 'store-temp' || kind === 'lease-temp') await rm(path, { force: true }).catch(() => undefined);
    if (kind !== 'lock-temp' && kind !== 'lock-claim') continue;
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && lock.now() - found.mtimeMs > forgottenMs) {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
}
