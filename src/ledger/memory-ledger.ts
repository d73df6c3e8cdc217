import type { ExportError } from '../core/export-error.js';
import type { JobId, JobRecord } from '../core/job.js';
import type { Clock, Random } from '../core/ports/clock.js';
import { LedgerFault } from '../core/ports/ledger.js';
import type {
  JobLedger,
  LeaseHolder,
  Ledger,
  LedgerChange,
  LedgerView,
  MadeCalls,
  OpenJobOptions,
} from '../core/ports/ledger.js';
import type { SettingRow } from '../core/settings.js';
import { JobRows } from './job-rows.js';
import { prune } from './prune.js';
import { checkedSettings } from './settings-rows.js';
import { emptyStore } from './store-data.js';
import { applyChange, jobKey, renameJob, storeOf, tablesOf, viewOf } from './tables.js';
import type { Tables } from './tables.js';
import { waitForJob } from './wait-for-job.js';

export type MemoryLedgerOptions = {
  readonly clock: Clock;
  readonly random: Random;
};

/** A ledger without files, for tests of the core: same rows, same rules, one process. */
export function createMemoryLedger(options: MemoryLedgerOptions): Ledger {
  return new MemoryLedger(options);
}

class MemoryLedger implements Ledger {
  public readonly name = 'memory';
  readonly #options: MemoryLedgerOptions;
  readonly #leases = new Map<string, LeaseHolder>();
  #tables: Tables = tablesOf(emptyStore());

  public constructor(options: MemoryLedgerOptions) {
    this.#options = options;
  }

  public async read(): Promise<LedgerView> {
    return structuredClone(viewOf(this.#tables));
  }

  public async updateSettings(change: (rows: readonly SettingRow[]) => readonly SettingRow[]): Promise<void> {
    this.#tables.settings = checkedSettings(change(structuredClone(this.#tables.settings)));
  }

  public async addApiCalls(orgId: string, { calls, org }: MadeCalls): Promise<void> {
    const hour = this.#options.clock.now().slice(0, 13);
    applyChange(this.#tables, orgId, { apiUse: { hour, calls, ...(org && { org }) } });
  }

  public async holders(): Promise<readonly LeaseHolder[]> {
    return [...this.#leases.values()];
  }

  public async openJob(id: JobId, options: OpenJobOptions = {}): Promise<JobLedger> {
    return waitForJob({ ...this.#options, ...options }, async () => {
      this.#assertFree(id);
      const holder = { ...id, host: 'memory', pid: process.pid, since: this.#options.clock.now() };
      this.#leases.set(leaseKey(id), holder);
      return this.#job(id, holder);
    });
  }

  #job(id: JobId, lease: LeaseHolder): JobLedger {
    let rows = new JobRows(id, this.#tables);
    const assertHeld = async (): Promise<void> => {
      if (this.#leases.get(leaseKey(id)) === lease) return;
      throw new LedgerFault('lease-lost', `Job ${id.name} was closed`, { path: this.name, job: id.name });
    };
    return {
      id,
      job: (): JobRecord | undefined => rows.job(),
      openError: (canonicalKey): ExportError | undefined => rows.openError(canonicalKey),
      exportError: (errorId): ExportError | undefined => rows.exportError(errorId),
      openErrors: () => rows.openErrors(),
      openErrorsOfOrg: () => rows.openErrorsOfOrg(),
      assertHeld,
      commit: async (change: LedgerChange): Promise<void> => {
        await assertHeld();
        const prepared = rows.prepare(change, this.#options.clock.now().slice(0, 13));
        rows.apply(prepared.change);
        applyChange(this.#tables, id.orgId, prepared.change);
      },
      adopt: async (formerName: string): Promise<void> => {
        await assertHeld();
        const former = { orgId: id.orgId, name: formerName };
        if (rows.job() !== undefined || !this.#tables.jobs.has(jobKey(former))) return;
        if (leaseKey(former) !== leaseKey(id)) this.#assertFree(former);
        if (renameJob(this.#tables, id.orgId, formerName, id.name)) rows = new JobRows(id, this.#tables);
      },
      close: async (): Promise<void> => {
        if (this.#leases.get(leaseKey(id)) !== lease) return;
        this.#leases.delete(leaseKey(id));
        this.#prune();
      },
    };
  }

  #prune(): void {
    const { clock } = this.#options;
    this.#tables = tablesOf(storeOf(this.#tables, prune(viewOf(this.#tables), { now: clock.now() })));
  }

  #assertFree(id: JobId): void {
    const holder = this.#leases.get(leaseKey(id));
    if (holder === undefined) return;
    const message = `Job ${id.name} is being run by process ${holder.pid}`;
    throw new LedgerFault('busy', message, { path: this.name, job: id.name, orgId: id.orgId, holder });
  }
}

function leaseKey({ orgId, name }: JobId): string {
  return `${orgId}\n${name.toLowerCase()}`;
}
