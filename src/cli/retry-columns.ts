import type { ExportError } from '../core/export-error.js';
import type { JobSpec } from '../core/job.js';

/**
 * Columns that stand for those of a source that cannot be read: what the mapping names, else what the stored payloads
 * hold (a lookup as `Relation.Field__c`). The stored payloads are then all there is to send (R1). What clears a field
 * names no column: `ParentId: null` in one payload and `Parent: {…}` in another are the same field.
 */
export function sourceColumnsOf(spec: JobSpec, pending: readonly ExportError[]): string[] {
  const mapping = Object.values(spec.mapping ?? {});
  if (mapping.length > 0) return [...new Set(mapping.flatMap((entry) => ('column' in entry ? [entry.column] : [])))];
  const columns = new Map<string, string>();
  for (const { payload } of pending) {
    for (const [name, value] of Object.entries(payload ?? {})) {
      if (value !== null && !columns.has(name)) columns.set(name, column(name, value));
    }
  }
  return [...new Set([spec.externalId, ...columns.values()])];
}

function column(name: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return name;
  const inner = Object.keys(value).find((key) => key !== 'attributes');
  return inner === undefined ? name : `${name}.${inner}`;
}
