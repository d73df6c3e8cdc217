import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { play, type Tally } from '../support/life/play.js';
import { regressions } from '../support/life/regressions.js';
import { sequence, type Sequence } from '../support/life/steps.js';
import { stageOf, type Stage } from '../support/life/world.js';
import { tempFolder } from '../support/temp-folder.js';

/*
 * The life of jobs and ExportErrors, played at random on the real core (memory ledger, file ledger) and on a model of
 * the contract. `SEQUENCES=20000 SEED=4711` plays more, or the same again; a failure prints its seed, its path and the
 * shortest sequence that still fails.
 */
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const sequences = Number(process.env['SEQUENCES'] ?? 2_000);
const onDisk = Number(process.env['SEQUENCES_ON_DISK'] ?? Math.ceil(sequences / 50));

describe(`the life of jobs and ExportErrors against a model (SEED=${seed})`, function () {
  this.timeout(600_000 + 200 * sequences);
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let org: PracticeOrg;
  let stage: Stage;
  let names = 0;
  let tally: Tally;

  before(async () => {
    folder = await tempFolder();
    org = new PracticeOrg({});
    await org.start();
    Object.assign(org.limits.DailyApiRequests, { Max: 1e9, Remaining: 1e9 });
    stage = await stageOf(org, folder.path);
  });
  after(async () => {
    stage.transport.end();
    await org.stop();
    await folder.remove();
  });
  beforeEach(() => {
    tally = { steps: 0, deaths: 0, runs: 0, retries: 0, paused: 0 };
  });

  const playAll = async (numRuns: number, disk: boolean): Promise<void> => {
    const property = fc.asyncProperty(sequence, async (one: Sequence) => {
      const name = `s${(names += 1)}-`;
      await play(one, stage, name, disk, tally);
      await rm(join(folder.path, `${name}.csv`), { force: true });
    });
    await fc.assert(property, { seed, numRuns, endOnFailure: process.env['SHRINK'] === 'no' });
  };

  for (const [name, one] of Object.entries(regressions)) {
    it(name, () => play(one, stage, `s${(names += 1)}-`, false, tally));
  }

  it(`H1 H2 H3 L1 L2 E1 E2 R1 R2 R3 P6 C1 K1 ${sequences} sequences, memory ledger`, async () => {
    await playAll(sequences, false);
    expect(tally.deaths).to.be.greaterThan(0);
    console.log(`      ${JSON.stringify(tally)}`);
  });

  it(`C1 C4 ${onDisk} sequences, file ledger: the dead leave journals that the next one folds`, async () => {
    await playAll(onDisk, true);
    console.log(`      ${JSON.stringify(tally)}`);
  });
});
