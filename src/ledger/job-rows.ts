import { isOpen } from '../core/export-error.js';
import type { ExportError } from '../core/export-error.js';
import type { JobId, JobRecord } from '../core/job.js';
import type { LedgerChange } from '../core/ports/ledger.js';
import { problemOf, storedChange } from './schema.js';
import type { StoredChange } from './store-data.js';
import { jobKey } from './tables.js';
import type { Tables } from './tables.js';

/** A commit, checked: as JSON for the journal, and as it reads back from there. */
export type PreparedChange = { readonly text: string; readonly change: StoredChange };

/**
 * The rows of one job while its lease is held. Everything here costs as much as the change is large, however many rows
 * there are.
 */
export class JobRows {
  readonly #id: JobId;
  readonly #errors = new Map<string, ExportError>();
  readonly #open = new Map<string, ExportError>();
  readonly #openByKey = new Map<string, string>();
  #job: JobRecord | undefined;
  #openOfOthers = 0;

  public constructor(id: JobId, tables: Tables) {
    this.#id = id;
    this.#job = tables.jobs.get(jobKey(id));
    for (const error of tables.errors.values()) {
      if (error.orgId !== id.orgId) continue;
      if (error.job === id.name) this.#put(error);
      else if (isOpen(error)) this.#openOfOthers += 1;
    }
  }

  public job(): JobRecord | undefined {
    return this.#job;
  }

  public openError(canonicalKey: string): ExportError | undefined {
    const id = this.#openByKey.get(canonicalKey);
    return id === undefined ? undefined : this.#open.get(id);
  }

  public exportError(id: string): ExportError | undefined {
    return this.#errors.get(id);
  }

  public openErrors(): readonly ExportError[] {
    return [...this.#open.values()];
  }

  public openErrorsOfOrg(): number {
    return this.#openOfOthers + this.#open.size;
  }

  /**
   * Makes of a change what will stand in the journal, and refuses what must never stand there: a row that could not be
   * read back, a row of another job, a second open row of one key (E1).
   * @throws Error a mistake of the caller; nothing was changed
   */
  public prepare(change: LedgerChange, hour: string): PreparedChange {
    const { job, errors, run, apiCalls = 0, orgUsage } = change;
    const stored: StoredChange = {
      job: job === undefined ? undefined : this.#merged(job),
      errors: errors?.length === 0 ? undefined : errors,
      run,
      apiUse: apiCalls === 0 ? undefined : { hour, calls: apiCalls, ...(orgUsage && { org: orgUsage }) },
    };
    const text = JSON.stringify(stored);
    // What memory holds is what a reader of the journal gets, and no object that the caller may change later.
    const prepared = { text, change: JSON.parse(text) as StoredChange };
    this.#check(prepared.change);
    return prepared;
  }

  public apply({ job, errors = [] }: StoredChange): void {
    if (job !== undefined) this.#job = job;
    for (const error of errors) this.#put(error);
  }

  #merged(part: Partial<JobRecord>): JobRecord {
    const given = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
    return { ...this.#job, ...given, ...this.#id } as JobRecord;
  }

  #put(error: ExportError): void {
    this.#errors.set(error.id, error);
    const old = this.#open.get(error.id);
    if (old !== undefined && this.#openByKey.get(old.canonicalKey) === error.id)
      this.#openByKey.delete(old.canonicalKey);
    if (isOpen(error)) {
      this.#open.set(error.id, error);
      this.#openByKey.set(error.canonicalKey, error.id);
    } else this.#open.delete(error.id);
  }

  #check(change: StoredChange): void {
    const problem = problemOf(storedChange, change);
    if (problem !== undefined) throw new Error(`Not a change of a ledger: ${problem.at}: ${problem.problem}`);
    const { orgId, name } = this.#id;
    for (const row of [...(change.errors ?? []), ...(change.run === undefined ? [] : [change.run])]) {
      if (row.orgId !== orgId || row.job !== name) throw new Error(`Row ${row.id} is not of job ${name}`);
    }
    this.#checkOneOpenRow(change.errors ?? []);
  }

  #checkOneOpenRow(errors: readonly ExportError[]): void {
    const changed = new Map(errors.map((error) => [error.id, error]));
    const openIds = new Map<string, string>();
    const standing = (key: string): string | undefined => {
      const id = this.#openByKey.get(key);
      return id === undefined || changed.has(id) ? undefined : id;
    };
    for (const { id, canonicalKey, ...error } of changed.values()) {
      if (!isOpen(error)) continue;
      // A row that was open before adds none beside those of the store, whatever a hand may have done to the file.
      const before = this.#open.get(id)?.canonicalKey === canonicalKey;
      const other = openIds.get(canonicalKey) ?? (before ? undefined : standing(canonicalKey));
      if (other !== undefined) throw new Error(`Rows ${other} and ${id} would both be open for one key (E1)`);
      openIds.set(canonicalKey, id);
    }
  }
}
