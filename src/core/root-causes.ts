import type { ErrorCategory } from './api-error.js';
import type { ExportError } from './export-error.js';

/** Records that failed for one reason: the same status code on the same fields. One fix often clears them all. */
export type RootCause = {
  readonly statusCode: string;
  readonly fields: readonly string[];
  /** Records with this error; a record with two errors counts in both. */
  readonly count: number;
  readonly category: ErrorCategory;
  /** Of the first such record. */
  readonly message: string;
  readonly exampleId: string;
  readonly exampleKey: string;
};

/** The reasons behind these rows, the most frequent first. */
export function rootCauses(rows: readonly ExportError[]): RootCause[] {
  const causes = new Map<string, RootCause>();
  for (const row of rows) {
    const seen = new Set<string>();
    for (const { statusCode, fields, message } of row.errors) {
      const names = fields.toSorted();
      const identity = JSON.stringify([statusCode, ...names]);
      if (seen.has(identity)) continue;
      seen.add(identity);
      const known = causes.get(identity);
      causes.set(
        identity,
        known === undefined
          ? {
              statusCode,
              fields: names,
              count: 1,
              category: row.category,
              message,
              exampleId: row.id,
              exampleKey: row.key,
            }
          : { ...known, count: known.count + 1 },
      );
    }
  }
  // A stable sort keeps the order of first appearance among equals.
  return [...causes.values()].sort((a, b) => b.count - a.count);
}
