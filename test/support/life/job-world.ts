import { rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { whyUnchanged, withAction, type ErrorAction } from '../../../src/core/error-admin.js';
import { isOpen, type ExportError } from '../../../src/core/export-error.js';
import type { JobRecord, JobSpec } from '../../../src/core/job.js';
import { standsAt } from '../../../src/core/job-status.js';
import { localCodes } from '../../../src/core/mapping/converted.js';
import type { Clock } from '../../../src/core/ports/clock.js';
import type { Ledger } from '../../../src/core/ports/ledger.js';
import type { JobResult } from '../../../src/core/run-result.js';
import { skipPaused } from '../../../src/core/skip.js';
import type { JournalEntry, PracticeOrg } from '../../../src/practice-org/index.js';
import { fieldNames, isPositional, lineOf, type Fields, type RunOptions, type SourceRow } from './model.js';
import type { Mishap } from './steps.js';

/** One row as ledger and model must agree on it. */
export type SeenError = {
  readonly row: number;
  readonly attempts: number;
  readonly retries: number;
  readonly status: string;
  readonly payload: Fields | null;
};
export type SeenWrite = { readonly key: string; readonly fields: Fields };
export type Seen = {
  readonly phase: string;
  readonly row: number;
  readonly paused: { readonly row: number; readonly key: string } | null;
  readonly errors: ReadonlyMap<string, SeenError>;
};

/** How a run or retry came to its end. */
export type Ended = {
  /** It came to where the model says it must; else something stopped it on the way. */
  readonly finished: boolean;
  readonly error?: unknown;
  /** What the job's result says; a retry's is not compared. */
  readonly result?: Pick<JobResult, 'status' | 'read' | 'exported' | 'failed' | 'pausedOn'>;
  /** Requests that had been made when its ledger failed: there must be no more (C4). */
  readonly silentFrom?: number;
};

export type JobWorldOptions = {
  /** Begins every key of the job, so that jobs and sequences share an org. */
  readonly name: string;
  readonly job: string;
  readonly batchSize: number;
  readonly collections: number;
};

/** A job with a file and an org of its own, and what can be seen of it from outside. */
export abstract class JobWorld {
  protected readonly file: string;
  private versions = 0;

  protected constructor(
    public readonly practiceOrg: PracticeOrg,
    folder: string,
    protected readonly options: JobWorldOptions,
    protected readonly clock: Clock,
  ) {
    this.file = join(folder, `${options.name}.csv`);
  }

  public abstract run(options: RunOptions, mishap: Mishap): Promise<Ended>;
  public abstract retry(maxRetries: number, mishap: Mishap): Promise<Ended>;
  protected abstract get ledger(): Ledger;

  public get prefix(): string {
    return this.options.name;
  }

  /** May a window of several records be written in parts, because some of them had to wait? */
  public get inParts(): boolean {
    return false;
  }

  /** The most records of one window. */
  public get windowSize(): number {
    return this.options.batchSize * this.options.collections;
  }

  public get spec(): JobSpec {
    return {
      name: this.options.job,
      object: 'Account',
      operation: 'upsert',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: this.file },
      settings: {},
      formerly: [],
    };
  }

  protected get id() {
    return { orgId: this.practiceOrg.orgId, name: this.options.job };
  }

  /** Puts a new file in the place of the old one, as editors do; no two have the same time. */
  public async write(source: readonly SourceRow[]): Promise<void> {
    const lines = source.map((row) => (row.key === '' ? '' : this.prefix) + lineOf(row));
    const draft = `${this.file}.${(this.versions += 1)}`;
    await writeFile(draft, `${['Ext_Id__c', ...fieldNames].join(',')}\n${lines.map((line) => `${line}\n`).join('')}`);
    await utimes(draft, this.versions, this.versions);
    await rename(draft, this.file);
  }

  public async hide(): Promise<void> {
    await rename(this.file, `${this.file}.hidden`);
  }

  public async show(): Promise<void> {
    await rename(`${this.file}.hidden`, this.file);
  }

  public async skip(discard: boolean): Promise<void> {
    const held = await this.ledger.openJob(this.id);
    const decision = { reason: 'test', discard, user: 'ann', now: this.clock.now() };
    const job = held.job();
    const skip = job && skipPaused(job, (id) => held.exportError(id), decision);
    if (skip !== undefined) await held.commit(skip.change);
    await held.close();
  }

  /** Returns whether the row was changed. */
  public async admin(key: string, action: ErrorAction): Promise<boolean> {
    const held = await this.ledger.openJob(this.id);
    const row = held.openError(this.canonicalOf(key));
    const changes = row !== undefined && whyUnchanged(row, action, held.job()) === null;
    const decision = { reason: 'test', user: 'ann', now: this.clock.now() };
    if (changes) await held.commit({ errors: [withAction(row, action, decision)] });
    await held.close();
    return changes;
  }

  public async see(): Promise<Seen> {
    const view = await this.ledger.read();
    const ofJob = view.exportErrors.filter((error) => error.job === this.options.job);
    const open = ofJob.filter(isOpen);
    const errors = new Map(open.map((row) => [this.keyOf(row.canonicalKey), seenError(row)]));
    expect(errors.size, 'E1 one open row per key').to.equal(open.length);
    for (const row of ofJob) expectOwnErrors(row);
    const job = view.jobs.find(({ name }) => name === this.options.job);
    if (job === undefined) return { phase: 'none', row: 0, paused: null, errors };
    expectPausedRow(job, ofJob);
    const { phase, pausedOn } = job;
    const paused =
      phase === 'paused' && pausedOn !== null ? { row: pausedOn.row, key: this.keyOf(pausedOn.key) } : null;
    return { phase, row: standsAt(job).row, paused, errors };
  }

  public async history(): Promise<readonly ExportError[]> {
    return (await this.ledger.read()).exportErrors;
  }

  /** The fields of a key as the org has them. */
  public org(key: string): Fields | undefined {
    const found = this.practiceOrg.find('Account', 'Ext_Id__c', this.canonicalOf(key));
    if (found === undefined) return undefined;
    const texts = fieldNames.map((name) => [name, found[name] === null ? null : String(found[name])]);
    return Object.fromEntries(texts.filter(([, value]) => value !== null));
  }

  /** What the org committed of the job from a place of its journal on, in order. */
  public writesFrom(entry: number): SeenWrite[] {
    return this.entriesFrom(entry).flatMap(({ commits }) =>
      commits.map(({ fields: { Ext_Id__c: key, ...fields } }) => ({
        key: this.keyOf(String(key).toLowerCase()),
        fields: inTexts(fields),
      })),
    );
  }

  /** May some of these writes have been made again, because an answer got lost? */
  public lostAnswersFrom(entry: number): boolean {
    return this.entriesFrom(entry).some(({ faults }) => faults.length > 0);
  }

  /** Keys of the records of each of the job's requests from a place of the journal on. */
  public requestsFrom(entry: number): string[][] {
    return this.entriesFrom(entry).map((one) => keysOf(one).map((key) => this.keyOf(key.toLowerCase())));
  }

  public get requests(): number {
    return this.practiceOrg.journal.length;
  }

  protected canonicalOf(key: string): string {
    return isPositional(key) ? key : `${this.prefix}${key}`;
  }

  private entriesFrom(entry: number): JournalEntry[] {
    const ofJob = (key: string): boolean => key.toLowerCase().startsWith(this.prefix);
    return this.practiceOrg.journal.slice(entry).filter((one) => keysOf(one).some(ofJob));
  }

  private keyOf(canonical: string): string {
    return isPositional(canonical) ? canonical : canonical.slice(this.prefix.length);
  }
}

