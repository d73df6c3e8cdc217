import type { ApiError } from '../api-error.js';
import { refusedInRetry, resolvedInRetry, superseded } from '../error-life.js';
import type { ExportError } from '../export-error.js';
import type { JobLedger } from '../ports/ledger.js';
import type { EncodedRecord, PreparedRecord } from '../record.js';
import type { JobWork } from '../run/job-work.js';
import type { RunDeps } from '../run/run-job.js';
import { settleLogging } from '../run/settle-logging.js';
import { RunStop } from '../run/stop.js';
import type { Acceptance, Refusal } from '../run/verdict.js';
import { isPrepared, WindowBuilder } from '../run/window.js';
import type { CurrentData } from './current-data.js';
import { owedRecord, type Owed, type OwedContext } from './owed-record.js';
import type { RetryableJob } from './retryable-job.js';

/** Sends what pending rows owe, window by window in log manner, and takes what becomes of each into the ledger. */
export class OwedRows {
  /** Rows that were sent, or refused again before sending, and what they opened. */
  public readonly tried = new Set<string>();
  private readonly answered = new Set<string>();

  public constructor(
    private readonly job: RetryableJob,
    private readonly work: JobWork,
    private readonly ledger: JobLedger,
    private readonly deps: RunDeps,
  ) {}

  /** @returns the rows that were left alone, and why */
  public async send(
    errors: readonly ExportError[],
    current: CurrentData,
    reach: Pick<OwedContext, 'positionsHold' | 'readThrough'>,
  ): Promise<LeftAlone[]> {
    const { describe, spec, relatedDescribe, settings } = this.job;
    const wasRead = (error: ExportError): boolean => current.hasRead(error);
    const context = { describe, externalId: spec.externalId, relatedDescribe, wasRead, ...reach };
    const owed = errors
      .map((error) => owedRecord(error, current.of(error), context))
      .sort((a, b) => a.error.row - b.error.row);
    const byKey = new Map<string, ToSend>();
    for (const one of owed) {
      if (isToSend(one)) byKey.set(one.record?.key.canonical ?? one.error.canonicalKey, one);
    }
    const gone = owed.filter((one) => one.kind === 'superseded' && one.record === null);
    if (gone.length > 0) await this.commit(gone.map((one) => superseded(one.error, this.deps.clock.now())));
    const records = owed.flatMap((one) => (isToSend(one) && one.record !== null ? [one.record] : []));
    const limits = { records: () => this.work.size.current, collection: settings.batchSize, endAtRefused: false };
    const windows = new WindowBuilder(asyncEach(records), limits);
    for (let window = await windows.next(); window.entries.length > 0; window = await windows.next()) {
      if (this.deps.signal.aborted) throw new RunStop('interrupted', 'Interrupted; everything sent is settled.');
      await this.settle(window.entries, byKey);
      if (window.ended) break;
    }
    return owed.flatMap((one) => (isToSend(one) ? [] : [{ id: one.error.id, reason: one.kind }]));
  }

  /** One record, by itself (R2); what becomes of it is not in the ledger yet. */
  public async sendAlone(record: PreparedRecord): Promise<Acceptance | Refusal> {
    const onStopped = async (): Promise<void> => undefined;
    const [outcome] = await settleLogging([record], { ...this.context(), onStopped });
    if (outcome === undefined) throw new Error('No outcome for a record that was sent alone.');
    return outcome;
  }

  /** How many rows the org answered for, or were refused again before sending. */
  public get attempted(): number {
    return this.answered.size;
  }

  /** This row was answered for. */
  public answer(error: ExportError): void {
    this.answered.add(error.id);
    this.work.progress.read(1);
  }

  private async settle(entries: readonly EncodedRecord[], byKey: ReadonlyMap<string, ToSend>): Promise<void> {
    const onStopped = (answers: readonly (Acceptance | Refusal)[]): Promise<void> => this.take([], answers, byKey);
    const answers = await settleLogging(entries.filter(isPrepared), { ...this.context(), onStopped });
    await this.take(entries.flatMap(refusedBeforeSending), answers, byKey);
  }

  /** What became of records, also of a part of a window that was stopped in the middle: each has a row of its own. */
  private async take(
    unsent: readonly Outcome[],
    answers: readonly (Acceptance | Refusal)[],
    byKey: ReadonlyMap<string, ToSend>,
  ): Promise<void> {
    const outcomes = [...answers, ...unsent];
    const changed = outcomes.flatMap((outcome) => this.changes(byKey.get(outcome.record.key.canonical), outcome));
    this.work.progress.accepted(answers.filter((answer) => answer.kind === 'accepted'));
    await this.commit(changed);
    this.report();
  }

  /** The rows that one outcome changes. */
  private changes(owed: ToSend | undefined, outcome: Outcome): ExportError[] {
    if (owed === undefined) return [];
    this.answer(owed.error);
    const now = this.deps.clock.now();
    if (owed.kind === 'superseded') return [superseded(owed.error, now), ...this.recordOfItsOwn(outcome)];
    if (outcome.kind === 'refused') return [this.refusedAgain(owed.error, outcome.record, outcome.errors)];
    this.tried.add(owed.error.id);
    return [resolvedInRetry(owed.error, outcome.id, now)];
  }

  /** The record of a position was nobody's so far: refused, it gets a row of its own. */
  private recordOfItsOwn(outcome: Outcome): ExportError[] {
    const { log, progress } = this.work;
    if (outcome.kind === 'accepted') log.accepted(outcome);
    else {
      this.tried.add(log.refused(outcome.record, outcome.errors).id);
      progress.failed(1);
    }
    return log.take();
  }

  /** The row of a record that was refused again; it is not in the ledger yet. */
  public refusedAgain(error: ExportError, record: EncodedRecord, errors: readonly ApiError[]): ExportError {
    const { log, progress } = this.work;
    const { describe, maxRetries } = this.job;
    this.tried.add(error.id);
    progress.failed(1);
    const now = this.deps.clock.now();
    const payload = log.storable(record.payload);
    return refusedInRetry(error, { describe, ...payload, errors, run: progress.run, now, maxRetries });
  }

  /** Made anew for each window: rights that went since the last one are found. */
  private context(): ReturnType<JobWork['sending']> {
    // The cap on open rows does not stop a retry: it empties the table.
    return this.work.sending(this.job.fields, () => this.ledger.assertHeld());
  }

  private async commit(changed: readonly ExportError[]): Promise<void> {
    await this.work.progress.commit({}, changed);
  }

  private report(): void {
    const { current, apiCalls } = this.work.progress;
    const { read, exported, failed } = current;
    const job = this.job.spec.name;
    this.deps.reporter.emit({ type: 'progress', job, row: read, read, exported, failed, apiCalls });
  }
}

type Outcome = Acceptance | (Omit<Refusal, 'record'> & { readonly record: EncodedRecord });

function refusedBeforeSending(record: EncodedRecord): Outcome[] {
  return record.kind === 'refused' ? [{ kind: 'refused', record, errors: record.errors }] : [];
}

async function* asyncEach<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}

/** A row that was not sent, and why. */
export type LeftAlone = { readonly id: string; readonly reason: Exclude<Owed['kind'], ToSend['kind']> };

type ToSend = Extract<Owed, { readonly record: EncodedRecord | null }>;

function isToSend(owed: Owed): owed is ToSend {
  return owed.kind === 'record' || owed.kind === 'superseded';
}
