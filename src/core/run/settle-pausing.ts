import type { PreparedRecord } from '../record.js';
import { asksRights, isTransient, scopeOf } from '../status-codes.js';
import { Repetitions, transientPolicy } from './backoff.js';
import { pause, sendSafely, type SendContext } from './send.js';
import { noReason, verdictOf, type Acceptance, type Refusal, type Verdict } from './verdict.js';

export type SettleContext = SendContext & {
  /** Pause on: everything accepted in one request, in source order; committed before anything else is sent. */
  readonly onAccepted: (accepted: readonly Acceptance[]) => Promise<void>;
};

type Refused = Extract<Verdict, { kind: 'refused' }>;

/**
 * Sends the records of a window all-or-none and, when one is refused, finds the first that fails (H1, design.md 3.1):
 * the prefix before whoever was named goes first and is searched the same way; the suspect is then sent alone. Only
 * what fails alone is blamed. Returns that refusal, or undefined when everything was accepted.
 *
 * `alone`: the first record is the one the job was paused on, and goes out by itself first (H2).
 */
export async function settlePausing(
  records: readonly PreparedRecord[],
  alone: boolean,
  context: SettleContext,
): Promise<Refusal | undefined> {
  const search = new Search(records, alone, context);
  while (search.left > 0) {
    const refusal = await search.step();
    if (refusal !== undefined) return refusal;
  }
  search.learn();
  return undefined;
}

class Search {
  /** Everything before is accepted. */
  private from = 0;
  /** How many to send next. */
  private limit: number;
  /** How many to send once nothing is under suspicion. */
  private free: number;
  /** Once `from` arrives here, send only `limit` of them. */
  private suspect: { at: number; limit: number; named: boolean } | undefined;
  private repetitions: Repetitions;
  /** The largest piece that passed since the org first refused a batch as a batch. */
  private workedAfterCut: number | undefined;
  private cutForBatch = false;
  private firstTry = true;
  /** Up to here records were refused, alone or in company: until they are settled, requests go on with what has begun. */
  private searchedTo = 0;
  /** The next piece is one record that was named in company. */
  private suspectAlone = false;

  public constructor(
    private readonly records: readonly PreparedRecord[],
    alone: boolean,
    private readonly context: SettleContext,
  ) {
    this.free = context.size.current;
    this.limit = alone ? 1 : this.free;
    this.firstTry = !alone;
    this.repetitions = this.newRepetitions();
  }

  public get left(): number {
    return this.records.length - this.from;
  }

  /** One request and what follows from its answer. */
  public async step(): Promise<Refusal | undefined> {
    const piece = this.records.slice(this.from, this.from + Math.min(this.limit, this.left));
    const request = { records: piece, collectionSize: this.context.size.collectionSize, allOrNone: true };
    const answer = await sendSafely(request, this.context, this.from >= this.searchedTo);
    const verdict = verdictOf(answer);
    if (verdict.kind === 'accepted') {
      await this.advance(piece, verdict.accepted);
      return undefined;
    }
    this.firstTry = false;
    this.searchedTo = Math.max(this.searchedTo, this.from + piece.length);
    return piece.length === 1 ? this.refusedAlone(piece, verdict) : this.refusedInCompany(piece, verdict);
  }

  /** Keeps the size that worked, if a batch was refused as a batch and no single record was to blame. */
  public learn(): void {
    if (this.cutForBatch && this.workedAfterCut !== undefined) this.context.size.learn(this.workedAfterCut);
  }

  private async advance(piece: readonly PreparedRecord[], accepted: readonly Acceptance[]): Promise<void> {
    await this.context.onAccepted(accepted);
    if (this.firstTry && piece.length === Math.min(this.free, this.records.length)) this.context.size.passed();
    this.from += piece.length;
    // The suspect behind an accepted prefix has used up some of its tries (T1).
    if (this.suspect === undefined) this.repetitions = this.newRepetitions();
    // It fails only in company: the rest goes in smaller parts, or naming one innocent after the other costs a call each.
    if (this.suspectAlone) this.free = this.context.size.cut(Math.max(1, Math.min(this.free, this.left)));
    this.suspectAlone = false;
    if (this.cutForBatch) this.workedAfterCut = Math.max(this.workedAfterCut ?? 0, piece.length);
    if (this.suspect !== undefined && this.from >= this.suspect.at) {
      this.limit = this.suspect.limit;
      this.suspectAlone = this.suspect.named;
      this.suspect = undefined;
    } else {
      this.limit = this.free;
    }
  }

  private async refusedAlone(piece: readonly PreparedRecord[], verdict: Refused): Promise<Refusal | undefined> {
    const record = piece[0];
    if (record === undefined) return undefined;
    if (isTransient(verdict.errors) && (await this.waited(verdict))) return undefined;
    if (verdict.blame === 'batch' || asksRights(verdict.errors)) await this.context.assertRights();
    return { kind: 'refused', record, errors: verdict.errors.length > 0 ? verdict.errors : [noReason] };
  }

  private async refusedInCompany(piece: readonly PreparedRecord[], verdict: Refused): Promise<undefined> {
    this.context.reporter.emit({
      type: 'searching',
      job: this.context.job,
      records: piece.length,
      reason: verdict.errors[0]?.statusCode ?? 'no record named',
    });
    if (verdict.blame === 'batch' && asksRights(verdict.errors)) await this.context.assertRights();
    if (isTransient(verdict.errors) && (await this.waited(verdict)) && this.repetitions.count === 1) return undefined;
    if (verdict.blame === 'record') this.narrowToRecord(verdict.at, verdict.batchCode && !isTransient(verdict.errors));
    else this.narrowBatch(verdict.at, verdict.span, piece.length);
    return undefined;
  }

  /** The prefix before the named record, then that record alone. */
  private narrowToRecord(at: number, batchCode: boolean): void {
    if (batchCode) this.cutForBatch = true;
    if (at > 0) {
      this.limit = at;
      this.suspect = { at: this.from + at, limit: 1, named: true };
      return;
    }
    this.limit = 1;
    this.suspectAlone = true;
  }

  /** What lies before the collection that failed as one, or a smaller part of that collection. */
  private narrowBatch(at: number, span: number, length: number): void {
    const part = span < length ? span : this.context.size.cut(length);
    if (at > 0) {
      this.limit = at;
      this.suspect = { at: this.from + at, limit: part, named: false };
      return;
    }
    this.cutForBatch = true;
    this.workedAfterCut = undefined;
    this.free = Math.min(this.free, part);
    this.limit = part;
  }

  private async waited(verdict: Refused): Promise<boolean> {
    const wait = this.repetitions.next();
    if (wait === undefined) return false;
    const reason = verdict.errors[0]?.statusCode ?? scopeOf(verdict.errors);
    this.context.reporter.emit({ type: 'waiting', job: this.context.job, ms: wait, reason });
    await pause(wait, this.context);
    return true;
  }

  private newRepetitions(): Repetitions {
    return new Repetitions(transientPolicy, this.context.clock, this.context.random);
  }
}
