import { isOpen, type ExportError, type ExportErrorStatus } from './export-error.js';

/** What to look for in the ExportErrors table; what is undefined does not narrow the search. */
export type ErrorFilter = {
  readonly orgId: string;
  readonly job?: string;
  /** `open` stands for pending and quarantined. */
  readonly status?: ExportErrorStatus | 'open' | 'all';
  readonly code?: string;
  readonly object?: string;
  /** The key as written, or as it counts (any case, trimmed). */
  readonly key?: string;
};

/** The rows a filter finds (open ones, if it names no status), by job and then in the order of the source. */
export function findErrors(rows: readonly ExportError[], filter: ErrorFilter): ExportError[] {
  return rows.filter((row) => matches(row, filter)).sort(bySource);
}

function matches(row: ExportError, filter: ErrorFilter): boolean {
  return (
    row.orgId === filter.orgId &&
    hasStatus(row, filter.status ?? 'open') &&
    (filter.job === undefined || row.job === filter.job) &&
    (filter.object === undefined || sameWord(row.object, filter.object)) &&
    (filter.code === undefined || hasCode(row, filter.code)) &&
    (filter.key === undefined || hasKey(row, filter.key))
  );
}

export function hasCode(row: ExportError, code: string): boolean {
  return row.errors.some(({ statusCode }) => sameWord(statusCode, code));
}

function hasStatus(row: ExportError, status: ExportErrorStatus | 'open' | 'all'): boolean {
  if (status === 'all') return true;
  return status === 'open' ? isOpen(row) : row.status === status;
}

function hasKey(row: ExportError, key: string): boolean {
  const wanted = key.trim().normalize('NFC');
  return row.key === key || row.canonicalKey === wanted || row.canonicalKey === wanted.toLowerCase();
}

/** API names and status codes are matched without regard to case, as the API does. */
function sameWord(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function bySource(a: ExportError, b: ExportError): number {
  return byText(a.job, b.job) || a.row - b.row || byText(a.id, b.id);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The rows of an org whose id starts with this text; the id itself is found even if it starts others. */
export function findById(rows: readonly ExportError[], orgId: string, prefix: string): readonly ExportError[] {
  const wanted = prefix.toLowerCase();
  const found = rows.filter((row) => row.orgId === orgId && row.id.toLowerCase().startsWith(wanted));
  const exact = found.find((row) => row.id.toLowerCase() === wanted);
  return exact === undefined ? found : [exact];
}

/**
 * How many characters of the ids are enough to tell them apart, at least 8: what tables show, and what `--id` takes.
 * Of sorted ids only neighbours can share their longest beginning.
 */
export function idLength(ids: readonly string[]): number {
  const sorted = ids.toSorted();
  let needed = 8;
  for (let i = 1; i < sorted.length; i++) {
    const shared = sharedLength(sorted[i - 1]!, sorted[i]!);
    if (shared >= needed) needed = shared + 1;
  }
  return needed;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
