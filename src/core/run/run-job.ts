import type { ApiError } from '../api-error.js';
import { estimateRest } from '../budget/estimate.js';
import { isOpen, type ExportError } from '../export-error.js';
import type { Checkpoint, PausedOn } from '../job.js';
import type { Clock, Random } from '../ports/clock.js';
import type { JobLedger } from '../ports/ledger.js';
import type { Reporter } from '../ports/reporter.js';
import type { OpenSource } from '../ports/source.js';
import { isRowKey, type EncodedRecord } from '../record.js';
import type { JobStatus } from '../run-record.js';
import { startOfSource, type JobProgress } from './job-progress.js';
import { JobRows } from './job-rows.js';
import { jobWork, type JobWork } from './job-work.js';
import type { PreparedJob, RunOrg } from './prepared-job.js';
import { settleLogging } from './settle-logging.js';
import { settlePausing, type SettleContext } from './settle-pausing.js';
import { sameRecords, sameSpec } from './same-spec.js';
import { planStart, type StartPlan } from './start-plan.js';
import { RowsMissing, RunStop } from './stop.js';
import type { Acceptance, Refusal } from './verdict.js';
import { isPrepared, WindowBuilder, type Window } from './window.js';

export type RunOptions = { readonly restart: boolean; readonly fromRow: number | undefined };

export type RunDeps = {
  readonly org: RunOrg;
  readonly clock: Clock;
  readonly random: Random;
  readonly reporter: Reporter;
  /** Aborted by Ctrl-C and SIGTERM: the window in hand is settled, then the job stops. */
  readonly signal: AbortSignal;
  /** Rejects where Export to CRM is off by now. */
  readonly assertSwitchedOn: () => Promise<void>;
  /** SHA-256 of a text, in hex. */
  readonly digest: (text: string) => string;
};

/**
 * One run of one job under its lease: from where it stands, window by window, until the source ends (`completed`,
 * `completedWithErrors`) or, with pause on, a record is refused (`paused`).
 */
export class JobRun {
  public readonly progress: JobProgress;
  public readonly warnings: string[];
  /** API calls from where it began to the end of its source, as told before the first record was sent. */
  public estimatedApiCalls: number | undefined;
  private readonly work: JobWork;
  private source!: OpenSource;
  private fields: readonly string[] = [];

  public constructor(
    private readonly job: PreparedJob,
    private readonly options: RunOptions,
    private readonly ledger: JobLedger,
    private readonly deps: RunDeps,
  ) {
    this.work = jobWork('run', job, ledger, deps);
    this.progress = this.work.progress;
    this.warnings = [...job.warnings];
  }

  /** @throws RunStop, RightsGone, OrgFault, SourceFault, LedgerFault: all with the job standing at its checkpoint */
  public async run(): Promise<JobStatus> {
    this.source = await this.job.source.open();
    try {
      const mapping = this.job.compile(this.source.columns);
      this.fields = mapping.fields;
      const known = this.ledger.job();
      const mark = known?.checkpoint.mark ?? null;
      const comparison = mark === null ? undefined : await this.source.compare(mark);
      const plan = planStart({ job: known, comparison, ...this.options });
      const from = plan.kind === 'continue' ? this.progress.checkpoint : startOfSource;
      await this.begin(plan);
      const rows = new JobRows(this.source, from, this.skipThrough(plan, from.row), mapping.encoder);
      return await this.pass(rows, plan.kind === 'continue' ? plan.reattempt : null);
    } finally {
      // Asked at the end: what a source notices while it is read (a file that changes, say) is among them.
      for (const warning of this.source.warnings) this.warn(warning);
      await this.source.close();
    }
  }

  private skipThrough(plan: StartPlan, from: number): number {
    if (plan.kind === 'from-row') return plan.row - 1;
    return from + (plan.kind === 'continue' ? (this.ledger.job()?.skipRows ?? 0) : 0);
  }

  private async begin(plan: StartPlan): Promise<void> {
    const { spec } = this.job;
    if (plan.kind === 'from-start' && plan.warnChanged) {
      const row = this.progress.checkpoint.row;
      this.warn(
        `${this.job.source.name} changed within its first ${row} rows, which were settled: starting at row 1 again.`,
      );
    }
    const fromRow =
      plan.kind === 'from-start' ? 1 : plan.kind === 'from-row' ? plan.row : this.progress.checkpoint.row + 1;
    const reattempt = plan.kind === 'continue' && plan.reattempt !== null;
    this.deps.reporter.emit({ type: 'job-started', job: spec.name, fromRow, reattempt });
    this.warnOfNewDefinition(plan);
    if (plan.kind !== 'from-start') return;
    await this.progress.commit({
      phase: 'open',
      checkpoint: startOfSource,
      pausedOn: null,
      skipRows: 0,
      sourceDiffered: false,
    });
  }

