import type { JobSpec } from '../job.js';

/** Do two definitions make the same records of the same source? The file's path may differ: it may have moved. */
export function sameRecords(one: JobSpec, other: JobSpec): boolean {
  const { path: _onePath, ...oneSource } = one.source;
  const { path: _otherPath, ...otherSource } = other.source;
  return same([one.mapping, oneSource], [other.mapping, otherSource]);
}

export function sameSpec(one: JobSpec | null, other: JobSpec): boolean {
  return one !== null && same(one, other);
}

/** By value; the order of names counts for nothing. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, inOrder) === JSON.stringify(other, inOrder);
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
