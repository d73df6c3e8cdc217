import { accepted, leftBehind } from '../error-life.js';
import { isOpen, type ExportError } from '../export-error.js';
import type { JobRecord } from '../job.js';
import type { JobLedger } from '../ports/ledger.js';
import { SourceFault, type OpenSource } from '../ports/source.js';
import { payloadFields } from '../mapping/payload.js';
import type { EncodedRecord } from '../record.js';
import type { JobProgress } from '../run/job-progress.js';
import { jobWork } from '../run/job-work.js';
import type { RunDeps } from '../run/run-job.js';
import { RunStop } from '../run/stop.js';
import { isPrepared } from '../run/window.js';
import { CurrentData } from './current-data.js';
import { OwedRows } from './owed-rows.js';
import type { RetryableJob } from './retryable-job.js';
import type { SkipReason, Treated } from './retry-result.js';

/** The row of the source right behind the checkpoint, as it is now. */
type RowAtPause = { readonly record: EncodedRecord | null };

/** Which rows of the job a retry is about. */
export type TakenRows = { readonly pending: readonly ExportError[]; readonly limit: number };

type Reach = { readonly inReach: readonly ExportError[]; readonly paused: ExportError | null };

/**
 * `retry` of one job under its lease (R1, R2, R3): current data from one pass over the source, sent in log manner,
 * rows by position; the record the job is paused on last, by its position. Never pauses a job, never starts its rest.
 */
export class JobRetry implements Treated {
  public readonly progress: JobProgress;
  public readonly left = new Map<string, SkipReason>();
  public readonly warnings: string[];
  public movedPast = false;
  public unpaused = false;
  /** How many rows of the limit were used up. */
  public taken = 0;
  private readonly owed: OwedRows;

  public constructor(
    private readonly job: RetryableJob,
    private readonly rows: TakenRows,
    private readonly ledger: JobLedger,
    private readonly deps: RunDeps,
  ) {
    const work = jobWork('retry', job, ledger, deps);
    this.progress = work.progress;
    this.warnings = [...job.warnings];
    this.owed = new OwedRows(job, work, ledger, deps);
  }

  public get tried(): ReadonlySet<string> {
    return this.owed.tried;
  }

  public get attempted(): number {
    return this.owed.attempted;
  }

  /** @throws RunStop, RightsGone, OrgFault, LedgerFault: what was answered before is in the ledger */
  public async run(): Promise<void> {
    const source = await this.openSource();
    try {
      await this.retryFrom(source);
    } finally {
      await source?.close();
    }
  }

  private async retryFrom(source: OpenSource | null): Promise<void> {
    const known = this.ledger.job();
    const positionsHold = source !== null && (await holds(source, known));
    const { inReach, paused } = this.select(known, positionsHold);
    // What was appended behind the end of a completed job is the next run's, as is the rest of one in the middle (R1).
    const readThrough = positionsHold ? this.progress.checkpoint.row : Infinity;
    if (source !== null && !positionsHold) await this.noteDifference(known);
    const owing = paused === null || paused.olderFields.length === 0 ? inReach : [...inReach, paused];
    const current = new CurrentData(owing, this.job.describe, positionsHold);
    const atPause = source === null ? null : await this.gather(source, current, readThrough, paused);
    await this.send(inReach, current, { positionsHold, readThrough });
    if (paused === null) return;
    this.assertNotInterrupted();
    if (source === null || atPause === null || (atPause.record === null && source.heldBack)) {
      this.left.set(paused.id, 'not-read');
    } else await this.retryPaused(paused, atPause, source, current);
  }

  private async noteDifference(known: JobRecord | undefined): Promise<void> {
    if (known?.checkpoint.mark) await this.progress.commit({ sourceDiffered: true });
  }

  /** A source that cannot be read leaves the stored payloads (R1). */
  private async openSource(): Promise<OpenSource | null> {
    try {
      return await this.job.source.open();
    } catch (fault) {
      this.warnOf(fault);
      return null;
    }
  }

