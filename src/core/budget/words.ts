import { reservedCalls, type BudgetFacts, type CallEstimate, type Room } from './policy.js';

/**
 * Why the budget stopped a job, with the figures and when it goes on.
 * @param needed calls that the next step may need
 * @param goesOnAt when there will be room by the calls this plugin made; undefined: not known, or never
 */
export function budgetStopWords(
  { setting }: Room,
  facts: BudgetFacts,
  needed: number,
  goesOnAt: string | undefined,
): string {
  const need = `the next step may need ${number(needed)}`;
  if (setting === 'daily-api-limit') {
    const { limit, used } = facts;
    const stop = `The setting daily-api-limit allows ${number(limit ?? 0)} API calls in 24 hours: ${number(used)} are used, and ${need}.`;
    if (needed > (limit ?? 0)) return `${stop} The limit is too small for that at any time.`;
    return goesOnAt === undefined ? stop : `${stop} There is room again from ${minute(goesOnAt)} on.`;
  }
  return `The org has used ${orgFigures(facts)}, and ${need}. There is room again as its calls grow older than 24 hours.`;
}

/** Said before a run when its calls will not do. */
export function tooFewWords({ calls, exact }: CallEstimate, room: Room, facts: BudgetFacts): string {
  const needed = `${exact ? '' : 'About '}${number(calls)} API ${calls === 1 ? 'call is' : 'calls are'} needed`;
  const why =
    room.setting === 'api-reserve'
      ? `the org has used ${orgFigures(facts)}`
      : `the setting daily-api-limit allows ${number(facts.limit ?? 0)} in 24 hours, ${number(facts.used)} are used`;
  const left = `${number(Math.max(0, room.calls))} are left today (${why})`;
  return `${needed} to the end of the source, and ${left}. A run stops before that is used up, and a later one goes on from there.`;
}

function orgFigures(facts: BudgetFacts): string {
  const { used, max } = facts.org ?? { used: 0, max: 0 };
  const reserved = `${number(reservedCalls(facts) ?? 0)} (${facts.reserve} %)`;
  return `${number(used)} of its ${number(max)} API calls in 24 hours, of which the setting api-reserve keeps ${reserved} untouched`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** `2026-11-23 19:00 UTC` */
function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
