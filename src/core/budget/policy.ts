import type { OrgApiUsage } from '../ports/transport.js';
import type { BudgetSetting } from '../run-record.js';

/** What the budget of an org is told by (A1). */
export type BudgetFacts = {
  /** Setting `daily-api-limit`; null: none. */
  readonly limit: number | null;
  /** API calls of this plugin in the last 24 hours. */
  readonly used: number;
  /** Setting `api-reserve`, percent of what the org allows. */
  readonly reserve: number;
  /** null: no answer of the org told it. */
  readonly org: OrgApiUsage | null;
};

/** Calls that may still be made, and the setting that allows no more. `calls` may be below 0: others spend as well. */
export type Room = { readonly calls: number; readonly setting: BudgetSetting };

/** API calls that the rest of a source is going to take if the org refuses none of it. */
export type CallEstimate = { readonly calls: number; readonly exact: boolean };

/** Calls of the org's own allocation that are never touched; a part of a call counts as one. */
export function reservedCalls({ reserve, org }: Pick<BudgetFacts, 'reserve' | 'org'>): number | null {
  return org === null ? null : Math.ceil((org.max * reserve) / 100);
}

/** The smaller of what the two settings leave; null: nothing bounds it, as far as is known. */
export function roomOf(facts: BudgetFacts): Room | null {
  const { limit, used, org } = facts;
  const byLimit: Room | null = limit === null ? null : { calls: limit - used, setting: 'daily-api-limit' };
  const reserved = reservedCalls(facts);
  const byReserve: Room | null =
    org === null || reserved === null ? null : { calls: org.max - reserved - org.used, setting: 'api-reserve' };
  if (byLimit === null || byReserve === null) return byLimit ?? byReserve;
  return byReserve.calls < byLimit.calls ? byReserve : byLimit;
}

/** The room when it is too small for so many calls; undefined: they may be made. */
export function tooLittle(facts: BudgetFacts, calls: number): Room | undefined {
  const room = roomOf(facts);
  return room !== null && room.calls < calls ? room : undefined;
}
