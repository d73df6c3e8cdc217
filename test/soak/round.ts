import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { createLedger } from '../../src/ledger/index.js';
import { storePaths } from '../../src/ledger/store-paths.js';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import { Admin } from '../support/cli.js';
import { Player } from '../support/life/play.js';
import { sequenceOf, type Sequence, type Step } from '../support/life/steps.js';
import { changeOwner } from '../support/owners.js';
import { Chance } from './chance.js';
import { Stage, type Performed } from './performance.js';
import { endedOf, ProcessWorld, reasonOf, type Dealing } from './process-world.js';
import { Hand } from './hand.js';
import type { SoakTally } from './tally.js';
import { drawTrouble } from './trouble.js';

type Actor = { readonly sequence: Sequence; readonly world: ProcessWorld; readonly player: Player };

const sequence = sequenceOf({ rows: [12, 60], keys: 20, steps: [10, 24], batch: 4, edits: 4, spread: 'max' });

/**
 * One round: some jobs of one org and one ledger live through random steps and troubles, then all is mended, and
 * everything must be as the model says; after each step, and at the end.
 */
export class Round {
  private readonly chance: Chance;
  private readonly actors: readonly Actor[];
  private step = 'start';

  private constructor(
    private readonly seed: number,
    private readonly admin: Admin,
    private readonly stage: Stage,
    private readonly second: Stage,
    private readonly tally: SoakTally,
    dealing: Dealing,
  ) {
    this.chance = stage.chance;
    const jobs = this.chance.of([1, 1, 2, 3]);
    this.actors = fc
      .sample(sequence, { seed, numRuns: jobs + 3 })
      .slice(3)
      .map((one, index) => {
        const { batchSize, collections } = one;
        const options = { name: `j${index}-`, job: `job-${index}`, batchSize, collections };
        const world = new ProcessWorld(stage, options, dealing);
        return { sequence: one, world, player: new Player(world, tally.life) };
      });
  }

  /** @throws Error what was not as it had to be; the folder with the ledger is left */
  public static async play(
    seed: number,
    tally: SoakTally,
    dealing: Dealing,
    trace: (text: string) => void,
  ): Promise<void> {
    const admin = await Admin.create(new PracticeOrg({}));
    Object.assign(admin.org.limits.DailyApiRequests, { Max: 1e9, Remaining: 1e9 });
    await mkdir(join(admin.folder, 'store'), { mode: 0o700 });
    const chance = new Chance(seed);
    const hands = [new Hand(), new Hand()] as const;
    const [stage, second] = hands.map((hand) => new Stage(admin, chance, tally, hand)) as [Stage, Stage];
    const round = new Round(seed, admin, stage, second, tally, dealing);
    try {
      await round.playAll(trace);
      await admin.end();
    } catch (error) {
      await admin.org.stop();
      throw new Error(
        `${round.step}: ${error instanceof Error ? error.message : String(error)}\n  ledger and files: ${admin.folder}`,
        { cause: error },
      );
    } finally {
      await Promise.all([stage.end(), second.end()]);
      tally.rounds += 1;
    }
  }

  private async playAll(trace: (text: string) => void): Promise<void> {
    this.weatherOfTheRound();
    for (const { player, sequence: one } of this.actors) await player.start(one.rows);
    const longest = Math.max(...this.actors.map((actor) => actor.sequence.steps.length));
    for (let index = 0; index < longest; index += 1) {
      for (const actor of this.actors) {
        const step = actor.sequence.steps[index];
        if (step === undefined) continue;
        this.step = `seed ${this.seed}, step ${index + 1} of ${actor.world.spec.name} (${step.op})`;
        trace(this.step);
        await this.play(actor, step);
        this.tally.life.steps += 1;
      }
    }
    this.step = `seed ${this.seed}, the end`;
    for (const { world, player, sequence: one } of this.actors) {
      world.quiet = true;
      await player.end(one.mendRows);
    }
    await this.expectOneRecordPerKey();
    await this.expectSettings();
    this.tally.requests += this.admin.org.journal.length;
    this.tally.records += this.admin.org.commits.length;
  }

