import { createHash } from 'node:crypto';
import type { JobId } from '../core/job.js';
import { corruptFault } from './faults.js';
import { currentPlan, stepsFrom } from './migrations.js';
import type { Migration, VersionPlan } from './migrations.js';
import { isPlainObject, problemOf, storedChange } from './schema.js';
import { storeVersion } from './store-data.js';
import type { StoredChange } from './store-data.js';

/*
 * A journal is text: a header line, then one line per commit. A line is the first 16 hex digits of the SHA-256 of its
 * JSON, a blank, and the JSON. Lines are synced one by one, so only the last one can be torn by a kill or a power cut.
 */

export type JournalHeader = {
  readonly version: number;
  readonly journal: string;
  readonly orgId: string;
  readonly job: string;
};

export type JournalEntry = { readonly seq: number; readonly change: StoredChange };

/** A journal as read. `header` is null when not even its first line was finished: then it holds no commit. */
export type Journal = { readonly header: JournalHeader | null; readonly entries: readonly JournalEntry[] };

export function encodeHeader(id: JobId, journal: string): string {
  return encodeLine(JSON.stringify({ version: storeVersion, journal, orgId: id.orgId, job: id.name }));
}

/** @param change the change as JSON, so that it is written exactly as it was checked */
export function encodeEntry(seq: number, change: string): string {
  return encodeLine(`{"seq":${seq},"change":${change}}`);
}

function encodeLine(json: string): string {
  return `${checksum(json)} ${json}\n`;
}

function checksum(json: string): string {
  return createHash('sha256').update(json, 'utf8').digest('hex').slice(0, 16);
}

/**
 * Reads a journal. A last line that is torn is left out; it was never acknowledged.
 * @throws LedgerFault `corrupt` when a line before the last is damaged, `newer-version`
 */
export function decodeJournal(text: string, path: string, plan: VersionPlan = currentPlan): Journal {
  const lines = text.split('\n');
  // What follows the last line break is an unfinished line, or nothing; a line may also be torn before its end.
  const unfinished = lines.pop();
  const parsed = lines.map(decodeLine);
  if (unfinished === '' && parsed.at(-1) === undefined) parsed.pop();
  const damaged = parsed.indexOf(undefined);
  const refuse = (index: number, problem: string): never => {
    throw corruptFault({ path, at: `line ${index + 1}`, problem });
  };
  if (damaged >= 0) return refuse(damaged, 'the line is damaged');
  const [first, ...rest] = parsed;
  if (first === undefined) return { header: null, entries: [] };
  const steps = stepsFrom(first['version'], path, plan);
  if (steps === undefined || !isHeader(first)) return refuse(0, 'not the header of a journal');
  const entries = rest.map((line, index) => {
    const entry = migrateEntry(line, steps);
    return isEntry(entry) ? entry : refuse(index + 1, problemOf(storedChange, entry['change'])?.at ?? 'not a commit');
  });
  const gap = entries.findIndex((entry, index) => index > 0 && entry.seq !== (entries[index - 1]?.seq ?? 0) + 1);
  return gap >= 0 ? refuse(gap + 1, 'a commit is missing before it') : { header: first, entries };
}

function decodeLine(line: string): Record<string, unknown> | undefined {
  const json = line.slice(17);
  if (line.slice(0, 17) !== `${checksum(json)} `) return undefined;
  const value: unknown = JSON.parse(json);
  return isPlainObject(value) ? value : undefined;
}

function migrateEntry(line: Record<string, unknown> | undefined, steps: readonly Migration[]): Record<string, unknown> {
  const change = line?.['change'];
  if (line === undefined || !isPlainObject(change)) return {};
  return { ...line, change: steps.reduce((older, step) => step.change(older), change) };
}

function isHeader(value: Record<string, unknown>): value is Record<string, unknown> & JournalHeader {
  return ['journal', 'orgId', 'job'].every((key) => typeof value[key] === 'string' && value[key] !== '');
}

function isEntry(value: Record<string, unknown>): value is Record<string, unknown> & JournalEntry {
  return Number.isInteger(value['seq']) && problemOf(storedChange, value['change']) === undefined;
}
