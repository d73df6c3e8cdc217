import type { ApiBudget } from '../budget/api-budget.js';
import type { ExportError } from '../export-error.js';
import type { Checkpoint, JobRecord, JobSpec } from '../job.js';
import type { Clock, Random } from '../ports/clock.js';
import type { JobLedger, LedgerChange } from '../ports/ledger.js';
import { noCounts, type JobStatus, type RunCounts, type RunRecord, type StoppedBy } from '../run-record.js';
import type { Acceptance } from './verdict.js';

export const startOfSource: Checkpoint = { row: 0, line: null, mark: null };

export type ProgressFacts = {
  readonly kind: RunRecord['kind'];
  readonly spec: JobSpec;
  readonly orgId: string;
  readonly ledger: JobLedger;
  readonly clock: Clock;
  readonly random: Random;
  /** API calls made so far, by all jobs of this run. */
  readonly apiCalls: () => number;
  /** API calls that checking the job cost, before it began. */
  readonly apiCallsBefore: number;
  /** Is told which calls are in the ledger. */
  readonly budget: Pick<ApiBudget, 'committed' | 'orgUsage'>;
};

/**
 * What one run of a job has done, and the one door through which it reaches the ledger: the checkpoint, the errors,
 * the counts and the API calls of a window go into one commit (C1, P6).
 */
export class JobProgress {
  public readonly run: number;
  private counts: { -readonly [name in keyof RunCounts]: RunCounts[name] } = { ...noCounts };
  private readonly startedAt: string;
  private readonly startedMs: number;
  private readonly apiCallsAtStart: number;
  private apiCallsCommitted: number;
  private readonly runId: string;
  private begun = false;

  public constructor(private readonly facts: ProgressFacts) {
    this.run = (facts.ledger.job()?.run ?? 0) + 1;
    this.runId = facts.random.id();
    this.startedAt = facts.clock.now();
    this.startedMs = facts.clock.monotonicMs();
    this.apiCallsAtStart = facts.apiCalls() - facts.apiCallsBefore;
    this.apiCallsCommitted = this.apiCallsAtStart;
  }

  public get current(): RunCounts {
    return this.counts;
  }

  public get apiCalls(): number {
    return this.facts.apiCalls() - this.apiCallsAtStart;
  }

  public get durationMs(): number {
    return Math.round(this.facts.clock.monotonicMs() - this.startedMs);
  }

  public get checkpoint(): Checkpoint {
    return this.facts.ledger.job()?.checkpoint ?? startOfSource;
  }

  public read(records: number): void {
    this.counts.read += records;
  }

  public accepted(acceptances: readonly Acceptance[]): void {
    for (const { created } of acceptances) {
      this.counts.exported += 1;
      if (created) this.counts.created += 1;
      else this.counts.updated += 1;
    }
  }

  public failed(records: number): void {
    this.counts.failed += records;
  }

  /** Takes everything up to now into one line of the journal. @throws LedgerFault: then nothing more may be sent (C4) */
  public async commit(patch: Partial<JobRecord>, errors: readonly ExportError[] = []): Promise<void> {
    this.counts.superseded += errors.filter((error) => error.status === 'superseded').length;
    const job = { ...this.beginning(), ...patch, updatedAt: this.facts.clock.now() };
    await this.commitCounted({ job, errors, run: this.record(null, null) });
    this.begun = true;
  }

  /** Writes how the run ended; a run that had nothing to do leaves the job as it is. */
  public async end(status: JobStatus, stoppedBy: StoppedBy | null): Promise<void> {
    const run = this.record(status, stoppedBy);
    const job = this.begun ? { job: { updatedAt: this.facts.clock.now() } } : {};
    await this.commitCounted({ ...job, run });
  }

  /** With the API calls since the last commit. */
  private async commitCounted(change: LedgerChange): Promise<void> {
    const { budget, ledger } = this.facts;
    const made = this.facts.apiCalls();
    const apiCalls = made - this.apiCallsCommitted;
    await ledger.commit({ ...change, apiCalls, orgUsage: budget.orgUsage });
    this.apiCallsCommitted = made;
    budget.committed(apiCalls);
  }

  /** What the first commit of a run says of the job; the whole record if the job is new. */
  private beginning(): Partial<JobRecord> {
    if (this.begun) return {};
    const { spec, orgId, ledger } = this.facts;
    const known = ledger.job();
    // A retry works from the definition that the last run stored, and leaves it as it is.
    if (this.facts.kind === 'retry') return { run: this.run };
    return {
      ...(known ?? {
        orgId,
        name: spec.name,
        phase: 'new',
        checkpoint: startOfSource,
        pausedOn: null,
        learned: { records: null, cleanWindows: 0 },
      }),
      object: spec.object,
      operation: spec.operation,
      externalId: spec.externalId,
      run: this.run,
      snapshot: spec,
    };
  }

  private record(status: JobStatus | null, stoppedBy: StoppedBy | null): RunRecord {
    return {
      id: this.runId,
      orgId: this.facts.orgId,
      job: this.facts.spec.name,
      kind: this.facts.kind,
      run: this.run,
      startedAt: this.startedAt,
      endedAt: status === null ? null : this.facts.clock.now(),
      status,
      stoppedBy: stoppedBy === null ? null : forHistory(stoppedBy),
      apiCalls: this.apiCalls,
      durationMs: this.durationMs,
      ...this.counts,
    };
  }
}

/** Reason and advice are for the one who sees the result; the history needs the words alone. */
function forHistory({ reason: _reason, actions: _actions, ...kept }: StoppedBy): StoppedBy {
  return kept;
}
