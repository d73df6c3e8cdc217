import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('ledger-child.ts', import.meta.url));

/** The command line of a child, for tests that start it through a shell. */
export function childCommand(mode: string, ...args: readonly string[]): string[] {
  return [process.execPath, '--import', 'tsx', script, mode, ...args];
}

/** A child process of `ledger-child.ts` and what it has said. */
export class LedgerChild {
  public readonly said: unknown[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  #errors = '';

  public constructor(command: readonly string[]) {
    const [program = '', ...args] = command;
    this.#process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#process, 'close');
    let rest = '';
    this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.said.push(JSON.parse(line));
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
  }

  public static start(mode: string, ...args: readonly string[]): LedgerChild {
    return new LedgerChild(childCommand(mode, ...args));
  }

  /** Waits until the child has said something that fits. */
  public async hears(fits: (message: unknown) => boolean): Promise<void> {
    while (!this.said.some(fits)) {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null)
        throw new Error(this.#errors || 'ended');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** SIGKILL; ends when the process is gone and all it said has arrived. */
  public async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** Waits for the end of a child that ends by itself. */
  public async end(): Promise<unknown[]> {
    await this.#ended;
    if (this.#process.exitCode !== 0) throw new Error(`exit ${this.#process.exitCode}: ${this.#errors}`);
    return this.said;
  }
}
