import type { Reporter, RunEvent } from '../core/ports/reporter.js';
import { escapeText } from '../report/escape.js';

/** Where progress is shown: a line that is written over at a terminal, a plain line now and then elsewhere. */
export type ProgressScreen = {
  readonly terminal: boolean;
  /** Replaces what was shown before. */
  readonly status: (text: string) => void;
  /** A line that stays. */
  readonly line: (text: string) => void;
  readonly nowMs: () => number;
};

/** In a log, one line in this many milliseconds is enough. */
const plainEveryMs = 10_000;

/** Without these a log would not say why nothing moves. */
const toldAtOnce: ReadonlySet<RunEvent['type']> = new Set(['job-started', 'waiting', 'busy']);

/** Shows how far the job in hand has come, why it waits, and nothing that repeats the summary at the end. */
export function runProgress(screen: ProgressScreen): Reporter {
  let shownAtMs = screen.nowMs();
  const show = (text: string, now: boolean): void => {
    if (screen.terminal) screen.status(text);
    else if (now || screen.nowMs() - shownAtMs >= plainEveryMs) {
      shownAtMs = screen.nowMs();
      screen.line(text);
    }
  };
  return {
    emit: (event) => {
      const text = textOf(event);
      if (text !== undefined)
        show(escapeText(text), toldAtOnce.has(event.type) || (event.type === 'estimate' && !event.fits));
    },
  };
}

function textOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'job-started':
      return event.reattempt
        ? `${event.job}: trying row ${event.fromRow} again, alone`
        : `${event.job}: from row ${event.fromRow}`;
    case 'progress': {
      const { job, row, read, exported, failed, apiCalls } = event;
      const count = (value: number): string => value.toLocaleString('en-US');
      return `${job}: row ${count(row)}, ${count(read)} read, ${count(exported)} exported, ${count(failed)} refused, ${count(apiCalls)} API calls`;
    }
    case 'estimate': {
      const { job, calls, exact, left } = event;
      const remaining = left === null ? '' : `; ${Math.max(0, left).toLocaleString('en-US')} left today`;
      return `${job}: ${exact ? '' : 'about '}${calls.toLocaleString('en-US')} API calls to its end${remaining}`;
    }
    case 'searching':
      return `${event.job}: ${event.reason} among ${event.records} records, looking for the one`;
    case 'waiting':
      return `${event.job}: waiting ${Math.ceil(event.ms / 1000)} s, then trying again (${event.reason})`;
    case 'busy':
      return `${event.reason}; waiting for it, ${minutes(event.ms)} at most`;
    case 'warning':
    case 'job-ended':
      return undefined;
  }
}

function minutes(ms: number): string {
  const of = Math.round(ms / 60_000);
  return of === 1 ? '1 minute' : `${of} minutes`;
}
