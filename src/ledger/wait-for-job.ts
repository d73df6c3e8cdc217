import type { Clock, Random } from '../core/ports/clock.js';
import { LedgerFault, type OpenJobOptions } from '../core/ports/ledger.js';

export type WaitOptions = OpenJobOptions & { readonly clock: Clock; readonly random: Random };

const pollMs = 250;

/** Tries to open a job until its holder is gone, the time is over, or the signal aborts; then its fault is thrown. */
export async function waitForJob<T>(options: WaitOptions, open: () => Promise<T>): Promise<T> {
  const { clock, random, waitMs = 0, signal, onWait } = options;
  const aborted = (): boolean => signal?.aborted === true;
  const end = clock.monotonicMs() + waitMs;
  let told = false;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const busy = error instanceof LedgerFault && error.code === 'busy';
      const left = end - clock.monotonicMs();
      if (!busy || left <= 0 || aborted()) throw error;
      if (!told) onWait?.(error);
      told = true;
      await clock.sleep(Math.min(left, pollMs * (0.5 + random.fraction())), signal);
      if (aborted()) throw error;
    }
  }
}
