import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JobId } from '../core/job.js';
import type { Clock, Random } from '../core/ports/clock.js';
import { LedgerFault } from '../core/ports/ledger.js';
import type { JobLedger, LeaseHolder, Ledger, LedgerView, MadeCalls, OpenJobOptions } from '../core/ports/ledger.js';
import type { SettingRow } from '../core/settings.js';
import { writeFault } from './faults.js';
import { FileJobLedger } from './job-ledger.js';
import type { JobLedgerHost } from './job-ledger.js';
import { JobRows } from './job-rows.js';
import { JournalWriter } from './journal-file.js';
import { Lease, holderOf, livingHolder, livingHolders } from './lease.js';
import { readView } from './read-view.js';
import { checkedSettings } from './settings-rows.js';
import { acquireStoreLock } from './store-lock.js';
import type { HeldLock } from './store-lock.js';
import { realStorePath, storePaths } from './store-paths.js';
import type { StorePaths } from './store-paths.js';
import { StoreSession, tidy } from './store-session.js';
import { applyJournal } from './tables.js';
import { waitForJob } from './wait-for-job.js';

export type LedgerOptions = {
  /** The store file; its folder is made, for its owner alone, when something is first written. */
  readonly path: string;
  readonly clock: Clock;
  /** Spreads processes that wait for each other. Tokens are not taken from it: they must be unique in any test. */
  readonly random: Random;
  /** For the debug log; never gets values of records. */
  readonly log?: (message: string) => void;
  /** How long to wait for the store lock, ms. */
  readonly lockWaitMs?: number;
  /** Bytes of commits at which a journal is folded while its job runs. */
  readonly foldAtBytes?: number;
};

const foldAtBytes = 8 * 1024 * 1024;

/**
 * The ledger as files: a lowdb store, and beside it a lock, and for each running job a lease and a journal. What the
 * files mean to each other: `store-session.ts` (write), `read-view.ts` (read), `job-ledger.ts` (commit).
 */
export function createLedger(options: LedgerOptions): Ledger {
  return new FileLedger(options);
}

class FileLedger implements Ledger {
  readonly #options: LedgerOptions;

  public constructor(options: LedgerOptions) {
    this.#options = options;
  }

  public get name(): string {
    return this.#options.path;
  }

  public async read(): Promise<LedgerView> {
    return readView(await this.#paths(), () => this.#options.clock.now());
  }

  public async holders(): Promise<readonly LeaseHolder[]> {
    return livingHolders(await this.#paths(), Date.now());
  }

  public async updateSettings(change: (rows: readonly SettingRow[]) => readonly SettingRow[]): Promise<void> {
    const paths = await this.#writablePaths();
    await this.#withLock(paths, async (lock) => {
      const session = await this.#session(paths, lock);
      session.setSettings(checkedSettings(change(structuredClone(session.tables.settings))));
      await session.save();
    });
  }

  public async addApiCalls(orgId: string, { calls, org }: MadeCalls): Promise<void> {
    const paths = await this.#writablePaths();
    await this.#withLock(paths, async (lock) => {
      const session = await this.#session(paths, lock);
      session.addApiUse(orgId, { hour: this.#options.clock.now().slice(0, 13), calls, ...(org && { org }) });
      await session.save();
    });
  }

  public async openJob(id: JobId, options: OpenJobOptions = {}): Promise<JobLedger> {
    const paths = await this.#writablePaths();
    const { clock, random } = this.#options;
    return waitForJob({ clock, random, ...options }, () =>
      this.#withLock(paths, async (lock) => {
        await assertFree(paths, id, lock.now());
        return this.#open(paths, lock, id);
      }),
    );
  }

  async #open(paths: StorePaths, lock: HeldLock, id: JobId): Promise<JobLedger> {
    await tidy(paths, lock);
    // The lease goes first: a former holder that is only asleep must find it changed before its journal is folded.
    const lease = await Lease.take(paths, id, { log: this.#options.log });
    try {
      const session = await this.#session(paths, lock);
      await session.save();
      const journal = await JournalWriter.create(paths.journal(id), id, lease.token);
      return new FileJobLedger(id, { rows: rowsOf(id, session), lease, journal }, this.#host(paths));
    } catch (error) {
      await lease.release().catch(() => undefined);
      throw error;
    }
  }

  #host(paths: StorePaths): JobLedgerHost {
    const { clock, log } = this.#options;
    return {
      withStore: (action, first) =>
        this.#withLock(paths, async (lock) => {
          await first();
          return action(await this.#session(paths, lock));
        }),
      assertFree: async (id, heldByUs) => {
        if (paths.lease(id) !== paths.lease(heldByUs)) await assertFree(paths, id, Date.now());
      },
      rowsOf,
      now: () => clock.now(),
      foldAtBytes: this.#options.foldAtBytes ?? foldAtBytes,
      log: log ?? (() => undefined),
    };
  }

  #session(paths: StorePaths, lock: HeldLock): Promise<StoreSession> {
    const { clock } = this.#options;
    return StoreSession.open({ paths, lock, now: () => clock.now() });
  }

  async #withLock<T>(paths: StorePaths, action: (lock: HeldLock) => Promise<T>): Promise<T> {
    const { lockWaitMs, random } = this.#options;
    const lock = await acquireStoreLock(paths.lock, { waitMs: lockWaitMs, fraction: () => random.fraction() });
    try {
      return await action(lock);
    } finally {
      await lock.release().catch((error: unknown) => this.#options.log?.(`store lock: ${String(error)}`));
    }
  }

  async #paths(): Promise<StorePaths> {
    return storePaths(await realStorePath(this.#options.path));
  }

  async #writablePaths(): Promise<StorePaths> {
    const paths = await this.#paths();
    try {
      await mkdir(dirname(paths.store), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw writeFault(error, paths.store);
    }
    return paths;
  }
}

/** Rows of a job; those of other jobs that run now count as they stand in their journals. */
function rowsOf(id: JobId, session: StoreSession): JobRows {
  for (const journal of session.living) applyJournal(session.tables, journal);
  return new JobRows(id, session.tables);
}

/** @throws LedgerFault `busy` */
async function assertFree(paths: StorePaths, id: JobId, nowMs: number): Promise<void> {
  const path = paths.lease(id);
  const found = await livingHolder(path, nowMs);
  if (found === undefined) return;
  const holder = found === 'unreadable' ? undefined : holderOf(found);
  const who =
    holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  throw new LedgerFault('busy', `Job ${id.name} is being run by ${who}`, {
    path,
    job: id.name,
    orgId: id.orgId,
    holder,
  });
}
