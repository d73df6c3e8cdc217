import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random } from '../core/ports/clock.js';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      // By the port's contract an abort ends the sleep early and is no error.
      if (!signal?.aborted) throw error;
    }
  },
};

export const systemRandom: Random = { id: () => randomUUID(), fraction: () => Math.random() };
