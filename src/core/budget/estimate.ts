import type { SourceCursor } from '../record.js';
import type { Window } from '../run/window.js';
import type { ApiBudget } from './api-budget.js';
import { roomOf, type BudgetFacts, type CallEstimate } from './policy.js';
import { tooFewWords } from './words.js';

/** An estimate beside what may be spent. */
export type AffordableEstimate = CallEstimate & {
  /** Calls left today; null: nothing bounds them. */
  readonly left: number | null;
  readonly fits: boolean;
};

/**
 * From the first window and how far the source reaches, without reading it: exact where the window is all there is, else
 * by the mean length of its records. undefined: nothing can be said.
 */
export function estimateCalls({ entries, ended }: Window, extent: SourceCursor | null): CallEstimate | undefined {
  if (ended) return { calls: entries.length === 0 ? 0 : 1, exact: true };
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined || extent === null || last.end <= first.end) return undefined;
  const mean = (last.end - first.end) / (entries.length - 1);
  const rest = Math.max(0, extent - last.end) / mean;
  return { calls: 1 + Math.ceil(rest / entries.length), exact: false };
}

export type RestOfSource = {
  /** The first window of a run. */
  readonly window: Window;
  readonly extent: SourceCursor | null;
  /** Its first record goes out by itself (H2). */
  readonly alone: boolean;
  /** Calls that must be left before a window is begun. */
  readonly reserve: number;
  readonly budget: Pick<ApiBudget, 'facts'>;
};

/** What a run says before it sends its first record; `warning` where the calls will not do. */
export function estimateRest(
  rest: RestOfSource,
): (AffordableEstimate & { readonly warning: string | null }) | undefined {
  const { window, extent, alone, reserve, budget } = rest;
  const first = estimateCalls(window, extent);
  if (first === undefined || first.calls === 0) return undefined;
  const calls = first.calls + (alone && window.entries.length > 1 ? 1 : 0);
  const warning = unaffordable({ ...first, calls }, reserve, budget.facts());
  const room = roomOf(budget.facts());
  return { calls, exact: first.exact, left: room && Math.max(0, room.calls), fits: warning === null, warning };
}

/**
 * A warning where so many calls will not do, else null.
 * @param reserve calls that must be left before the last of them is made
 */
export function unaffordable(estimate: CallEstimate, reserve: number, facts: BudgetFacts): string | null {
  const room = roomOf(facts);
  return room === null || estimate.calls - 1 + reserve <= room.calls ? null : tooFewWords(estimate, room, facts);
}