/** Keys of the records that a request of an export carries; none: it is another request. */
export function keysOf({ body }: Pick<JournalEntry, 'body'>): string[] {
  const { compositeRequest } = (body ?? {}) as { compositeRequest?: { body: { records: { Ext_Id__c: string }[] } }[] };
  return (compositeRequest ?? []).flatMap((part) => part.body.records.map(({ Ext_Id__c: key }) => key));
}

function seenError({ row, attempts, retries, status, payload, canonicalKey }: ExportError): SeenError {
  const { Ext_Id__c: _key, ...fields } = payload ?? {};
  return { row, attempts, retries, status, payload: isPositional(canonicalKey) ? null : inTexts(fields) };
}

function inTexts(fields: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value === null ? null : String(value as string | number)]),
  );
}

/** A record has errors of its own, and never those of a transport that failed (E2, T2). */
const ownCodes: readonly string[] = [
  'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  'REQUIRED_FIELD_MISSING',
  localCodes.invalidValue,
  localCodes.missingKey,
  localCodes.brokenRow,
];

function expectOwnErrors({ errors }: ExportError): void {
  const codes = errors.map((error) => error.statusCode);
  expect(codes, 'E2 a row has errors of its own').to.have.length.greaterThan(0);
  for (const code of codes) expect(ownCodes, 'E2 T1 T2').to.include(code);
}

function expectPausedRow({ phase, pausedOn, checkpoint }: JobRecord, rows: readonly ExportError[]): void {
  if (phase !== 'paused') return;
  expect(pausedOn?.row, 'H1 paused right behind the checkpoint').to.equal(checkpoint.row + 1);
  const row = rows.find(({ id }) => id === pausedOn?.exportErrorId);
  expect(row?.canonicalKey, 'H3 the row of the paused record').to.equal(pausedOn?.key);
}
