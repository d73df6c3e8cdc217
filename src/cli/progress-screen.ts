import type { ProgressScreen } from '../ux/run-progress.js';
import { systemClock } from './clock.js';

/** sf's own spinner, as far as progress needs it. */
export type Spinner = {
  start(action: string, status?: string): void;
  stop(message?: string): void;
  status: string | undefined;
};

/** Progress on stderr: the spinner at a terminal, plain lines in CI, nothing with `--json`. */
export function runScreen(spinner: Spinner, json: boolean, action: string): ProgressScreen & { end: () => void } {
  const terminal = !json && process.stderr.isTTY === true && process.env['CI'] === undefined;
  if (terminal) spinner.start(action);
  return {
    terminal,
    nowMs: () => systemClock.monotonicMs(),
    status: (text) => {
      spinner.status = text;
    },
    line: (text) => {
      if (!json) process.stderr.write(`${text}\n`);
    },
    end: () => {
      if (terminal) spinner.stop();
    },
  };
}
