import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Command } from './command.js';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** For `NODE_OPTIONS` of other processes too. */
export const preload = ['--import', new URL('./mischief.ts', import.meta.url).href];
const quiet = '--disable-warning=ExperimentalWarning';

export type CommandEnd = { readonly answer?: Answer; readonly signal: NodeJS.Signals | null; readonly stderr: string };

/** A child process that works on commands until it is killed; then the next one gets a new child. */
export class Hand {
  private child: ChildProcess | undefined;
  private ready: Promise<unknown> = Promise.resolve();
  private stderr = '';
  private signalled = false;

  /** Starts a command. `kill` reaches the child that works on it, and none that comes later. */
  public async begin(
    command: Command,
  ): Promise<{ ended: Promise<CommandEnd>; kill: (signal: NodeJS.Signals) => unknown }> {
    const child = this.child ?? this.start();
    await this.ready;
    const ended = this.endOf(child);
    child.send(command);
    return { ended, kill: (signal) => (this.signalled = child.kill(signal)) };
  }

  /** What another process would not have: memory of commands that failed, leases of a process that still lives. */
  public async rest(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  private start(): ChildProcess {
    const { NODE_OPTIONS: _unused, NODE_V8_COVERAGE: _unusedToo, ...env } = process.env;
    const child = spawn(process.execPath, [quiet, ...preload, path('./child.ts')], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env,
    });
    this.stderr = '';
    this.signalled = false;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.child = child;
    this.ready = Promise.race([once(child, 'message'), once(child, 'exit')]);
    return child;
  }

  private async endOf(child: ChildProcess): Promise<CommandEnd> {
    if (child.exitCode !== null || child.signalCode !== null) return { signal: child.signalCode, stderr: this.stderr };
    const ending = new AbortController();
    const { signal } = ending;
    const answered = once(child, 'message', { signal }).then(([answer]: unknown[]) => answer as Answer);
    // Not `close`: its pipes may outlive it.
    const gone = once(child, 'exit', { signal }).then(() => undefined);
    const answer = await Promise.race([answered, gone]);
    ending.abort();
    await Promise.allSettled([answered, gone]);
    if (answer === undefined) this.child = undefined;
    // A signal may come too late for this command and must not hit the next.
    else if (this.signalled) await this.rest();
    return { ...(answer === undefined ? {} : { answer }), signal: child.signalCode, stderr: this.stderr };
  }
}