  /** What the org does anyway: which record it names, and Apex limits that no large window fits into. */
  private weatherOfTheRound(): void {
    const { org } = this.admin;
    org.behaviour.rollback = this.actors[0]!.sequence.naming;
    org.behaviour.compositeApex = this.chance.of(['shared', 'perSubrequest']);
    if (!this.chance.is(0.3)) return;
    org.apexLimits.soql = this.chance.number(2, 5);
    org.triggers.add({ name: 'Greedy', object: 'Account', run: ({ limits, new: rows }) => limits.soql(rows.length) });
  }

  private async play(actor: Actor, step: Step): Promise<void> {
    if (step.op === 'run') {
      if (this.actors.length > 1 && this.chance.is(0.35)) return this.runAll(step.mode);
      if (this.actors.length > 1 && this.chance.is(0.2)) return this.runSideBySide(step.mode);
      if (this.chance.is(0.12)) return this.runTwice(actor, step.mode);
    }
    do {
      await actor.player.step(step);
      // What was stopped is mostly begun again, and comes to no good end again.
    } while (!actor.world.finished && (step.op === 'run' || step.op === 'retry') && this.chance.is(0.75));
  }

  /** All jobs in one process. */
  private async runAll(mode: 'pause' | 'log'): Promise<void> {
    const expectations = this.actors.map(({ player }) => player.expectRun({ mode }));
    const worlds = this.actors.map(({ world }) => world);
    const performed = await this.stage.perform(
      worlds,
      { kind: 'run', options: { mode } },
      drawTrouble(this.chance, 0.4),
    );
    for (const [index, { player, world }] of this.actors.entries()) {
      await this.settle(player, world, expectations[index]!, performed);
    }
  }

  /** Two processes at once on two jobs of one ledger and one org. */
  private async runSideBySide(mode: 'pause' | 'log'): Promise<void> {
    const pair = this.actors
      .slice(0, 2)
      .map((actor, index) => ({ ...actor, stage: index === 0 ? this.stage : this.second }));
    const expectations = pair.map(({ player }) => player.expectRun({ mode }));
    this.tally.secondProcesses += 1;
    const performed = await Promise.all(
      pair.map(({ stage, world }) =>
        stage.perform([world], { kind: 'run', options: { mode } }, drawTrouble(this.chance, 0.3)),
      ),
    );
    const struck = performed.reduce((sum, one) => sum + one.struck, 0);
    for (const [index, { player, world }] of pair.entries()) {
      // Requests that write nothing meet the weather of both.
      await this.settle(player, world, expectations[index]!, { ...performed[index]!, struck, inARow: Infinity });
    }
  }

  private async settle(
    player: Player,
    world: ProcessWorld,
    expectation: Parameters<Player['settle']>[0],
    performed: Performed,
  ): Promise<void> {
    const ended = endedOf(world.spec.name, performed);
    if (!ended.finished) this.tally.stop(reasonOf(world.spec.name, performed));
    await player.settle(expectation, ended);
  }

