import { setTimeout as sleep } from 'node:timers/promises';
import { createLedger } from '../../src/ledger/index.js';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import type { JournalEntry } from '../../src/practice-org/index.js';
import type { Admin } from '../support/cli.js';
import type { JobWorld } from '../support/life/job-world.js';
import type { RunOptions } from '../support/life/model.js';
import type { Chance } from './chance.js';
import { startCli } from './cli-command.js';
import type { Command } from './command.js';
import { Hand, type CommandEnd } from './hand.js';
import type { MischiefPlan } from './mischief-plan.js';
import type { SoakTally } from './tally.js';
import type { Trouble } from './trouble.js';
import { neverAnswered, Weather, type Appointment } from './weather.js';

export type Part =
  { readonly kind: 'run'; readonly options: RunOptions } | { readonly kind: 'retry'; readonly most: number };

/** One command as it went. */
export type Performed = {
  readonly end: CommandEnd;
  readonly kind: Part['kind'];
  readonly trouble: Trouble;
  /** What struck its requests. */
  readonly struck: number;
  /** The last requests before its end went wrong, so many in a row. */
  readonly inARow: number;
  readonly killed: boolean;
};

export type Begun = {
  readonly ended: Promise<CommandEnd>;
  readonly kill: (signal: NodeJS.Signals) => unknown;
};

/** An org, a ledger and the processes that work on them: where the commands of a round are performed. */
export class Stage {
  public settingsChanged = 0;

  public constructor(
    public readonly admin: Admin,
    public readonly chance: Chance,
    public readonly tally: SoakTally,
    private readonly hand = new Hand(),
  ) {}

  /** Performs a command on some jobs, with all that is to go wrong. */
  public async perform(worlds: readonly JobWorld[], part: Part, trouble: Trouble, byCli = false): Promise<Performed> {
    const { tally, admin } = this;
    const before = admin.org.journal.length;
    const running: { begun?: Begun } = {};
    let killed = false;
    const kill = (signal: NodeJS.Signals): void => {
      if (signal === 'SIGKILL') killed = true;
      running.begun?.kill(signal);
    };
    const weather = new Weather(
      admin.org,
      this.chance,
      trouble.weather,
      worlds.map(({ prefix }) => prefix),
      appointmentOf(trouble, kill),
    );
    const command = this.command(worlds, part, trouble);
    running.begun = byCli ? startCli(admin, command) : await this.hand.begin(command);
    const over = new AbortController();
    const aside = [this.killInTime(trouble, byCli, kill, over.signal), this.changeSettings(trouble)];
    const end = await running.begun.ended;
    over.abort();
    await Promise.all(aside);
    await this.idle();
    const struck = weather.end();
    const performed = {
      end,
      kind: part.kind,
      trouble,
      struck: [...struck.values()].reduce((sum, one) => sum + one, 0),
      inARow: this.failedInARow(before),
      killed: end.answer === undefined && (killed || end.signal === 'SIGKILL'),
    };
    tally.struck(struck);
    this.count(performed, byCli);
    // What a process remembers, or still holds, must not help the next command.
    if (end.answer?.error !== undefined || (end.answer?.mischief.diskFaults ?? 0) > 0) await this.hand.rest();
    return performed;
  }

  /** Starts a command and does not wait for it, nor trouble it. */
  public begin(worlds: readonly JobWorld[], part: Part): Promise<Begun> {
    this.tally.commands += 1;
    return this.hand.begin(this.command(worlds, part, undefined));
  }

  public async end(): Promise<void> {
    await this.hand.rest();
  }

  /** Every request that reached the org has been worked on, also those of a process that is gone. */
  public async idle(): Promise<void> {
    const { org } = this.admin;
    const isOpen = (entry: JournalEntry): boolean =>
      entry.status === 0 && !entry.faults.some((one) => one.startsWith('cut')) && !neverAnswered.has(entry);
    // Connections come in their order: when this is answered, those made before have been read.
    for (let times = 0; times < 2; times += 1) await (await fetch(`${org.url}/practice-org/state`)).arrayBuffer();
    while (org.journal.some(isOpen)) await sleep(2);
  }

  private command(worlds: readonly JobWorld[], part: Part, trouble: Trouble | undefined): Command {
    const { org, store, folder } = this.admin;
    const { url, orgId, accessToken, refreshToken } = org;
    const options: RunOptions = part.kind === 'run' ? part.options : { mode: 'pause' };
    const kill = trouble?.kill?.at === 'file' ? trouble.kill : undefined;
    const mischief: MischiefPlan = { folder: `${folder}/store`, kill, disk: trouble?.disk, clock: trouble?.clock };
    return {
      kind: part.kind,
      specs: worlds.map(({ spec }) => spec),
      store,
      org: { url, orgId, accessToken, refreshToken },
      mode: options.mode,
      restart: options.restart ?? false,
      fromRow: options.fromRow,
      maxRetries: part.kind === 'retry' ? part.most : 0,
      foldAtBytes: this.chance.of([2_000, 8_000, 1_000_000]),
      mischief,
    };
  }

  private async killInTime(
    { kill: plan }: Trouble,
    byCli: boolean,
    kill: (signal: NodeJS.Signals) => void,
    over: AbortSignal,
  ): Promise<void> {
    if (plan?.at !== 'time') return;
    // The CLI takes its time to start.
    const ms = byCli ? 1000 + plan.ms * 20 : plan.ms;
    await sleep(ms, undefined, { signal: over }).then(
      () => kill('SIGKILL'),
      () => undefined,
    );
  }

  /** Another process changes settings meanwhile: none of both may lose what the other wrote (C3). */
  private async changeSettings({ settings }: Trouble): Promise<void> {
    if (!settings) return;
    const ledger = createLedger({ path: this.admin.store, clock: systemClock, random: systemRandom });
    this.settingsChanged += 1;
    await ledger.updateSettings((rows) => {
      const former = rows.find(({ name }) => name === 'history-days')?.value ?? 1000;
      const others = rows.filter(({ name }) => name !== 'history-days');
      return [...others, { scope: 'global', name: 'history-days', value: Number(former) + 1 }];
    });
    this.tally.settingsChanges += 1;
  }

  private failedInARow(before: number): number {
    const own = this.admin.org.journal.slice(before).filter(({ path }) => !path.endsWith('/token'));
    const failed = own.map(({ faults }) => faults.some((fault) => fault !== 'slow'));
    return failed.length - 1 - failed.lastIndexOf(false);
  }

  private count({ end, trouble, killed }: Performed, byCli: boolean): void {
    const { tally } = this;
    tally.commands += 1;
    if (byCli) tally.byCli += 1;
    const { kill, signal } = trouble;
    if (killed && kill !== undefined) {
      tally.kill(
        kill.at === 'file'
          ? `${kill.side} ${kill.operation}`
          : kill.at === 'request'
            ? `request ${kill.side}`
            : kill.at,
      );
    }
    if (end.answer === undefined) return;
    tally.diskFaults += end.answer.mischief.diskFaults;
    tally.clockJumps += end.answer.mischief.jumps;
    if (signal !== undefined && end.answer.jobs.some(({ stoppedBy }) => stoppedBy?.code === 'interrupted'))
      tally.signals += 1;
  }
}

function appointmentOf({ kill, signal }: Trouble, send: (signal: NodeJS.Signals) => void): Appointment | undefined {
  if (kill?.at === 'request') return { nth: kill.nth, hang: kill.side, then: () => send('SIGKILL') };
  if (signal !== undefined) return { nth: signal.nth, then: () => send(signal.name) };
  return undefined;
}
