import type { StoppedBy } from '../core/run-record.js';
import type { ApiError } from '../core/api-error.js';
import { escapeText } from './escape.js';

/** `1 record`, `2 records`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}

/** `2026-11-23 19:04:05 UTC`; times are for people, and in UTC (K1). */
export function time(iso: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(iso);
  return parts === null ? escapeText(iso) : `${parts[1]} ${parts[2]} UTC`;
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `row 437 (line 438)`. */
export function place(position: { readonly row: number; readonly line: number | null }): string {
  const row = `row ${position.row.toLocaleString('en-US')}`;
  return position.line === null ? row : `${row} (line ${position.line.toLocaleString('en-US')})`;
}

/** `CODE: message [Field1, Field2]`, escaped. */
export function errorLine({ statusCode, message, fields }: ApiError): string {
  const about = fields.length === 0 ? '' : ` [${fields.map(escapeText).join(', ')}]`;
  return `${escapeText(statusCode)}: ${escapeText(message)}${about}`;
}

/** Why it stopped, and what to do about that. */
export function stopLines(word: string, { message, actions = [] }: StoppedBy): string[] {
  return [`${word}: ${escapeText(message)}`, ...actions.map((action) => `  - ${action}`)];
}
