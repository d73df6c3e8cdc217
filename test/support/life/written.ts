import { isDeepStrictEqual } from 'node:util';
import type { SeenWrite } from './job-world.js';

export type Liberties = {
  /** How far ahead a write may come, in records: within a window that is not sent as one, only keys keep their order. */
  readonly ahead: number;
  /** How far back a write may be made again: an answer got lost, and its window is sent anew. */
  readonly again: number;
};

/** Places of the expected writes that were made, and the first write that was none of them. */
export type Matched = { readonly made: ReadonlySet<number>; readonly through: number; readonly wrong?: SeenWrite };

/**
 * Finds what was written in what had to be. Writes of one key keep their order, and none that comes again may put
 * older values over newer ones (L2, R3).
 */
export function matchWrites(written: readonly SeenWrite[], expected: readonly SeenWrite[], how: Liberties): Matched {
  const made = new Set<number>();
  let through = 0;
  for (const write of written) {
    const from = Math.max(0, through - how.again);
    const to = Math.min(expected.length - 1, through + how.ahead);
    const places = range(from, to).filter((place) => isDeepStrictEqual(expected[place], write));
    const next = places.find((place) => !made.has(place) && keepsOrder(place, made, expected));
    const again =
      how.again === 0 ? undefined : places.find((place) => made.has(place) && isNewest(place, made, expected));
    const place = next ?? again;
    if (place === undefined) return { made, through, wrong: write };
    made.add(place);
    while (made.has(through)) through += 1;
  }
  return { made, through };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

function keepsOrder(place: number, made: ReadonlySet<number>, expected: readonly SeenWrite[]): boolean {
  return expected.slice(0, place).every(({ key }, before) => key !== expected[place]!.key || made.has(before));
}

function isNewest(place: number, made: ReadonlySet<number>, expected: readonly SeenWrite[]): boolean {
  return ![...made].some((other) => other > place && expected[other]!.key === expected[place]!.key);
}