  /**
   * A process is frozen while the org works on its request. A second one is told that the job is busy (C3); or the
   * lease looks as if its process were gone, the second takes the job over, and the first, waking up, may send and
   * write nothing any more.
   */
  private async runTwice({ player, world }: Actor, mode: 'pause' | 'log'): Promise<void> {
    const run = { kind: 'run', options: { mode } } as const;
    const expectation = player.expectRun({ mode });
    const first = await this.stage.begin([world], run);
    const frozen = this.freeze(first.kill, this.chance.number(1, 4));
    const meanwhile = await Promise.race([frozen.then(() => 'frozen' as const), first.ended]);
    if (meanwhile !== 'frozen') {
      this.admin.org.faults.clear();
      return player.settle(expectation, endedOf(world.spec.name, calmly(meanwhile)));
    }
    if (this.chance.is(0.5)) {
      await this.expectBusy(world, mode);
      first.kill('SIGCONT');
      return player.settle(expectation, endedOf(world.spec.name, calmly(await first.ended)));
    }
    await player.settle(expectation, { finished: false });
    await changeOwner(storePaths(this.admin.store).lease({ orgId: this.admin.org.orgId, name: world.spec.name }), {
      started: 'long ago',
    });
    const next = player.expectRun({ mode });
    const { ended } = await this.second.begin([world], run);
    await player.settle(next, endedOf(world.spec.name, calmly(await ended)));
    await this.expectNothingMore(world, first);
    this.tally.takeovers += 1;
  }

  /** Resolves when the n-th request that writes has stopped the process; its answer is on the way. */
  private freeze(kill: (signal: NodeJS.Signals) => unknown, nth: number): Promise<void> {
    let seen = 0;
    return new Promise((resolve) => {
      const stop = (): void => {
        kill('SIGSTOP');
        setImmediate(resolve);
      };
      this.admin.org.faults.next({
        kind: 'slow',
        ms: 0,
        afterCommit: true,
        match: ({ method, path }) => {
          if (method !== 'POST' || !path.endsWith('/composite') || (seen += 1) !== nth) return false;
          stop();
          return true;
        },
      });
    });
  }

  private async expectBusy(world: ProcessWorld, mode: 'pause' | 'log'): Promise<void> {
    const before = JSON.stringify(await seen(world));
    const { ended } = await this.second.begin([world], { kind: 'run', options: { mode } });
    const { answer } = await ended;
    expect(
      answer?.jobs.map(({ stoppedBy }) => stoppedBy?.code),
      `C3 ${JSON.stringify(answer)}`,
    ).to.deep.equal(['busy']);
    expect(JSON.stringify(await seen(world)), 'C3 a busy job is left alone').to.equal(before);
    this.tally.secondProcesses += 1;
  }

  private async expectNothingMore(world: ProcessWorld, first: Awaited<ReturnType<Stage['begin']>>): Promise<void> {
    const before = JSON.stringify(await seen(world));
    const requests = world.requests;
    first.kill('SIGCONT');
    const { answer } = await first.ended;
    expect(
      answer?.jobs.map(({ stoppedBy }) => stoppedBy?.code),
      `C3 ${JSON.stringify(answer)}`,
    ).to.deep.equal(['busy']);
    expect(world.requests, 'C3 who lost his lease sends nothing more').to.equal(requests);
    expect(JSON.stringify(await seen(world)), 'C3 who lost his lease writes nothing more').to.equal(before);
  }

  /** Nothing is exported twice as two records. */
  private async expectOneRecordPerKey(): Promise<void> {
    const keys = this.admin.org.records('Account').map(({ Ext_Id__c: key }) => String(key).toLowerCase());
    expect(keys.length, 'one record for each key').to.equal(new Set(keys).size);
  }

  private async expectSettings(): Promise<void> {
    const { settings } = await createLedger({
      path: this.admin.store,
      clock: systemClock,
      random: systemRandom,
    }).read();
    const changed = this.stage.settingsChanged + this.second.settingsChanged;
    const found = settings.find(({ name }) => name === 'history-days')?.value;
    expect(found, 'C3 no change of settings is lost').to.equal(changed === 0 ? undefined : 1000 + changed);
  }
}

async function seen(world: ProcessWorld): Promise<unknown> {
  const { errors, ...job } = await world.see();
  return { ...job, errors: [...errors] };
}

/** A command that nothing troubled. */
function calmly(end: Performed['end']): Performed {
  return { end, kind: 'run', trouble: { weather: 0, settings: false }, struck: 0, inARow: 0, killed: false };
}
