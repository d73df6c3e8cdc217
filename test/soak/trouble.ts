import type { Chance } from './chance.js';
import { fileOperations, type ClockJumps, type DiskFault, type FileKill } from './mischief-plan.js';

/** What goes wrong in one command. Places are counted, so that a seed gives the same again; only `ms` is not. */
export type Trouble = {
  /** How often the org or the wire fails, 0 to 1. */
  readonly weather: number;
  readonly kill?: Kill | undefined;
  readonly disk?: DiskFault | undefined;
  readonly clock?: ClockJumps | undefined;
  /** Ctrl-C and its kind, at the n-th request that writes. */
  readonly signal?: { readonly name: 'SIGINT' | 'SIGTERM' | 'SIGHUP'; readonly nth: number } | undefined;
  /** Changes settings of the ledger meanwhile. */
  readonly settings: boolean;
};

export type Kill =
  | ({ readonly at: 'file' } & FileKill)
  /** At the n-th request that writes: it reached the org and is not worked on; it is, and nobody hears of it. */
  | { readonly at: 'request'; readonly nth: number; readonly side: 'before' | 'after' }
  | { readonly at: 'time'; readonly ms: number };

export const noTrouble: Trouble = { weather: 0, settings: false };

/** @param killing how likely a kill is; the main thing, where there is one */
export function drawTrouble(chance: Chance, killing: number): Trouble {
  const weather = chance.of([0, 0.3, 0.4, 0.5, 0.6]);
  const settings = chance.is(0.1);
  const clock = chance.is(0.25) ? drawClock(chance) : undefined;
  const common = { weather, settings, clock };
  if (chance.is(killing)) return { ...common, kill: drawKill(chance) };
  if (chance.is(0.2)) return { ...common, disk: drawDisk(chance) };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  if (chance.is(0.08)) return { ...common, signal: { name: chance.of(signals), nth: chance.number(1, 4) } };
  return common;
}

/** Operations of a kind in a run of some windows. */
const mostOf = { any: 50, open: 5, write: 16, sync: 18, rename: 3, truncate: 1, remove: 6, link: 3, copy: 1 } as const;

function drawKill(chance: Chance): Kill {
  const at = chance.weighted([
    { weight: 6, at: 'file' },
    { weight: 2, at: 'request' },
    { weight: 2, at: 'time' },
  ] as const).at;
  if (at === 'time') return { at, ms: chance.number(0, 120) };
  if (at === 'request') return { at, nth: chance.number(1, 8), side: chance.of(['before', 'after']) };
  const operation = chance.is(0.3) ? 'any' : chance.of(fileOperations);
  const nth = chance.number(1, mostOf[operation]);
  const side =
    operation === 'write'
      ? chance.of(['before', 'half', 'inside', 'after'] as const)
      : chance.of(['before', 'inside', 'after'] as const);
  return { at, operation, nth, side };
}

function drawDisk(chance: Chance): DiskFault {
  return { nth: chance.number(1, 40), times: chance.of([1, 2, 5, 1000]), code: chance.of(['ENOSPC', 'EIO', 'EDQUOT']) };
}

const day = 86_400_000;

function drawClock(chance: Chance): ClockJumps {
  const startMs = chance.of([0, -3 * day, 400 * day, -3_600_000]);
  return { startMs, every: chance.number(2, 12), byMs: chance.of([-7 * day, 3_600_000, -1000, 40 * day, 120_000]) };
}
