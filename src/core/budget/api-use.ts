import type { ApiUseBucket, OrgUsageAt } from '../ports/ledger.js';

const hourMs = 3_600_000;
/** Buckets that a limit for 24 hours looks at: the hour that runs and the 23 before it. */
const hoursOfDay = 24;

/** API calls of the last 24 hours, by whole hours (UTC). */
export type DayUse = { last24Hours: number; hours: ApiUseBucket[] };

/**
 * API calls of an org in the 24 hours up to `now`. Hours after the next one come from a clock that ran ahead: counting
 * them would keep a job from running until that day comes.
 */
export function apiUseOf(buckets: readonly ApiUseBucket[], orgId: string, now: string): DayUse {
  const dayAgo = hourAt(now, -hoursOfDay);
  const next = hourAt(now, 1);
  const hours = buckets
    .filter((bucket) => bucket.orgId === orgId && bucket.hour > dayAgo && bucket.hour <= next)
    .map(({ hour, calls }) => ({ orgId, hour, calls }));
  return { last24Hours: hours.reduce((sum, bucket) => sum + bucket.calls, 0), hours };
}

/** The org's own count as it was last seen; null where no answer told it in the time that is kept. */
export function lastOrgUsage(buckets: readonly ApiUseBucket[], orgId: string): OrgUsageAt | null {
  const seen = buckets.flatMap((bucket) => (bucket.orgId === orgId && bucket.org !== undefined ? [bucket.org] : []));
  return seen.reduce<OrgUsageAt | null>((last, one) => (last === null || one.at > last.at ? one : last), null);
}

/** When so many calls will have left the 24 hours, ISO 8601; `now` stands for those that no bucket holds yet. */
export function freeAt(hours: readonly ApiUseBucket[], calls: number, now: string): string {
  let left = calls;
  for (const { hour, calls: freed } of hours.toSorted((a, b) => (a.hour < b.hour ? -1 : 1))) {
    left -= freed;
    if (left <= 0) return startOf(hourAt(startOf(hour), hoursOfDay));
  }
  return startOf(hourAt(now, hoursOfDay));
}

/** `2026-11-23T19`, so many hours from a time. */
function hourAt(time: string, hours: number): string {
  return new Date(Date.parse(time) + hours * hourMs).toISOString().slice(0, 13);
}

function startOf(hour: string): string {
  return `${hour}:00:00.000Z`;
}
