import type { ApiError } from '../api-error.js';
import { OrgFault, type SinkAnswer } from '../ports/sink.js';
import type { PreparedRecord } from '../record.js';
import { asksRights, isTransient, scopeOf, withoutEchoes } from '../status-codes.js';
import { Repetitions, transientPolicy } from './backoff.js';
import { pause, sendSafely } from './send.js';
import type { SettleContext } from './settle-pausing.js';
import { RunStop } from './stop.js';
import { assertNotOfTheRun, failedAsOne, noReason, type Acceptance, type Refusal } from './verdict.js';

export type LoggingContext = Omit<SettleContext, 'onAccepted'> & {
  /** The window cannot be settled to its end: what was decided, to be kept before what stopped it is thrown. */
  readonly onStopped: (outcomes: readonly (Acceptance | Refusal)[]) => Promise<void>;
};

/** Records that go out together, with the waits they have had. */
type Piece = {
  readonly records: readonly PreparedRecord[];
  readonly repetitions: Repetitions;
  /** Nothing is known of its records yet. */
  readonly begins: boolean;
};

/** Records of one answer that must go out again: refused as a batch, or for the moment, or for no reason of their own. */
type Group = { readonly records: PreparedRecord[]; readonly errors: readonly ApiError[]; readonly asOne: boolean };

/**
 * Sends the records of a window with both flags false (L1): the good are written, the refused come back by themselves.
 * What the org refused as a batch is cut and sent again until it passes or fails alone; what time may mend is sent
 * again with backoff (T1). Returns one outcome for each record, in no particular order.
 */
export async function settleLogging(
  records: readonly PreparedRecord[],
  context: LoggingContext,
): Promise<(Acceptance | Refusal)[]> {
  return new LoggingWindow(context).settle(records);
}

class LoggingWindow {
  private readonly outcomes: (Acceptance | Refusal)[] = [];
  private readonly pieces: Piece[] = [];
  /** The largest piece that passed since a batch was last refused as a batch. */
  private worked: number | undefined;
  private cutForBatch = false;
  private blamedAlone = false;

  public constructor(private readonly context: LoggingContext) {}

  public async settle(records: readonly PreparedRecord[]): Promise<(Acceptance | Refusal)[]> {
    const { size } = this.context;
    this.queue(records, size.current);
    try {
      for (let piece = this.pieces.shift(); piece !== undefined; piece = this.pieces.shift()) await this.send(piece);
    } catch (thrown) {
      // A ledger that failed takes nothing any more (C4).
      if (thrown instanceof RunStop || thrown instanceof OrgFault) await this.context.onStopped(this.outcomes);
      throw thrown;
    }
    if (this.cutForBatch && !this.blamedAlone && this.worked !== undefined) size.learn(this.worked);
    return this.outcomes;
  }

  private async send(piece: Piece): Promise<void> {
    const { size } = this.context;
    const request = { records: piece.records, collectionSize: size.collectionSize, allOrNone: false };
    const answer = await sendSafely(request, this.context, piece.begins);
    assertNotOfTheRun(answer);
    const decided = this.outcomes.length;
    const groups = this.read(answer, piece.records.length === 1);
    await this.assertTheirOwn(decided);
    if (!groups.some((group) => group.asOne)) this.passed(piece);
    for (const group of groups) await this.sendAgain(group, piece);
  }

  /**
   * A right that went while the job runs comes back on every record: it is the run's, not theirs (P23). What asks for
   * rights is no outcome before they were looked up, whatever keeps that from being done.
   */
  private async assertTheirOwn(from: number): Promise<void> {
    const answered = this.outcomes.splice(from);
    const isInDoubt = (outcome: Acceptance | Refusal): boolean =>
      outcome.kind === 'refused' && asksRights(outcome.errors);
    this.outcomes.push(...answered.filter((outcome) => !isInDoubt(outcome)));
    const inDoubt = answered.filter(isInDoubt);
    if (inDoubt.length === 0) return;
    await this.context.assertRights();
    this.outcomes.push(...inDoubt);
  }

  private passed(piece: Piece): void {
    if (this.cutForBatch) this.worked = Math.max(this.worked ?? 0, piece.records.length);
    else this.context.size.passed();
  }

