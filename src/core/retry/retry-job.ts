import type { ApiError } from '../api-error.js';
import { accepted, leftBehind, refusedInRetry, resolvedInRetry, superseded } from '../error-life.js';
import { isOpen, type ExportError } from '../export-error.js';
import type { JobRecord } from '../job.js';
import type { JobLedger } from '../ports/ledger.js';
import { SourceFault, type OpenSource } from '../ports/source.js';
import { payloadFields } from '../mapping/payload.js';
import type { EncodedRecord, PreparedRecord } from '../record.js';
import { JobLog } from '../run/job-log.js';
import { JobProgress } from '../run/job-progress.js';
import { assertRights } from '../run/rights.js';
import type { RunDeps } from '../run/run-job.js';
import { settleLogging, type LoggingContext } from '../run/settle-logging.js';
import { RunStop } from '../run/stop.js';
import type { Acceptance, Refusal } from '../run/verdict.js';
import { isPrepared, WindowBuilder } from '../run/window.js';
import { WindowSize } from '../run/window-size.js';
import { CurrentData } from './current-data.js';
import { owedRecord, type Owed } from './owed-record.js';
import type { RetryableJob } from './retryable-job.js';
import type { SkipReason } from './retry-result.js';

/** The row of the source right behind the checkpoint, as it is now. */
type RowAtPause = { readonly record: EncodedRecord | null };

/**
 * `retry` of one job under its lease (R1, R2, R3): current data from one pass over the source, sent in log manner,
 * rows by position; the record the job is paused on last, by its position. Never pauses a job, never starts its rest.
 */
export class JobRetry {
  public readonly progress: JobProgress;
  public readonly skipped = new Map<SkipReason, number>();
  public readonly warnings: string[];
  public readonly touched = new Set<string>();
  public attempted = 0;
  public movedPast = false;
  private readonly size: WindowSize;
  private readonly log: JobLog;

  public constructor(
    private readonly job: RetryableJob,
    private readonly pending: readonly ExportError[],
    private readonly ledger: JobLedger,
    private readonly deps: RunDeps,
  ) {
    const { spec, settings, describe, apiCalls } = job;
    const { org, clock, random, digest } = deps;
    this.progress = new JobProgress({
      kind: 'retry',
      spec,
      orgId: org.orgId,
      ledger,
      clock,
      random,
      apiCalls: org.apiCalls,
      apiCallsBefore: apiCalls,
    });
    const learned = ledger.job()?.learned ?? { records: null, cleanWindows: 0 };
    this.size = new WindowSize(settings.batchSize, settings.collections, learned);
    this.warnings = [...job.warnings];
    const { run } = this.progress;
    this.log = new JobLog({
      spec,
      source: job.source.name,
      orgId: org.orgId,
      run,
      ledger,
      describe,
      clock,
      random,
      digest,
    });
  }

  /** @throws RunStop, RightsGone, OrgFault, LedgerFault: what was answered before is in the ledger */
  public async run(): Promise<void> {
    const source = await this.openSource();
    try {
      const known = this.ledger.job();
      const positionsHold = source !== null && (await holds(source, known));
      const { inReach, paused } = this.select(known, positionsHold);
      const current = new CurrentData(inReach, this.job.describe, positionsHold);
      const atPause = source === null ? null : await this.gather(source, current, positionsHold, paused);
      await this.sendOwed(inReach, current, positionsHold);
      if (paused !== null && atPause !== null && source !== null) await this.retryPaused(paused, atPause, source);
    } finally {
      await source?.close();
    }
  }

  /** A source that cannot be read leaves the stored payloads (R1). */
  private async openSource(): Promise<OpenSource | null> {
    try {
      return await this.job.source.open();
    } catch (fault) {
      if (!(fault instanceof SourceFault)) throw fault;
      this.warnings.push(`${fault.message} The stored data of the refused records is sent instead.`);
      return null;
    }
  }

  /** While a job stands in the middle of its source, what lies behind its checkpoint is the next run's business. */
  private select(
    known: JobRecord | undefined,
    positionsHold: boolean,
  ): { inReach: ExportError[]; paused: ExportError | null } {
    const pausedId = known?.phase === 'paused' ? known.pausedOn?.exportErrorId : undefined;
    if (!positionsHold || known === undefined) return { inReach: [...this.pending], paused: null };
    const through = known.phase === 'completed' ? Infinity : known.checkpoint.row;
    const others = this.pending.filter((error) => error.id !== pausedId);
    const inReach = others.filter((error) => error.row <= through);
    this.skip('behind-checkpoint', others.length - inReach.length);
    return { inReach, paused: this.pending.find((error) => error.id === pausedId) ?? null };
  }

