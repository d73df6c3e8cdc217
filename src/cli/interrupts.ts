import { exitCodes } from '../core/exit-codes.js';

const signals = (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const).filter(
  // Node knows it on Windows alone: Ctrl-Break.
  (name) => process.platform === 'win32' || name !== 'SIGBREAK',
);

/** Wrappers (npm, npx, a shell) pass on a signal that the terminal has sent to their children too: that is one. */
const echoMs = 500;

/**
 * While nothing is being exported, a signal ends the process at once: that is safe (C1). `SfCommand` would do so by an
 * exception in its listener, which Node turns into a stack trace and exit code 1 (style.md D10); this listener comes
 * before its own.
 */
export function exitOnSignals(): void {
  for (const name of signals) process.on(name, () => process.exit(exitCodes.interrupted));
}

/**
 * Signals while jobs run: Ctrl-C, SIGTERM, a closed terminal. All other listeners are put aside until `release`. The
 * first signal aborts, and the window in hand is settled; a second one ends the process at once, which is safe (C1).
 * A terminal that closes says so several times (the system and the shell) and nobody waits there: SIGHUP never is the
 * second one.
 */
export function takeInterrupts(onFirst: () => void): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const aside = signals.map((name) => [name, process.listeners(name)] as const);
  let firstMs = 0;
  const listener = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstMs = performance.now();
      controller.abort();
      onFirst();
    } else if (name !== 'SIGHUP' && performance.now() - firstMs >= echoMs) process.exit(exitCodes.interrupted);
  };
  for (const name of signals) {
    process.removeAllListeners(name);
    process.on(name, listener);
  }
  const release = (): void => {
    for (const [name, listeners] of aside) {
      process.off(name, listener);
      for (const former of listeners) process.on(name, former);
    }
  };
  return { signal: controller.signal, release };
}