  /** While a job stands in the middle of its source, what lies behind its checkpoint is the next run's business. */
  private select(known: JobRecord | undefined, positionsHold: boolean): Reach {
    const { pending, limit } = this.rows;
    const pausedId = positionsHold && known?.phase === 'paused' ? known.pausedOn?.exportErrorId : undefined;
    const through =
      positionsHold && known !== undefined && known.phase !== 'completed' ? known.checkpoint.row : Infinity;
    const isNear = (error: ExportError): boolean => error.id === pausedId || error.row <= through;
    for (const error of pending) if (!isNear(error)) this.left.set(error.id, 'behind-checkpoint');
    // With a limit the rows that waited longest since they were last tried come first, so that none waits for ever.
    const near = pending.filter(isNear).sort((a, b) => (limit === Infinity ? 0 : a.run - b.run));
    const taken = near.slice(0, limit);
    for (const error of near.slice(limit)) this.left.set(error.id, 'limit');
    this.taken = taken.length;
    return {
      inReach: taken.filter((error) => error.id !== pausedId),
      paused: taken.find((error) => error.id === pausedId) ?? null,
    };
  }

  /** One pass: the rows of pending keys up to a row, and the row behind it where a record is waited for. */
  private async gather(
    source: OpenSource,
    current: CurrentData,
    through: number,
    paused: ExportError | null,
  ): Promise<RowAtPause | null> {
    const { checkpoint } = this.progress;
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
    } catch (fault) {
      this.warnOf(fault);
      current.forget();
      return null;
    }
    if (source.heldBack && needsRows) {
      // The row that was left out may be one of those looked for: without it older data could pass for current (R3).
      this.warnings.push(...source.warnings, storedDataInstead);
      current.forget();
    } else current.end();
    return { record: null };
  }

  /** R2: what the next run would do first. Accepted: the job moves past the record, in one commit. */
  private async retryPaused(
    error: ExportError,
    { record }: RowAtPause,
    source: OpenSource,
    current: CurrentData,
  ): Promise<void> {
    const now = this.deps.clock.now();
    if (record === null || record.key.canonical !== error.canonicalKey) {
      const left = leftBehind(error, now, this.job.describe);
      await this.progress.commit({ phase: 'open', pausedOn: null }, [left]);
      this.unpaused = true;
      this.left.set(left.id, 'behind-checkpoint');
      return;
    }
    const mark = await source.mark(record.end);
    const outcome = isPrepared(record) ? await this.owed.sendAlone(record) : record;
    this.owed.answer(error);
    if (outcome.kind === 'refused') {
      const { pausedOn } = this.ledger.job() ?? {};
      const stays = pausedOn ? { pausedOn: { ...pausedOn, mark } } : {};
      await this.progress.commit(stays, [this.owed.refusedAgain(error, record, outcome.errors)]);
      return;
    }
    const fields = payloadFields(outcome.record.payload, this.job.describe);
    const facts = { row: error.row, fields, recordId: outcome.id, now };
    const changed = accepted(error, facts, this.job.describe);
    const { row, line = null } = record.position;
    const checkpoint = { row, line, mark };
    this.progress.accepted([outcome]);
    await this.progress.commit({ phase: 'open', pausedOn: null, checkpoint, skipRows: 0 }, [changed]);
    this.movedPast = true;
    current.take(record);
    await this.sendRest(changed, current);
  }

  /** Earlier refused rows of the paused record's key may owe fields that it does not set (R3). */
  private async sendRest(error: ExportError, current: CurrentData): Promise<void> {
    if (!isOpen(error)) return;
    this.assertNotInterrupted();
    const readThrough = this.progress.checkpoint.row;
    await this.send([error], current, { positionsHold: true, readThrough });
  }

  private async send(...args: Parameters<OwedRows['send']>): Promise<void> {
    for (const { id, reason } of await this.owed.send(...args)) this.left.set(id, reason);
  }

  private assertNotInterrupted(): void {
    if (this.deps.signal.aborted) throw new RunStop('interrupted', 'Interrupted; everything sent is settled.');
  }

  /** @throws whatever it is, if it is not the source */
  private warnOf(fault: unknown): void {
    if (!(fault instanceof SourceFault)) throw fault;
    this.warnings.push(`${fault.message} ${storedDataInstead}`);
  }
}

const storedDataInstead = 'The stored data of the refused records is used instead.';

/** Is everything before the checkpoint as it was? A job that stands before row 1 has nothing that could have changed. */
async function holds(source: OpenSource, job: JobRecord | undefined): Promise<boolean> {
  const mark = job?.checkpoint.mark ?? null;
  if (job?.sourceDiffered === true) return false;
  if (mark === null) return job?.checkpoint.row === 0;
  return (await source.compare(mark)) !== 'differs';
}