  /** One pass: the rows of pending keys up to the checkpoint, and the row behind it where a record is waited for. */
  private async gather(
    source: OpenSource,
    current: CurrentData,
    positionsHold: boolean,
    paused: ExportError | null,
  ): Promise<RowAtPause | null> {
    const checkpoint = this.progress.checkpoint;
    const through = positionsHold ? checkpoint.row : Infinity;
    const needsRows = current.firstRow <= through;
    if (!needsRows) current.end();
    if (!needsRows && paused === null) return null;
    const { mark } = checkpoint;
    const from = needsRows || mark === null ? undefined : { ...checkpoint, mark };
    try {
      const { encoder } = this.job.compile(source.columns);
      for await (const row of source.rows(from)) {
        if (this.deps.signal.aborted) throw new RunStop('interrupted', 'Interrupted while reading the source.');
        if (row.position.row > through) {
          current.end();
          return { record: paused === null ? null : encoder.encode(row) };
        }
        if (row.position.row >= current.firstRow) current.take(encoder.encode(row));
      }
      current.end();
    } catch (fault) {
      if (!(fault instanceof SourceFault)) throw fault;
      this.warnings.push(`${fault.message} The stored data of the refused records is sent instead.`);
      current.forget();
      return null;
    }
    return { record: null };
  }

  private async sendOwed(errors: readonly ExportError[], current: CurrentData, positionsHold: boolean): Promise<void> {
    const { describe, spec, relatedDescribe } = this.job;
    const wasRead = (error: ExportError): boolean => current.hasRead(error);
    const context = { describe, externalId: spec.externalId, relatedDescribe, positionsHold, wasRead };
    const owed = errors
      .map((error) => owedRecord(error, current.of(error), context))
      .sort((a, b) => a.error.row - b.error.row);
    const byKey = new Map<string, Owed>();
    for (const one of owed) {
      if (one.kind === 'no-data') this.skip('no-data', 1);
      else byKey.set(one.record?.key.canonical ?? one.error.canonicalKey, one);
    }
    const records = owed.flatMap((one) => (one.kind !== 'no-data' && one.record !== null ? [one.record] : []));
    const gone = owed.filter((one) => one.kind === 'superseded' && one.record === null);
    if (gone.length > 0) await this.commit(gone.map((one) => superseded(one.error, this.deps.clock.now())));
    const limits = { records: () => this.size.current, collection: this.job.settings.batchSize, endAtRefused: false };
    const windows = new WindowBuilder(asyncEach(records), limits);
    for (let window = await windows.next(); window.entries.length > 0; window = await windows.next()) {
      if (this.deps.signal.aborted) throw new RunStop('interrupted', 'Interrupted; everything sent is settled.');
      await this.settle(window.entries, byKey);
      if (window.ended) return;
    }
  }

  private async settle(entries: readonly EncodedRecord[], byKey: ReadonlyMap<string, Owed>): Promise<void> {
    const outcomes = await settleLogging(entries.filter(isPrepared), this.context());
    const changed: ExportError[] = [];
    for (const outcome of outcomes) {
      const { record } = outcome;
      const errors = outcome.kind === 'refused' ? outcome.errors : null;
      changed.push(...this.changes(record, byKey.get(record.key.canonical), errors, outcome));
    }
    for (const entry of entries) {
      if (entry.kind === 'refused') changed.push(...this.changes(entry, byKey.get(entry.key.canonical), entry.errors));
    }
    this.attempted += entries.length;
    this.progress.read(entries.length);
    this.progress.accepted(outcomes.filter((outcome) => outcome.kind === 'accepted'));
    await this.commit(changed);
    this.report();
  }

