import type { Clock, Random } from '../ports/clock.js';

/** How often and how long something is tried again. */
export type BackoffPolicy = {
  /** Tries after the first. */
  readonly tries: number;
  /** No further try once this many milliseconds have passed since the first one failed. */
  readonly withinMs: number;
  readonly firstMs: number;
  readonly mostMs: number;
};

/** T1: record-level errors that time may mend. */
export const transientPolicy: BackoffPolicy = { tries: 5, withinMs: 90_000, firstMs: 500, mostMs: 20_000 };

/** T2: faults of the transport. */
export const transportPolicy: BackoffPolicy = { tries: 5, withinMs: 120_000, firstMs: 1_000, mostMs: 30_000 };

/** Questions before a run: with the time limit of a read, a run against an org that is down ends in three minutes. */
export const questionPolicy: BackoffPolicy = { ...transportPolicy, withinMs: 60_000 };

/** Milliseconds before try number `attempt` (1 = the first repetition): doubled each time, with 50 to 150 % jitter. */
export function delayMs(policy: BackoffPolicy, attempt: number, fraction: number): number {
  const base = Math.min(policy.mostMs, policy.firstMs * 2 ** (attempt - 1));
  return Math.round(base * (0.5 + fraction));
}

/** Counts the repetitions of one thing; `next` gives the wait before the next one, or undefined when it is enough. */
export class Repetitions {
  private attempts = 0;
  private startedMs: number | undefined;

  public constructor(
    private readonly policy: BackoffPolicy,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  public get count(): number {
    return this.attempts;
  }

  public next(): number | undefined {
    const now = this.clock.monotonicMs();
    this.startedMs ??= now;
    if (this.attempts >= this.policy.tries) return undefined;
    const wait = delayMs(this.policy, this.attempts + 1, this.random.fraction());
    if (now - this.startedMs + wait > this.policy.withinMs) return undefined;
    this.attempts += 1;
    return wait;
  }
}
