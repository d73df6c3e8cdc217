/** Time. Contract: `monotonicMs` never goes backwards; `sleep` ends early, without error, when the signal aborts. */
export type Clock = {
  /** Now, ISO 8601 UTC with milliseconds; for people and pruning only, never for order (K1). */
  now(): string;
  monotonicMs(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

/** Chance. `id` gives an identifier unique in the world; `fraction` a number in [0, 1). */
export type Random = { id(): string; fraction(): number };
