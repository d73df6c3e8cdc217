import type { ObjectDescribe } from '../describe.js';
import type { ExportError } from '../export-error.js';
import { encodePayload, mergePayloads, payloadFields, type PayloadContext } from '../mapping/payload.js';
import { isRowKey, keyOfRow, type EncodedRecord, type Payload } from '../record.js';
import type { Current } from './current-data.js';

/** What is to be done about one pending ExportError. */
export type Owed =
  /** send it (or refuse it again, where it still cannot be made) */
  | { readonly kind: 'record'; readonly error: ExportError; readonly record: EncodedRecord }
  /** its position holds a usable record now, or none (table 4.1); `record` must not be lost */
  | { readonly kind: 'superseded'; readonly error: ExportError; readonly record: EncodedRecord | null }
  /** its payload was too large to store and its row is gone */
  | { readonly kind: 'no-data'; readonly error: ExportError };

export type OwedContext = PayloadContext & {
  /** The part of the source before the checkpoint is as it was: the refused rows are still there. */
  readonly positionsHold: boolean;
};

/**
 * The record that a pending row owes the org: the current data of its key, mapped anew; the stored payload lies
 * underneath only where the refused row itself is gone (R1).
 */
export function owedRecord(error: ExportError, current: Current | undefined, context: OwedContext): Owed {
  if (isRowKey(error.canonicalKey)) return owedPosition(error, current);
  if (context.positionsHold && current !== undefined) {
    if (current.only !== null) return { kind: 'record', error, record: current.only };
    if (current.payload !== null) return made(error, current.payload, context);
  }
  const payload = underneath(error, current?.payload ?? null, context.describe);
  return payload === null ? { kind: 'no-data', error } : made(error, payload, context);
}

function owedPosition(error: ExportError, current: Current | undefined): Owed {
  const record = current?.only ?? null;
  if (record?.kind === 'refused' && isRowKey(record.key.canonical)) return { kind: 'record', error, record };
  return { kind: 'superseded', error, record };
}

function underneath(error: ExportError, current: Payload | null, describe: ObjectDescribe): Payload | null {
  if (error.payload !== null) return current === null ? error.payload : mergePayloads(error.payload, current, describe);
  if (current === null) return null;
  const known = new Set(payloadFields(current, describe));
  const missing = error.payloadOmitted?.fields.some((field) => !known.has(field)) ?? false;
  return missing ? null : current;
}

function made(error: ExportError, payload: Payload, context: PayloadContext): Owed {
  const position = { row: error.row, ...(error.line === null ? {} : { line: error.line }) };
  const record = encodePayload(payload, context, { position, end: 0 });
  // The row keeps its key, whatever the payload says of it.
  const key = { canonical: error.canonicalKey, display: error.key };
  const known = record.key.canonical === keyOfRow(error.row).canonical ? { ...record, key } : record;
  return { kind: 'record', error, record: known };
}
