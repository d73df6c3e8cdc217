import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportError } from '../../src/core/export-error.js';
import type { JobRecord } from '../../src/core/job.js';
import type { JobRetryResult, RetryResult } from '../../src/core/retry/retry-result.js';
import type { JobResult, RunResult } from '../../src/core/run-result.js';
import { Admin, type CliResult, type JsonOutput } from './cli.js';
import { isWrite } from './killing.js';
import { keysOf, writeCalls, type WriteCall } from './writes.js';

export type Ended<T> = CliResult & { output: JsonOutput<T> };
type Settings = Record<string, unknown>;
/** What a job says beside its name; `settings` are added to small windows. */
export type JobParts = Readonly<Record<string, unknown>> & { readonly settings?: Settings };

/** Refuses the accounts whose name begins with this word. */
export const refusing = (word: string) => ({
  name: word,
  object: 'Account',
  message: `${word} is not a name`,
  field: 'Name',
  predicate: (record: { Name?: unknown }) => String(record.Name).startsWith(word),
});

/** The job logs what is refused, and goes on. */
export const logs: JobParts = { settings: { 'pause-on-export-errors': false } };

/** An admin with a definition file of small jobs; the keys of a job begin with its name: `CU-1`, `CU-2`, … */
export class JobDesk {
  private from = 0;

  private constructor(public readonly admin: Admin) {}

  /** With a rule for each of these words, which refuses names that begin with it. */
  public static async create(...words: readonly string[]): Promise<JobDesk> {
    const admin = await Admin.create();
    for (const word of words) admin.org.rules.add(refusing(word));
    return new JobDesk(admin);
  }

  public async define(jobs: Readonly<Record<string, JobParts>>, name = 'crm-export.json'): Promise<string> {
    const listed = Object.entries(jobs).map(([job, { settings = {}, ...parts }]) => ({
      name: job,
      object: 'Account',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: `${job}.csv` },
      ...parts,
      settings: { 'batch-size': 2, 'collections-per-request': 2, ...settings },
    }));
    return this.admin.write(name, JSON.stringify({ jobs: listed }));
  }

  /** Writes a job's file: rows by number and name, a name of its own where `names` says so; null = no such row. */
  public async file(job: string, count: number, names: Readonly<Record<number, string | null>> = {}): Promise<void> {
    const rows: string[] = [];
    for (let row = 1; row <= count; row++) {
      const name = row in names ? names[row] : `N${row}`;
      if (name !== null) rows.push(name!.includes(',') ? name! : `${job}-${row},${name}`);
    }
    await this.rows(job, rows);
  }

  /** Writes a job's file: these lines below the header. */
  public async rows(job: string, lines: readonly string[], header = 'Ext_Id__c,Name'): Promise<void> {
    await this.admin.write(`${job}.csv`, `${[header, ...lines].join('\n')}\n`);
  }

  public async run(...more: readonly string[]): Promise<Ended<RunResult>> {
    this.mark();
    return this.admin.json<RunResult>('run', ...this.admin.orgFlags, ...more);
  }

  public async retry(...more: readonly string[]): Promise<Ended<RetryResult>> {
    this.mark();
    return this.admin.json<RetryResult>('retry', ...this.admin.orgFlags, ...more);
  }

  /** `writes` and `sent` tell of what comes from here on. */
  public mark(): void {
    this.from = this.admin.org.journal.length;
  }

  /** The org takes so long over its next write; resolves when that is in flight. */
  public holdWrite(ms: number): () => Promise<void> {
    const fault = this.admin.org.faults.next({ kind: 'slow', ms, match: isWrite });
    return async () => {
      while (fault.hits === 0) await sleep(5);
    };
  }

  /** A command on the ledger that asks: answered with yes. */
  public async decide<T>(...args: readonly string[]): Promise<Ended<T>> {
    return this.admin.json<T>(...args, '--reason', 'told so', '--no-prompt', ...this.admin.orgFlags);
  }

  /** The requests of the last run or retry that write. */
  public writes(): WriteCall[] {
    return writeCalls(this.admin.org, this.from);
  }

  /** The calls of the last run or retry that the org counts, but for the one that sf makes for an org given by its token. */
  public counted(): string[] {
    const calls = this.admin.org.journal.slice(this.from).filter(({ counted }) => counted);
    return calls.filter(({ query }) => !query.includes('Organization')).map(({ method, path }) => `${method} ${path}`);
  }

  /** What the last run or retry sent of a job: the keys, request by request. */
  public sent(job: string): unknown[][] {
    const calls = this.writes().map((call) => keysOf(call).flat());
    return calls.map((keys) => keys.filter((key) => belongs(key, job))).filter((keys) => keys.length > 0);
  }

  /** Keys of a job in the order in which the org committed them, since the beginning. */
  public written(job: string): unknown[] {
    return this.admin.written().filter((key) => belongs(key, job));
  }

  public names(job: string): unknown[] {
    const rows = this.admin.org.records('Account').filter((row) => belongs(row['Ext_Id__c'], job));
    return rows.map((row) => row['Name']);
  }

  public account(key: string): Readonly<Record<string, unknown>> | undefined {
    return this.admin.org.find('Account', 'Ext_Id__c', key);
  }

  public async errors(job: string): Promise<ExportError[]> {
    return (await this.admin.exportErrors()).filter((error) => error.job === job);
  }

  public async record(job: string): Promise<JobRecord> {
    return (await this.admin.ledger()).jobs.find((one) => one.name === job)!;
  }
}

const belongs = (key: unknown, job: string): boolean => String(key).startsWith(`${job}-`);

export function jobOf({ output, stderr }: Ended<RunResult>, name: string): JobResult {
  return named(output, output.result?.jobs, name, stderr);
}

export function retryOf({ output, stderr }: Ended<RetryResult>, name: string): JobRetryResult {
  return named(output, output.result?.jobs, name, stderr);
}

function named<T extends { job: string }>(
  output: unknown,
  jobs: readonly T[] | undefined,
  name: string,
  stderr: string,
): T {
  const found = jobs?.find((one) => one.job === name);
  if (found === undefined) throw new Error(`No job ${name}: ${JSON.stringify(output)}\n${stderr}`);
  return found;
}
