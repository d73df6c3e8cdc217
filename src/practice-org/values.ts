import type { ExactNumber } from './exact-number.js';

/**
 * What a field of a committed record holds. Dates, times and date-times are text in the org's own form
 * (`2026-01-02`, `21:33:43.000Z`, `2026-01-02T21:33:43.000+0000`), Ids have 18 characters.
 */
export type FieldValue = string | number | boolean | null | ExactNumber;

/** A record as the org holds it: field API names, always with `Id`. Never changed in place once it is stored. */
export type Row = Readonly<Record<string, FieldValue>>;

/** A record on its way into the org; before triggers may change it. */
export type DraftRow = Record<string, FieldValue>;

export type JsonObject = Record<string, unknown>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any value as a message shows it: text and numbers as they are, anything else as JSON. */
export const shown = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
