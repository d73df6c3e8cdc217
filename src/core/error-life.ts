import type { ApiError } from './api-error.js';
import type { ObjectDescribe } from './describe.js';
import { isOpen, type ExportError, type OmittedPayload } from './export-error.js';
import type { JobSpec } from './job.js';
import { mergePayloads, payloadField, payloadFields } from './mapping/payload.js';
import type { Payload, Position, RecordKey } from './record.js';
import { categoryOf, withoutEchoes } from './status-codes.js';

/*
 * The life of an ExportError (design.md 4.1): each function is one event, takes the row as it is and returns it as it
 * becomes. Run, retry and the admin's commands change rows through these and in no other way.
 */

/** A payload of more bytes of JSON than this is not stored (design.md 4). */
export const storedPayloadBytes = 32 * 1024;

/** Everything known of a record at the moment it was refused. */
export type RefusalFacts = {
  readonly orgId: string;
  readonly job: Pick<JobSpec, 'name' | 'object' | 'operation' | 'externalId'>;
  readonly describe: ObjectDescribe;
  readonly source: string;
  readonly key: RecordKey;
  readonly position: Position;
  readonly payload: Payload | null;
  readonly payloadOmitted: OmittedPayload | null;
  readonly errors: readonly ApiError[];
  readonly run: number;
  readonly now: string;
};

/**
 * A record was refused in a run: a new row opens, or the open row of the key counts one more attempt, takes the newest
 * errors and position, and its payload is merged (R3: an absent field overwrites nothing). A second refusal within the
 * same run is the same attempt (H3).
 */
export function refused(open: ExportError | undefined, facts: RefusalFacts, id: () => string): ExportError {
  const seen = {
    source: facts.source,
    row: facts.position.row,
    line: facts.position.line ?? null,
    errors: withoutEchoes(facts.errors),
    category: categoryOf(facts.errors),
    run: facts.run,
    lastFailedAt: facts.now,
  };
  if (open === undefined || !isOpen(open)) return { ...opened(facts, id()), ...seen };
  return {
    ...open,
    ...seen,
    ...mergedPayload(open, facts),
    key: facts.key.display,
    firstRow: Math.min(open.firstRow, facts.position.row),
    attempts: open.run === facts.run ? open.attempts : open.attempts + 1,
  };
}

type Seen = 'source' | 'row' | 'line' | 'errors' | 'category' | 'run' | 'lastFailedAt';

function opened(facts: RefusalFacts, id: string): Omit<ExportError, Seen> {
  return {
    id,
    orgId: facts.orgId,
    job: facts.job.name,
    object: facts.job.object,
    operation: facts.job.operation,
    externalId: facts.job.externalId,
    key: facts.key.display,
    canonicalKey: facts.key.canonical,
    firstRow: facts.position.row,
    payload: facts.payload,
    payloadOmitted: facts.payloadOmitted,
    olderFields: [],
    newerRow: null,
    status: 'pending',
    attempts: 1,
    retries: 0,
    firstFailedAt: facts.now,
    settledAt: null,
    recordId: null,
    note: null,
  };
}

/** What `retry` found out about a row. */
export type RetryFacts = Pick<RefusalFacts, 'describe' | 'payload' | 'payloadOmitted' | 'errors' | 'run' | 'now'> & {
  /** Retries after which a row is quarantined; 0 = never. */
  readonly maxRetries: number;
};

/** A retry was refused too. */
export function refusedInRetry(open: ExportError, facts: RetryFacts): ExportError {
  const retries = open.run === facts.run ? open.retries : open.retries + 1;
  const enough = facts.maxRetries > 0 && retries >= facts.maxRetries;
  return {
    ...open,
    ...mergedPayload(open, { ...facts, position: { row: open.row } }),
    errors: withoutEchoes(facts.errors),
    category: categoryOf(facts.errors),
    run: facts.run,
    lastFailedAt: facts.now,
    attempts: open.run === facts.run ? open.attempts : open.attempts + 1,
    retries,
    status: enough ? 'quarantined' : open.status,
  };
}

/** A retry sent everything that is owed of the key, and the org accepted it. */
export function resolvedInRetry(open: ExportError, recordId: string, now: string): ExportError {
  return { ...open, status: 'resolved', settledAt: now, recordId };
}

/** What the org accepted in a run, seen from the open row of its key. */
export type AcceptanceFacts = {
  readonly row: number;
  /** The fields the accepted record set; a lookup counts by its field, whichever way it was written. */
  readonly fields: readonly string[];
  readonly recordId: string;
  readonly now: string;
};

/**
 * The key of an open row was accepted. A newer version takes the fields it set out of the payload, and nothing left is
 * superseded (R3). The refused record itself (same position) is resolved, unless fields of an earlier refused row of
 * its key are still owed.
 */
