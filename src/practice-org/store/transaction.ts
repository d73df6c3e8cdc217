import type { ApexLimits } from '../write/apex-limits.js';
import type { JsonObject, Row } from '../values.js';
import type { Table } from './table.js';

/** One write that reached the database. */
export type Commit = {
  /** counts the org's commits from 1 */
  n: number;
  /** `n` of the journal entry of the request that made it */
  request: number;
  operation: 'insert' | 'update' | 'delete';
  object: string;
  id: string;
  /** the record as the client sent it, `attributes` left out */
  fields: JsonObject;
  /** value of the upsert key, as sent; absent on other operations */
  externalId?: unknown;
};

export type PendingCommit = Omit<Commit, 'n' | 'request'>;

export type Savepoint = { undo: number; commits: number };

/**
 * A transaction: an undo log over the tables, the static variables of Apex, and the use of Apex limits. The practice org
 * runs each request in one go, so transactions never overlap.
 */
export class Transaction {
  /** Apex static variables; they live as long as the transaction and survive a roll-back (facts 3.4) */
  public readonly statics = new Map<string, unknown>();
  public readonly limits: ApexLimits;
  readonly #undo: Array<() => void> = [];
  #commits: PendingCommit[] = [];

  public constructor(limits: ApexLimits) {
    this.limits = limits;
  }

  public get commits(): readonly PendingCommit[] {
    return this.#commits;
  }

  public savepoint(): Savepoint {
    return { undo: this.#undo.length, commits: this.#commits.length };
  }

  public rollbackTo({ undo, commits }: Savepoint): void {
    while (this.#undo.length > undo) this.#undo.pop()?.();
    this.#commits = this.#commits.slice(0, commits);
  }

  public put(table: Table, row: Row): void {
    const id = String(row.Id);
    const before = table.get(id);
    table.put(row);
    this.#undo.push(() => (before ? table.put(before) : table.remove(id, false)));
  }

  public remove(table: Table, id: string): void {
    const before = table.get(id);
    if (!before) return;
    table.remove(id, true);
    this.#undo.push(() => table.put(before));
  }

  public note(commit: PendingCommit): void {
    this.#commits.push(commit);
  }

  /** Takes over what another transaction has committed; from here on it can no longer be rolled back. */
  public absorb(other: Transaction): void {
    this.#commits.push(...other.commits);
  }
}