  /** What was exported before went by the definition as it was then; the ledger takes the new one now. */
  private warnOfNewDefinition(plan: StartPlan): void {
    const { snapshot, checkpoint } = this.ledger.job() ?? {};
    if (plan.kind !== 'continue' || !snapshot || !checkpoint || checkpoint.row === 0) return;
    if (sameRecords(snapshot, this.job.spec)) return;
    this.warn(
      `The definition of the job changed since its last run: the rows up to ${checkpoint.row} were exported by the old one. To export them again by the new one, run with --restart.`,
    );
  }

  private async pass(rows: JobRows, reattempt: PausedOn | null): Promise<JobStatus> {
    const { pauseOnErrors, batchSize } = this.job.settings;
    const limits = {
      records: (): number => this.work.size.current,
      collection: batchSize,
      endAtRefused: pauseOnErrors,
    };
    const records = rows.records();
    const builder = new WindowBuilder(records, limits);
    try {
      let next: Promise<Window> | undefined = builder.next();
      let first = true;
      while (next !== undefined) {
        const window: Window = await next;
        if (this.deps.signal.aborted) throw new RunStop('interrupted', 'Interrupted; everything sent is settled.');
        next = window.ended ? undefined : prefetch(builder);
        // The row of the paused record may be the one that was left out: it is not gone, and the job stays on it.
        if (reattempt !== null && first && window.entries.length === 0 && this.source.heldBack) return 'paused';
        if (first) await this.passOver(rows, window, reattempt);
        if (first) this.tellCalls(window, reattempt !== null);
        if (await this.settle(window, first ? reattempt : null)) return 'paused';
        first = false;
      }
      if (!this.source.heldBack) await this.complete(rows);
    } finally {
      await records.return();
    }
    return this.progress.current.failed > 0 ? 'completedWithErrors' : 'completed';
  }

  /** Rows passed over are settled; a paused record whose row is now another's, or gone, is not waited for (R2). */
  private async passOver(rows: JobRows, window: Window, reattempt: PausedOn | null): Promise<void> {
    const { row, line, end } = rows.passedOver;
    if (this.options.fromRow !== undefined && rows.missing > 0) {
      throw new RowsMissing(this.job.source.name, row, rows.missing);
    }
    if (end !== null) {
      const checkpoint = { row, line, mark: await this.source.mark(end) };
      await this.progress.commit({ phase: 'open', pausedOn: null, checkpoint, skipRows: 0, sourceDiffered: false });
    }
    if (reattempt === null || window.entries[0]?.key.canonical === reattempt.key) return;
    const stale = this.ledger.exportError(reattempt.exportErrorId);
    if (stale !== undefined && isOpen(stale)) this.work.log.leftBehind(stale);
    await this.progress.commit({ phase: 'open', pausedOn: null }, this.work.log.take());
  }

  /** Settles a window. Returns whether the job is paused now. */
  private async settle(window: Window, reattempt: PausedOn | null): Promise<boolean> {
    if (window.entries.length === 0) return false;
    // Asked here too: a window whose records are all refused before sending makes no request.
    this.assertBelowCap();
    this.progress.read(window.entries.length);
    const paused = this.job.settings.pauseOnErrors
      ? await this.settlePausing(window, reattempt !== null)
      : await this.settleLogging(window);
    const { read, exported, failed } = this.progress.current;
    this.deps.reporter.emit({
      type: 'progress',
      job: this.job.spec.name,
      row: this.progress.checkpoint.row,
      read,
      exported,
      failed,
      apiCalls: this.progress.apiCalls,
    });
    return paused;
  }

  private async settlePausing(window: Window, alone: boolean): Promise<boolean> {
    const refusal = await settlePausing(window.entries.filter(isPrepared), alone, this.context());
    if (refusal !== undefined) {
      await this.pauseOn(refusal.record, refusal.errors);
      return true;
    }
    const last = window.entries.at(-1);
    if (last?.kind !== 'refused') return false;
    await this.pauseOn(last, last.errors);
    return true;
  }

  private async settleLogging(window: Window): Promise<boolean> {
    const onStopped = (decided: readonly (Acceptance | Refusal)[]): Promise<void> => this.keepDecided(window, decided);
    const outcomes = await settleLogging(window.entries.filter(isPrepared), { ...this.context(), onStopped });
    await this.takeOutcomes(window.entries, outcomes);
    return false;
  }

  /** What of a window was decided when it was stopped, up to the first record that was not: the job stands there. */
  private async keepDecided(window: Window, outcomes: readonly (Acceptance | Refusal)[]): Promise<void> {
    const decided = new Set<EncodedRecord>(outcomes.map(({ record }) => record));
    const open = window.entries.findIndex((entry) => isPrepared(entry) && !decided.has(entry));
    const entries = open < 0 ? window.entries : window.entries.slice(0, open);
    const settled = new Set(entries);
    if (entries.length > 0)
      await this.takeOutcomes(
        entries,
        outcomes.filter(({ record }) => settled.has(record)),
      );
  }

