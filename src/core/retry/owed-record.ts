import type { ObjectDescribe } from '../describe.js';
import { payloadFieldsOf } from '../error-life.js';
import type { ExportError } from '../export-error.js';
import { encodePayload, mergePayloads, payloadField, payloadFields, type PayloadContext } from '../mapping/payload.js';
import { isRowKey, keyOfRow, type EncodedRecord, type Payload, type Position } from '../record.js';
import type { Current } from './current-data.js';

/** What is to be done about one pending ExportError. */
export type Owed =
  /** send it (or refuse it again, where it still cannot be made) */
  | { readonly kind: 'record'; readonly error: ExportError; readonly record: EncodedRecord }
  /** its position holds a usable record now, or none (table 4.1); `record`: no run will come to it, so it must be sent */
  | { readonly kind: 'superseded'; readonly error: ExportError; readonly record: EncodedRecord | null }
  /** its payload was too large to store and a row of it is gone, or it is known by its place alone, which was not read */
  | { readonly kind: 'no-data'; readonly error: ExportError };

export type OwedContext = PayloadContext & {
  /** The part of the source before the checkpoint is as it was: the refused rows are still there. */
  readonly positionsHold: boolean;
  /** The last row that current data was taken from. */
  readonly readThrough: number;
  /** Was the place of the row looked at? */
  readonly wasRead: (error: ExportError) => boolean;
};

/**
 * The record that a pending row owes the org: the current data of its key, mapped anew; the stored payload lies
 * underneath only where the refused row itself is gone (R1). Rows of the key refused before it may be gone although it
 * stands: what they owe lies underneath too.
 */
export function owedRecord(error: ExportError, current: Current | undefined, context: OwedContext): Owed {
  if (isRowKey(error.canonicalKey)) return owedPosition(error, current, context);
  const stands = context.positionsHold && current?.stands === true && current.payload !== null;
  const whole = stands
    ? withOlder(error, current.payload, context.describe)
    : underneath(error, current?.payload ?? null, context.describe);
  if (whole === null) return { kind: 'no-data', error };
  const payload = stillOwed(error, whole, context);
  const only = stands && payload === current.payload ? current.only : null;
  return only === null ? made(error, payload, context) : { kind: 'record', error, record: only };
}

/** A position that was read again. Where positions do not hold, the next run starts at row 1 and comes to it. */
function owedPosition(error: ExportError, current: Current | undefined, context: OwedContext): Owed {
  if (!context.wasRead(error)) return { kind: 'no-data', error };
  const { only = null, payload = null } = current ?? {};
  if (only !== null && isRowKey(only.key.canonical)) return { kind: 'record', error, record: only };
  if (payload === null || !context.positionsHold) return { kind: 'superseded', error, record: null };
  return { kind: 'superseded', error, record: only ?? encodePayload(payload, context, placeOf(error)) };
}

/** The current data over the fields of earlier refused rows that it does not set; null when those are nowhere. */
function withOlder(error: ExportError, current: Payload, describe: ObjectDescribe): Payload | null {
  const known = new Set(payloadFields(current, describe));
  const missing = error.olderFields.filter((field) => !known.has(field));
  if (missing.length === 0) return current;
  if (error.payload === null) return error.payloadOmitted === null ? current : null;
  const older = Object.entries(error.payload).filter(([name, value]) =>
    missing.includes(payloadField(name, value, describe)),
  );
  return older.length === 0 ? current : { ...Object.fromEntries(older), ...current };
}

/** A newer row of the key was accepted that is out of reach now: what it set is newer than what was read (R3). */
function stillOwed(error: ExportError, payload: Payload, { readThrough, describe }: OwedContext): Payload {
  const { newerRow } = error;
  if (newerRow === null || newerRow <= readThrough) return payload;
  const owed = new Set(payloadFieldsOf(error, describe)).add(error.externalId);
  const entries = Object.entries(payload);
  const kept = entries.filter(([name, value]) => owed.has(payloadField(name, value, describe)));
  return kept.length === entries.length ? payload : Object.fromEntries(kept);
}

function underneath(error: ExportError, current: Payload | null, describe: ObjectDescribe): Payload | null {
  if (error.payload !== null) return current === null ? error.payload : mergePayloads(error.payload, current, describe);
  if (current === null) return null;
  const known = new Set(payloadFields(current, describe));
  const missing = error.payloadOmitted?.fields.some((field) => !known.has(field)) ?? false;
  return missing ? null : current;
}

function made(error: ExportError, payload: Payload, context: PayloadContext): Owed {
  const record = encodePayload(payload, context, placeOf(error));
  // The row keeps its key, whatever the payload says of it.
  const key = { canonical: error.canonicalKey, display: error.key };
  const known = record.key.canonical === keyOfRow(error.row).canonical ? { ...record, key } : record;
  return { kind: 'record', error, record: known };
}

function placeOf({ row, line }: ExportError): { position: Position; end: number } {
  return { position: { row, ...(line === null ? {} : { line }) }, end: 0 };
}
