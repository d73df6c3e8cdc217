import type { Clock, Random } from '../core/ports/clock.js';
import { LedgerFault } from '../core/ports/ledger.js';

export type WaitOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /** 0: do not wait. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
};

const pollMs = 250;

/** Tries to open a job until its holder is gone, the time is over, or the signal aborts; then its fault is thrown. */
export async function waitForJob<T>(options: WaitOptions, open: () => Promise<T>): Promise<T> {
  const { clock, random, waitMs = 0, signal } = options;
  const aborted = (): boolean => signal?.aborted === true;
  const end = clock.monotonicMs() + waitMs;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const busy = error instanceof LedgerFault && error.code === 'busy';
      const left = end - clock.monotonicMs();
      if (!busy || left <= 0 || aborted()) throw error;
      await clock.sleep(Math.min(left, pollMs * (0.5 + random.fraction())), signal);
      if (aborted()) throw error;
    }
  }
}
