const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;

/**
 * Ctrl-C and SIGTERM while jobs run. `SfCommand` listens to these signals too and exits inside its listener, so that
 * no `finally` runs (style.md D10): its listeners are put aside until `release`. The first signal aborts, and the
 * window in hand is settled; a second one ends the process at once, which is safe (C1).
 */
export function takeInterrupts(onFirst: () => void): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const known = signals.filter((name) => process.platform === 'win32' || name !== 'SIGBREAK');
  const aside = known.map((name) => [name, process.listeners(name)] as const);
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    onFirst();
  };
  for (const name of known) {
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
