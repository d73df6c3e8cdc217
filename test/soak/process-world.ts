import { createLedger } from '../../src/ledger/index.js';
import type { Ledger } from '../../src/core/ports/ledger.js';
import type { JobResult } from '../../src/core/run-result.js';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import { JobWorld, type Ended, type JobWorldOptions } from '../support/life/job-world.js';
import type { RunOptions } from '../support/life/model.js';
import type { JobSpec } from '../../src/core/job.js';
import type { Part, Performed, Stage } from './performance.js';
import { drawTrouble, noTrouble } from './trouble.js';

/** How the troubles of a round are dealt out. */
export type Dealing = { killing: number; byCli: number };

/** A job whose runs and retries are child processes, with whatever goes wrong. */
export class ProcessWorld extends JobWorld {
  /** No more troubles: the time after them has come. */
  public quiet = false;
  /** Did the last command come to its end? */
  public finished = true;

  public constructor(
    private readonly stage: Stage,
    options: JobWorldOptions,
    private readonly dealing: Dealing,
  ) {
    super(stage.admin.org, stage.admin.folder, options, systemClock);
  }

  public override get inParts(): boolean {
    return true;
  }

  public override get spec(): JobSpec {
    const { batchSize, collections } = this.options;
    return { ...super.spec, settings: { 'batch-size': batchSize, 'collections-per-request': collections } };
  }

  public async run(options: RunOptions): Promise<Ended> {
    const plain = options.restart !== true && options.fromRow === undefined;
    return this.perform({ kind: 'run', options }, plain);
  }

  public async retry(most: number): Promise<Ended> {
    return this.perform({ kind: 'retry', most }, most === 0);
  }

  protected get ledger(): Ledger {
    return createLedger({ path: this.stage.admin.store, clock: systemClock, random: systemRandom });
  }

  private async perform(part: Part, plain: boolean): Promise<Ended> {
    const { chance, tally } = this.stage;
    const trouble = this.quiet ? noTrouble : drawTrouble(chance, this.dealing.killing);
    const byCli = plain && chance.is(this.dealing.byCli);
    const performed = await this.stage.perform([this], part, trouble, byCli);
    const ended = endedOf(this.spec.name, performed);
    this.finished = ended.finished;
    if (!ended.finished) tally.stop(reasonOf(this.spec.name, performed));
    return ended;
  }
}

/** How a command ended for one of its jobs. @throws Error it ended in a way that nothing of its troubles explains */
export function endedOf(job: string, { end, kind, killed, trouble, struck, inARow }: Performed): Ended {
  const { answer } = end;
  if (answer === undefined) {
    if (killed) return { finished: false };
    throw new Error(`The process ended by itself (${end.signal}): ${end.stderr}`);
  }
  if (answer.violations.length > 0) throw new Error(answer.violations.join('\n'));
  const result = answer.jobs.find((one) => one.job === job) as JobResult | undefined;
  const { error } = answer;
  if (error?.name === 'RowsMissing') return { finished: true, error, result };
  const nothingPending = kind === 'retry' && answer.jobs.length === 0;
  const cameToItsEnd = nothingPending || (result?.stoppedBy === null && result.status !== 'failed');
  if (error === undefined && cameToItsEnd) return { finished: true, result };
  const reasons = answer.jobs.map(({ stoppedBy }) => stoppedBy?.code);
  const explained = isExplained(error, reasons, { trouble, struck, inARow, diskFaults: answer.mischief.diskFaults });
  if (!explained) throw new Error(`X1 ended by ${JSON.stringify({ error, reasons, result, trouble, struck, inARow })}`);
  return { finished: false };
}

type Causes = Pick<Performed, 'trouble' | 'struck' | 'inARow'> & { readonly diskFaults: number };

function isExplained(
  error: { readonly name: string; readonly code: string } | undefined,
  reasons: readonly (string | undefined)[],
  { trouble, struck, inARow, diskFaults }: Causes,
): boolean {
  if (error !== undefined && /Ledger/.test(error.name)) return trouble.disk !== undefined;
  if (error !== undefined) return /^Org/.test(error.name) && struck > 0;
  if (reasons.includes('interrupted')) return trouble.signal !== undefined;
  // T2: not before the org failed six times running.
  if (reasons.includes('unavailable')) return inARow >= 6;
  if (reasons.includes('org-limit') || reasons.includes('login')) return struck > 0;
  return diskFaults > 0;
}

export function reasonOf(job: string, { end }: Performed): string {
  if (end.answer === undefined) return 'kill';
  const { error, jobs } = end.answer;
  const result = jobs.find((one) => one.job === job);
  return result?.stoppedBy?.code ?? (error === undefined ? 'a job before it' : `${error.name} ${error.code}`.trim());
}