  private async takeOutcomes(
    entries: readonly EncodedRecord[],
    outcomes: readonly (Acceptance | Refusal)[],
  ): Promise<void> {
    const accepted: Acceptance[] = [];
    for (const outcome of outcomes) {
      if (outcome.kind === 'accepted') accepted.push(outcome);
      else this.refuse(outcome.record, outcome.errors);
    }
    for (const entry of entries) if (entry.kind === 'refused') this.refuse(entry, entry.errors);
    const last = entries.at(-1);
    if (last !== undefined) await this.commitThrough(last, accepted);
  }

  private refuse(record: EncodedRecord, errors: readonly ApiError[]): ExportError {
    this.progress.failed(1);
    // A record that has a key is told by it from now on, whether or not its other fields can be sent.
    if (!isRowKey(record.key.canonical)) this.work.log.usableAt(record.position.row);
    return this.work.log.refused(record, errors);
  }

  private async commitThrough(last: EncodedRecord, accepted: readonly Acceptance[]): Promise<void> {
    for (const acceptance of accepted) {
      this.work.log.usableAt(acceptance.record.position.row);
      this.work.log.accepted(acceptance);
    }
    this.progress.accepted(accepted);
    const checkpoint: Checkpoint = {
      row: last.position.row,
      line: last.position.line ?? null,
      mark: await this.source.mark(last.end),
    };
    const patch = { phase: 'open', checkpoint, pausedOn: null, skipRows: 0, learned: this.work.size.learned } as const;
    await this.progress.commit(patch, this.work.log.take());
  }

  private async pauseOn(record: EncodedRecord, errors: readonly ApiError[]): Promise<void> {
    const error = this.refuse(record, errors);
    const before = this.ledger.job()?.pausedOn;
    const pausedOn: PausedOn = {
      row: record.position.row,
      line: record.position.line ?? null,
      key: record.key.canonical,
      exportErrorId: error.id,
      since: before?.exportErrorId === error.id ? before.since : error.lastFailedAt,
      mark: await this.source.mark(record.end),
    };
    await this.progress.commit({ phase: 'paused', pausedOn, learned: this.work.size.learned }, this.work.log.take());
  }

  /** The source ended. Positions behind its end that never had a usable key hold no record any more (table 4.1). */
  private async complete(rows: JobRows): Promise<void> {
    const known = this.ledger.job();
    const lastRow = Math.max(this.progress.checkpoint.row, rows.passedOver.row);
    for (const open of this.ledger.openErrors()) {
      if (isRowKey(open.canonicalKey) && open.row > lastRow) this.work.log.supersede(open);
    }
    const errors = this.work.log.take();
    const isNew = known?.phase !== 'completed' || !sameSpec(known.snapshot, this.job.spec);
    if (!isNew && errors.length === 0 && this.progress.current.read === 0) return;
    await this.progress.commit({ phase: 'completed', pausedOn: null, learned: this.work.size.learned }, errors);
  }

  private context(): SettleContext {
    return {
      ...this.work.sending(this.fields, () => this.beforeRequest()),
      onAccepted: async (accepted) => {
        const last = accepted.at(-1);
        if (last !== undefined) await this.commitThrough(last.record, accepted);
      },
    };
  }

  private async beforeRequest(): Promise<void> {
    await this.ledger.assertHeld();
    this.assertBelowCap();
  }

  /** Says before the first record goes out what the rest will take, and warns when that is more than may be spent. */
  private tellCalls(window: Window, alone: boolean): void {
    const { extent } = this.source;
    const { budget } = this.deps.org;
    const { size, callsToSettle } = this.work;
    const estimate = estimateRest({ window, extent, alone, reserve: callsToSettle(size.current), budget });
    if (estimate === undefined) return;
    const { warning, ...figures } = estimate;
    this.estimatedApiCalls = figures.calls;
    this.deps.reporter.emit({ type: 'estimate', job: this.job.spec.name, ...figures });
    if (warning !== null) this.warn(warning);
  }

  /** @throws RunStop */
  private assertBelowCap(): void {
    // The record a job is paused on has its row already: trying it again opens none.
    if (this.ledger.job()?.phase === 'paused' && this.job.settings.pauseOnErrors) return;
    const { maxExportErrors } = this.job.settings;
    const open = this.ledger.openErrorsOfOrg();
    if (open < maxExportErrors) return;
    throw new RunStop(
      'error-cap',
      `${open} open ExportErrors; the setting max-export-errors allows ${maxExportErrors}.`,
    );
  }

  private warn(message: string): void {
    this.warnings.push(message);
    this.deps.reporter.emit({ type: 'warning', job: this.job.spec.name, message });
  }
}

/** Reads and encodes the next window while the current one is in flight; its failure surfaces when it is awaited. */
function prefetch(builder: WindowBuilder): Promise<Window> {
  const next = builder.next();
  next.catch(() => undefined);
  return next;
}
