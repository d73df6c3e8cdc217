/*
 * `npm run test:soak`: random jobs against the practice org under random faults, kills, clock jumps, full disks and
 * second processes, compared with a model after each step. See docs/reliability.md.
 */
import { parseArgs } from 'node:util';
import { Round } from './round.js';
import { SoakTally } from './tally.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    rounds: { type: 'string' },
    minutes: { type: 'string' },
    kills: { type: 'string' },
    faults: { type: 'string' },
    lanes: { type: 'string', default: '2' },
    cli: { type: 'string', default: '0.01' },
    trace: { type: 'boolean', default: false },
  },
});
const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

const firstSeed = number(values.seed) ?? Date.now() % 2 ** 31;
const goals = { kills: number(values.kills), faults: number(values.faults), rounds: number(values.rounds) };
const bounded = Object.values(goals).some((goal) => goal !== undefined);
/** A given seed alone means: this round again. */
const rounds = goals.rounds ?? (values.seed !== undefined && !bounded && values.minutes === undefined ? 1 : Infinity);
const minutes = number(values.minutes) ?? (bounded || rounds < Infinity ? Infinity : 5);

const tally = new SoakTally();
const startedMs = performance.now();
const elapsed = (): number => (performance.now() - startedMs) / 60_000;
let next = 0;

function isOver(): boolean {
  if (tally.differences.length >= 10 || next >= rounds || elapsed() >= minutes) return true;
  if (goals.kills === undefined && goals.faults === undefined) return false;
  return tally.allKills >= (goals.kills ?? 0) && tally.allFaults >= (goals.faults ?? 0);
}

async function lane(): Promise<void> {
  while (!isOver()) {
    const seed = firstSeed + next++;
    try {
      await Round.play(seed, tally, { killing: 0.5, byCli: Number(values.cli) }, (text) => {
        if (values.trace) console.log(text);
      });
    } catch (error) {
      const text = error instanceof Error ? (values.trace ? (error.stack ?? '') : error.message) : String(error);
      tally.differences.push(text);
      console.log(`DIFFERENCE ${text}\n  play it again: npm run test:soak -- --seed ${seed}`);
    }
  }
}

const ticker = setInterval(() => console.log(`${elapsed().toFixed(1)} min: ${tally.line}`), 30_000).unref();
console.log(`soak: seed ${firstSeed}`);
await Promise.all(Array.from({ length: Math.min(Number(values.lanes), rounds) }, lane));
clearInterval(ticker);
console.log(tally.summary(elapsed()));
process.exitCode = tally.differences.length === 0 ? 0 : 1;