export function accepted(open: ExportError, facts: AcceptanceFacts, describe: ObjectDescribe): ExportError {
  const settled = { settledAt: facts.now, recordId: facts.recordId };
  const same = facts.row === open.row;
  const set = new Set(facts.fields);
  const isOwed = (field: string): boolean => !set.has(field) && (!same || open.olderFields.includes(field));
  const newerRow = same ? open.newerRow : Math.max(open.newerRow ?? 0, facts.row);
  const left = narrowed({ ...open, newerRow }, isOwed, describe);
  return left ?? { ...open, ...settled, status: same ? 'resolved' : 'superseded' };
}

/**
 * The job stayed on this row, and the row at its position has another key now, or is gone (R2): it is superseded. What
 * earlier refused rows of its key owe is no business of that position, and stays owed.
 */
export function leftBehind(open: ExportError, now: string, describe: ObjectDescribe): ExportError {
  const isOwed = (field: string): boolean => open.olderFields.includes(field) && field !== open.externalId;
  return narrowed(open, isOwed, describe) ?? superseded(open, now);
}

/** The row with only those fields that are still owed; undefined: none is. */
function narrowed(
  open: ExportError,
  isOwed: (field: string) => boolean,
  describe: ObjectDescribe,
): ExportError | undefined {
  const olderFields = open.olderFields.filter(isOwed);
  if (open.payloadOmitted !== null) {
    const fields = open.payloadOmitted.fields.filter(isOwed);
    return fields.length === 0
      ? undefined
      : { ...open, olderFields, payloadOmitted: { ...open.payloadOmitted, fields } };
  }
  const owed = Object.entries(open.payload ?? {}).filter(([name, value]) =>
    isOwed(payloadField(name, value, describe)),
  );
  if (owed.length === 0) return undefined;
  return { ...open, olderFields, payload: Object.fromEntries([...keyEntry(open), ...owed]) };
}

/** The row at its position has another key, or is gone; or a `#row:` position now holds a usable record, or none. */
export function superseded(open: ExportError, now: string): ExportError {
  return { ...open, status: 'superseded', settledAt: now };
}

/** A person's decision about a row, kept in its note. */
export type Decision = { readonly reason: string; readonly user: string; readonly now: string };

/** An admin closes the row: the org has what it needs of this record. */
export function discarded(open: ExportError, decision: Decision, word = 'Discarded'): ExportError {
  return { ...noted(open, word, decision), status: 'discarded', settledAt: decision.now };
}

/** An admin takes the row out of the retries. */
export function quarantined(open: ExportError, decision: Decision): ExportError {
  return { ...noted(open, 'Quarantined', decision), status: 'quarantined' };
}

/**
 * An admin gives the row back to the retries. `attempts` tells the record's whole story and stays; `retries` starts
 * anew, because with the old count the next refused retry would quarantine the row at once.
 */
export function requeued(open: ExportError, decision: Decision): ExportError {
  return { ...noted(open, 'Requeued', decision), status: 'pending', retries: 0 };
}

/** Decisions stay with their row, one line for each, the newest last. */
export function noted(row: ExportError, word: string, { reason, user, now }: Decision): ExportError {
  const line = `${word} by ${user} at ${now}: ${reason.trim().replace(/\s+/g, ' ')}`;
  return { ...row, note: row.note === null ? line : `${row.note}\n${line}` };
}

/** The external ID stays in a payload, whatever was taken out of it. */
function keyEntry(open: ExportError): [string, Payload[string]][] {
  const value = open.payload?.[open.externalId];
  return value === undefined ? [] : [[open.externalId, value]];
}

type PayloadParts = Pick<ExportError, 'payload' | 'payloadOmitted' | 'olderFields'>;
type NewerPayload = Pick<RefusalFacts, 'payload' | 'payloadOmitted' | 'describe' | 'position'>;

function mergedPayload(open: ExportError, newer: NewerPayload): PayloadParts {
  const own = new Set(payloadFieldsOf(newer, newer.describe));
  const olderFields = newer.position.row === open.row ? open.olderFields : payloadFieldsOf(open, newer.describe);
  const omitted = newer.payloadOmitted ?? open.payloadOmitted;
  if (omitted !== null) {
    const fields = [...new Set([...omitted.fields, ...own, ...olderFields])];
    return { payload: null, payloadOmitted: { ...omitted, fields }, olderFields };
  }
  const both = open.payload !== null && newer.payload !== null;
  const payload = both ? mergePayloads(open.payload, newer.payload, newer.describe) : (newer.payload ?? open.payload);
  return { payload, payloadOmitted: null, olderFields };
}

/** Names of the fields that are owed of a record that was refused. */
export function payloadFieldsOf(
  of: Pick<ExportError, 'payload' | 'payloadOmitted'>,
  describe: ObjectDescribe,
): readonly string[] {
  return of.payload === null ? (of.payloadOmitted?.fields ?? []) : payloadFields(of.payload, describe);
}
