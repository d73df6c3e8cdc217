import type { RootCause } from '../core/root-causes.js';
import type { TableBlock } from './blocks.js';
import { clip } from './escape.js';

const shownCauses = 10;

/** Why records failed: one line for each code and its fields, the most frequent first. */
export function rootCauseTable(causes: readonly RootCause[], title: string): TableBlock {
  return {
    kind: 'table',
    title: causes.length > shownCauses ? `${title} (the ${shownCauses} most frequent of ${causes.length})` : title,
    columns: [
      { key: 'records', name: 'Records', align: 'right' },
      { key: 'code', name: 'Code' },
      { key: 'fields', name: 'Fields' },
      { key: 'message', name: 'For example' },
    ],
    rows: causes.slice(0, shownCauses).map(({ count, statusCode, fields, message }) => ({
      records: count.toLocaleString('en-US'),
      code: clip(statusCode, 80),
      fields: clip(fields.join(', '), 80),
      message: clip(message, 120),
    })),
  };
}
