import type { ApiError } from './api-error.js';
import type { ObjectDescribe } from './describe.js';
import { isOpen, type ExportError, type OmittedPayload } from './export-error.js';
import type { JobSpec } from './job.js';
import { mergePayloads, payloadField } from './mapping/payload.js';
import type { Payload, Position, RecordKey } from './record.js';
import { categoryOf, withoutEchoes } from './status-codes.js';

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
 * A record was refused in a run (table 4.1): a new row opens, or the open row of the key counts one more attempt, takes
 * the newest errors and position, and its payload is merged (R3: an absent field overwrites nothing).
 * A second refusal within the same run is the same attempt (H3).
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
  if (open === undefined || !isOpen(open)) {
    return {
      id: id(),
      orgId: facts.orgId,
      job: facts.job.name,
      object: facts.job.object,
      operation: facts.job.operation,
      externalId: facts.job.externalId,
      key: facts.key.display,
      canonicalKey: facts.key.canonical,
      ...seen,
      payload: facts.payload,
      payloadOmitted: facts.payloadOmitted,
      status: 'pending',
      attempts: 1,
      retries: 0,
      firstFailedAt: facts.now,
      settledAt: null,
      recordId: null,
      note: null,
    };
  }
  const omitted = facts.payloadOmitted !== null || open.payloadOmitted !== null;
  return {
    ...open,
    ...seen,
    key: facts.key.display,
    payload: omitted ? facts.payload : merged(open.payload, facts.payload, facts.describe),
    payloadOmitted: omitted ? (facts.payloadOmitted ?? open.payloadOmitted) : null,
    attempts: open.run === facts.run ? open.attempts : open.attempts + 1,
  };
}

/** What the org accepted, seen from the open row of its key. */
export type AcceptanceFacts = {
  readonly row: number;
  /** The fields the accepted record set; a lookup counts by its field, whichever way it was written. */
  readonly fields: readonly string[];
  readonly recordId: string;
  readonly now: string;
};

/**
 * The key of an open row was accepted: the refused record itself (same position) is resolved; a newer version takes
 * the fields it set out of the payload, and nothing left is superseded (R3).
 */
export function accepted(open: ExportError, facts: AcceptanceFacts, describe: ObjectDescribe): ExportError {
  const settled = { settledAt: facts.now, recordId: facts.recordId };
  if (facts.row === open.row) return { ...open, ...settled, status: 'resolved' };
  const set = new Set(facts.fields);
  if (open.payloadOmitted !== null) {
    const fields = open.payloadOmitted.fields.filter((field) => !set.has(field));
    if (fields.length === 0) return { ...open, ...settled, status: 'superseded' };
    return { ...open, payloadOmitted: { ...open.payloadOmitted, fields } };
  }
  const payload = Object.entries(open.payload ?? {});
  const left = payload.filter(([name, value]) => !set.has(payloadField(name, value, describe)));
  if (left.length === 0) return { ...open, ...settled, status: 'superseded' };
  return { ...open, payload: Object.fromEntries([...keyEntry(open), ...left]) };
}

/** The row at its position has another key, or is gone; or a `#row:` position now holds a usable record, or none. */
export function superseded(open: ExportError, now: string): ExportError {
  return { ...open, status: 'superseded', settledAt: now };
}

/** The external ID stays in a payload, whatever was taken out of it. */
function keyEntry(open: ExportError): [string, Payload[string]][] {
  const value = open.payload?.[open.externalId];
  return value === undefined ? [] : [[open.externalId, value]];
}

function merged(older: Payload | null, newer: Payload | null, describe: ObjectDescribe): Payload | null {
  if (older === null || newer === null) return newer ?? older;
  return mergePayloads(older, newer, describe);
}
