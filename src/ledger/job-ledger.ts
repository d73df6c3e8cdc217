import type { ExportError } from '../core/export-error.js';
import type { JobId, JobRecord } from '../core/job.js';
import { LedgerFault } from '../core/ports/ledger.js';
import type { JobLedger, LedgerChange } from '../core/ports/ledger.js';
import { readFault, writeFault } from './faults.js';
import { removeFile } from './durable-file.js';
import type { JournalWriter } from './journal-file.js';
import type { JobRows } from './job-rows.js';
import type { Lease } from './lease.js';
import type { StoreSession } from './store-session.js';
import { TaskQueue } from './task-queue.js';

/** What a job's ledger needs of the ledger it belongs to. */
export type JobLedgerHost = {
  /** Runs an action under the store lock; `first` runs under it before anything is read. */
  readonly withStore: <T>(action: (session: StoreSession) => Promise<T>, first: () => Promise<void>) => Promise<T>;
  /** @throws LedgerFault `busy` if a living process holds the lease of that job */
  readonly assertFree: (id: JobId, heldByUs: JobId) => Promise<void>;
  readonly rowsOf: (id: JobId, session: StoreSession) => JobRows;
  readonly now: () => string;
  /** Bytes of commits at which the journal is folded while the job runs. */
  readonly foldAtBytes: number;
  readonly log: (message: string) => void;
};

/** A store that cannot take the journal in now will not do so later: nothing more may be sent (C4). */
const fatal = new Set<LedgerFault['code']>(['lease-lost', 'corrupt', 'newer-version']);

export type JobLedgerParts = { readonly rows: JobRows; readonly lease: Lease; readonly journal: JournalWriter };

/** A job's rows under its lease, each commit a line of the journal. */
export class FileJobLedger implements JobLedger {
  readonly #host: JobLedgerHost;
  readonly #lease: Lease;
  readonly #journal: JournalWriter;
  readonly #queue = new TaskQueue();
  #rows: JobRows;
  #foldAt: number;
  #closed = false;
  /** Why nothing may be committed any more. */
  #failed: LedgerFault | undefined;

  public constructor(
    public readonly id: JobId,
    parts: JobLedgerParts,
    host: JobLedgerHost,
  ) {
    this.#rows = parts.rows;
    this.#lease = parts.lease;
    this.#journal = parts.journal;
    this.#host = host;
    this.#foldAt = host.foldAtBytes;
  }

  public job(): JobRecord | undefined {
    return this.#rows.job();
  }

  public openError(canonicalKey: string): ExportError | undefined {
    return this.#rows.openError(canonicalKey);
  }

  public exportError(id: string): ExportError | undefined {
    return this.#rows.exportError(id);
  }

  public openErrors(): readonly ExportError[] {
    return this.#rows.openErrors();
  }

  public openErrorsOfOrg(): number {
    return this.#rows.openErrorsOfOrg();
  }

  public async assertHeld(): Promise<void> {
    this.#assertUsable();
    await this.#lease.assertHeld();
  }

  public commit(change: LedgerChange): Promise<void> {
    return this.#queue.add(async () => {
      this.#assertUsable();
      const prepared = this.#rows.prepare(change, this.#host.now().slice(0, 13));
      await this.#journal.append(prepared.text);
      await this.#assertReachable();
      this.#rows.apply(prepared.change);
      if (this.#journal.size >= this.#foldAt) await this.#foldMeanwhile();
    });
  }

  public adopt(formerName: string): Promise<void> {
    return this.#queue.add(async () => {
      this.#assertUsable();
      const former = { orgId: this.id.orgId, name: formerName };
      if (this.#rows.job() !== undefined || formerName === this.id.name) return;
      await this.#withStore(async (session) => {
        if (!session.knows(former)) return;
        await this.#host.assertFree(former, this.id);
        this.#foldOwn(session);
        if (!session.rename(former, this.id.name)) return;
        await session.save();
        this.#rows = this.#host.rowsOf(this.id, session);
        await this.#journal.clear();
      });
    });
  }

  public close(): Promise<void> {
    return this.#queue.add(async () => {
      if (this.#closed) return;
      this.#closed = true;
      try {
        await this.#foldAndRelease();
      } finally {
        // If the fold failed, the journal stays: the next one who opens the store folds it.
        this.#lease.stop();
        await this.#journal.close();
        await this.#lease.release().catch((error: unknown) => this.#host.log(String(error)));
      }
    });
  }

  async #foldAndRelease(): Promise<void> {
    await this.#withStore(async (session) => {
      this.#foldOwn(session);
      await session.save();
      await this.#journal.close();
      try {
        await removeFile(this.#journal.path);
      } catch (error) {
        throw writeFault(error, this.#journal.path);
      }
      await this.#lease.release();
    });
  }

  /** The commits are safe in the journal: a fold that fails while the job runs is tried again later. */
  async #foldMeanwhile(): Promise<void> {
    try {
      await this.#withStore(async (session) => {
        this.#foldOwn(session);
        await session.save();
        await this.#journal.clear();
      });
      this.#foldAt = this.#host.foldAtBytes;
    } catch (error) {
      if (error instanceof LedgerFault && fatal.has(error.code)) this.#failed = error;
      this.#foldAt = this.#journal.size + this.#host.foldAtBytes;
      this.#host.log(`fold put off: ${String(error)}`);
    }
  }

  #foldOwn(session: StoreSession): void {
    const own = session.living.find(({ path }) => path === this.#journal.path);
    if (own !== undefined) session.fold(own);
  }

  /** Our lease is renewed before the session looks who lives: it must never take us for dead. */
  #withStore<T>(action: (session: StoreSession) => Promise<T>): Promise<T> {
    return this.#host.withStore(action, () => this.#lease.renew());
  }

  /**
   * Whoever takes a job over first takes its lease away, and then reads its journal. So if the lease is still ours
   * after a line was synced, he will read that line; if not, it may be lost, and must not be acknowledged.
   */
  async #assertReachable(): Promise<void> {
    try {
      await this.#lease.assertHeld();
    } catch (error) {
      // The line may count or not, so what memory holds may be wrong from here on.
      this.#failed = readFault(error, this.#journal.path);
      throw this.#failed;
    }
  }

  #assertUsable(): void {
    if (this.#failed !== undefined) throw this.#failed;
    const { broken, path } = this.#journal;
    // Also after a fold that was put off: what the org would accept next could not be written down (C4).
    if (!this.#closed && broken !== undefined) throw broken;
    if (!this.#closed) return;
    throw new LedgerFault('lease-lost', `Job ${this.id.name} was closed`, { path, job: this.id.name });
  }
}
