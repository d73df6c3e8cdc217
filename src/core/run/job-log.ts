import { accepted, leftBehind, refused, storedPayloadBytes, superseded } from '../error-life.js';
import type { ExportError, OmittedPayload } from '../export-error.js';
import type { JobSpec } from '../job.js';
import type { Clock, Random } from '../ports/clock.js';
import type { JobLedger } from '../ports/ledger.js';
import type { ApiError } from '../api-error.js';
import type { ObjectDescribe } from '../describe.js';
import { payloadFields } from '../mapping/payload.js';
import { keyOfRow, type EncodedRecord, type Payload } from '../record.js';
import type { Acceptance } from './verdict.js';
import { utf8Length } from './window.js';

export type JobLogFacts = {
  readonly spec: JobSpec;
  readonly source: string;
  readonly orgId: string;
  readonly run: number;
  readonly ledger: JobLedger;
  readonly describe: ObjectDescribe;
  readonly clock: Clock;
  readonly random: Random;
  /** SHA-256 of a text, in hex. */
  readonly digest: (text: string) => string;
};

/**
 * Makes the changes of ExportErrors rows that one commit carries. Within a commit a row is changed on top of its
 * earlier change; nothing is visible in the ledger before the commit.
 */
export class JobLog {
  private readonly changed = new Map<string, ExportError>();

  public constructor(private readonly facts: JobLogFacts) {}

  /** The rows changed since the last call. */
  public take(): ExportError[] {
    const rows = [...this.changed.values()];
    this.changed.clear();
    return rows;
  }

  public refused(record: EncodedRecord, errors: readonly ApiError[]): ExportError {
    const { spec, orgId, source, run, clock, random, describe } = this.facts;
    const { payload, payloadOmitted } = this.storable(record.payload);
    const row = refused(
      this.open(record.key.canonical),
      {
        orgId,
        job: spec,
        describe,
        source,
        key: record.key,
        position: record.position,
        payload,
        payloadOmitted,
        errors,
        run,
        now: clock.now(),
      },
      () => random.id(),
    );
    this.changed.set(row.id, row);
    return row;
  }

  public accepted(acceptance: Acceptance): void {
    const { record } = acceptance;
    const open = this.open(record.key.canonical);
    if (open === undefined) return;
    const fields = payloadFields(record.payload, this.facts.describe);
    const facts = { row: record.position.row, fields, recordId: acceptance.id, now: this.facts.clock.now() };
    this.changed.set(open.id, accepted(open, facts, this.facts.describe));
  }

  /** A position that had no usable key is read again and has one now (table 4.1). Returns whether a row was closed. */
  public usableAt(row: number): boolean {
    const open = this.open(keyOfRow(row).canonical);
    if (open !== undefined) this.supersede(open);
    return open !== undefined;
  }

  public supersede(open: ExportError): void {
    this.changed.set(open.id, superseded(open, this.facts.clock.now()));
  }

  /** The record a job was paused on is not at its position any more (R2). */
  public leftBehind(open: ExportError): void {
    this.changed.set(open.id, leftBehind(open, this.facts.clock.now(), this.facts.describe));
  }

  private open(canonicalKey: string): ExportError | undefined {
    const open = this.facts.ledger.openError(canonicalKey);
    return open === undefined ? undefined : (this.changed.get(open.id) ?? open);
  }

  /** A payload as it may be stored: not when it is too large (design.md 4). */
  public storable(payload: Payload | null): { payload: Payload | null; payloadOmitted: OmittedPayload | null } {
    if (payload === null) return { payload, payloadOmitted: null };
    const text = JSON.stringify(payload);
    const bytes = utf8Length(text);
    if (bytes <= storedPayloadBytes) return { payload, payloadOmitted: null };
    const fields = payloadFields(payload, this.facts.describe);
    return { payload: null, payloadOmitted: { bytes, sha256: this.facts.digest(text), fields } };
  }
}
