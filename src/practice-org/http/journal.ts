import type { Commit, PendingCommit } from '../store/transaction.js';

/** One request that reached the org. */
export type JournalEntry = {
  /** counts requests from 1, in order of arrival */
  n: number;
  /** ISO time of arrival */
  at: string;
  method: string;
  /** without query, doubled slashes collapsed */
  path: string;
  query: string;
  /** names in lower case; `authorization` left out */
  headers: Record<string, string>;
  /** parsed; secrets of the token endpoint are replaced by `[REDACTED]` */
  body: unknown;
  /** status of the answer; 0 while it runs, and for a connection that was cut */
  status: number;
  /** whether it counts against DailyApiRequests */
  counted: boolean;
  /** 1 if counted, else 0 */
  apiCalls: number;
  /** kinds of the scripted faults that struck it */
  faults: string[];
  /** what it wrote, in order */
  commits: Commit[];
};

/** Every request and every committed write, in order. */
export class Journal {
  public readonly entries: JournalEntry[] = [];
  public readonly commits: Commit[] = [];
  #apiCalls = 0;

  /** Counted calls since the org began; forgetting entries does not turn it back. */
  public get apiCalls(): number {
    return this.#apiCalls;
  }

  public count(entry: JournalEntry): void {
    entry.counted = true;
    entry.apiCalls = 1;
    this.#apiCalls += 1;
  }

  public open(entry: Omit<JournalEntry, 'n' | 'status' | 'counted' | 'apiCalls' | 'faults' | 'commits'>): JournalEntry {
    const { length } = this.entries;
    const opened: JournalEntry = {
      ...entry,
      n: (this.entries[length - 1]?.n ?? 0) + 1,
      status: 0,
      counted: false,
      apiCalls: 0,
      faults: [],
      commits: [],
    };
    this.entries.push(opened);
    return opened;
  }

  public commit(entry: JournalEntry, pending: readonly PendingCommit[]): void {
    for (const write of pending) {
      const commit: Commit = { ...write, n: (this.commits.at(-1)?.n ?? 0) + 1, request: entry.n };
      this.commits.push(commit);
      entry.commits.push(commit);
    }
  }

  /** Forgets what was written down; numbers go on only while something is left. */
  public clear(): void {
    this.entries.length = 0;
    this.commits.length = 0;
  }
}