  /** The rows that one answer changes. `errors` null: accepted. */
  private changes(
    record: EncodedRecord,
    owed: Owed | undefined,
    errors: readonly ApiError[] | null,
    outcome?: Acceptance | Refusal,
  ): ExportError[] {
    if (owed === undefined || owed.kind === 'no-data') return [];
    const now = this.deps.clock.now();
    this.touched.add(owed.error.id);
    if (owed.kind === 'superseded') {
      // The record of that position was nobody's so far: refused, it gets a row of its own.
      if (errors !== null) this.log.refused(record, errors);
      else if (outcome?.kind === 'accepted') this.log.accepted(outcome);
      return [superseded(owed.error, now), ...this.log.take()];
    }
    if (errors === null) return [resolvedInRetry(owed.error, outcome?.kind === 'accepted' ? outcome.id : '', now)];
    this.progress.failed(1);
    return [this.refusedAgain(owed.error, record, errors)];
  }

  private refusedAgain(error: ExportError, record: EncodedRecord, errors: readonly ApiError[]): ExportError {
    const { describe } = this.job;
    const { run } = this.progress;
    const stored = this.log.storable(record.payload);
    const now = this.deps.clock.now();
    return refusedInRetry(error, { describe, ...stored, errors, run, now, maxRetries: this.job.maxRetries });
  }

  /** R2: what the next run would do first. Accepted: the job moves past the record, in one commit. */
  private async retryPaused(error: ExportError, { record }: RowAtPause, source: OpenSource): Promise<void> {
    if (record === null && source.heldBack) return;
    const now = this.deps.clock.now();
    if (record === null || record.key.canonical !== error.canonicalKey) {
      const left = leftBehind(error, now, this.job.describe);
      await this.progress.commit({ phase: 'open', pausedOn: null }, [left]);
      return;
    }
    this.attempted += 1;
    this.touched.add(error.id);
    const outcome = isPrepared(record) ? await this.sendAlone(record) : record;
    if (outcome.kind === 'refused') {
      this.progress.failed(1);
      await this.commit([this.refusedAgain(error, record, outcome.errors)]);
      return;
    }
    const fields = payloadFields(outcome.record.payload, this.job.describe);
    const facts = { row: error.row, fields, recordId: outcome.id, now };
    const changed = accepted(error, facts, this.job.describe);
    const { row, line = null } = record.position;
    const checkpoint = { row, line, mark: await source.mark(record.end) };
    this.progress.accepted([outcome]);
    await this.progress.commit({ phase: 'open', pausedOn: null, checkpoint, skipRows: 0 }, [changed]);
    this.movedPast = true;
  }

  private async sendAlone(record: PreparedRecord): Promise<Acceptance | Refusal> {
    const [outcome] = await settleLogging([record], this.context());
    if (outcome === undefined) throw new Error('No outcome for a record that was sent alone.');
    return outcome;
  }

  private async commit(changed: readonly ExportError[]): Promise<void> {
    await this.progress.commit({}, changed);
  }

  private context(): LoggingContext {
    const { clock, random, reporter, signal, org } = this.deps;
    let asked: Promise<void> | undefined;
    return {
      job: this.job.spec.name,
      sink: this.job.sink,
      clock,
      random,
      reporter,
      signal,
      size: this.size,
      // A retry opens no rows, so the cap on open rows does not stop it.
      beforeRequest: () => this.ledger.assertHeld(),
      assertRights: () => (asked ??= assertRights(org.facts, this.job.spec.object, this.job.fields)),
    };
  }

  private skip(reason: SkipReason, count: number): void {
    if (count > 0) this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + count);
  }

  private report(): void {
    const { read, exported, failed } = this.progress.current;
    const { apiCalls } = this.progress;
    const { name: job } = this.job.spec;
    this.deps.reporter.emit({ type: 'progress', job, row: read, read, exported, failed, apiCalls });
  }
}

/** Is everything before the checkpoint as it was? A job that stands before row 1 has nothing that could have changed. */
async function holds(source: OpenSource, job: JobRecord | undefined): Promise<boolean> {
  const mark = job?.checkpoint.mark ?? null;
  if (mark === null) return job?.checkpoint.row === 0;
  return (await source.compare(mark)) !== 'differs';
}

async function* asyncEach<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}

/** Rows of a job that a retry left open. */
export function stillOpen(ledger: JobLedger, ids: ReadonlySet<string>): ExportError[] {
  return [...ids].flatMap((id) => {
    const error = ledger.exportError(id);
    return error !== undefined && isOpen(error) ? [error] : [];
  });
}