  /** Takes what is decided into the outcomes and returns what is not. */
  private read(answer: SinkAnswer, alone: boolean): Group[] {
    const groups: Group[] = [];
    const stragglers: Group = { records: [], errors: [], asOne: false };
    const straggling: ApiError[] = [];
    for (const collection of answer.collections) {
      if (collection.kind === 'refused' || failedAsOne(collection)) {
        groups.push({ records: [...collection.records], errors: errorsOfFirst(collection), asOne: true });
        continue;
      }
      for (const [index, result] of collection.results.entries()) {
        const record = collection.records[index];
        if (record === undefined) continue;
        if (result.success) {
          this.outcomes.push({ kind: 'accepted', record, id: result.id, created: result.created });
        } else if (!alone && scopeOf(result.errors) === 'record') {
          const errors = withoutEchoes(result.errors);
          this.outcomes.push({ kind: 'refused', record, errors: errors.length > 0 ? errors : [noReason] });
        } else {
          stragglers.records.push(record);
          straggling.push(...result.errors);
        }
      }
    }
    if (stragglers.records.length > 0) groups.push({ ...stragglers, errors: straggling });
    return groups;
  }

  private async sendAgain(group: Group, piece: Piece): Promise<void> {
    const errors = withoutEchoes(group.errors);
    const alone = piece.records.length === 1;
    if (group.asOne || asksRights(errors)) await this.assertRightsFor(group, errors);
    const waited = isTransient(errors) && (await this.waited(piece, errors));
    if (alone) {
      if (waited) this.pieces.unshift({ ...piece, begins: false });
      else this.blame(group.records, errors);
      return;
    }
    this.context.reporter.emit({
      type: 'searching',
      job: this.context.job,
      records: group.records.length,
      reason: errors[0]?.statusCode ?? 'no record named',
    });
    const whole = group.records.length === piece.records.length;
    if (!whole || (waited && piece.repetitions.count === 1)) {
      this.pieces.unshift({ records: group.records, repetitions: piece.repetitions, begins: false });
      return;
    }
    this.cut(group.records, isTransient(errors) ? piece.repetitions : undefined);
  }

  private async assertRightsFor(group: Group, errors: readonly ApiError[]): Promise<void> {
    if (asksRights(errors) || (group.asOne && group.records.length === 1)) await this.context.assertRights();
  }

  private blame(records: readonly PreparedRecord[], errors: readonly ApiError[]): void {
    if (errors.length === 0 || scopeOf(errors) === 'batch') this.blamedAlone = true;
    for (const record of records) {
      this.outcomes.push({ kind: 'refused', record, errors: errors.length > 0 ? errors : [noReason] });
    }
  }

  private cut(records: readonly PreparedRecord[], repetitions?: Repetitions): void {
    // A lock says nothing about the size of batches; the repetitions are those of a lock.
    if (repetitions === undefined) {
      this.cutForBatch = true;
      this.worked = undefined;
    }
    this.queue(records, this.context.size.cut(records.length), repetitions ?? null);
  }

  /** Parts go first in the queue, in their order. `again`: they were sent before; null: with repetitions of their own. */
  private queue(records: readonly PreparedRecord[], part: number, again?: Repetitions | null): void {
    const parts: Piece[] = [];
    for (let at = 0; at < records.length; at += part) {
      const repetitions = again ?? this.newRepetitions();
      parts.push({ records: records.slice(at, at + part), repetitions, begins: again === undefined });
    }
    this.pieces.unshift(...parts);
  }

  private async waited(piece: Piece, errors: readonly ApiError[]): Promise<boolean> {
    const wait = piece.repetitions.next();
    if (wait === undefined) return false;
    const reason = errors[0]?.statusCode ?? '';
    this.context.reporter.emit({ type: 'waiting', job: this.context.job, ms: wait, reason });
    await pause(wait, this.context);
    return true;
  }

  private newRepetitions(): Repetitions {
    return new Repetitions(transientPolicy, this.context.clock, this.context.random);
  }
}

function errorsOfFirst(collection: SinkAnswer['collections'][number]): readonly ApiError[] {
  if (collection.kind === 'refused') return collection.errors;
  const first = collection.results.find((result) => !result.success);
  return first === undefined || first.success ? [] : first.errors;
}
