import type { ApiError } from '../api-error.js';
import type { FaultReason } from '../fault-reasons.js';
import type { PreparedRecord } from '../record.js';

/** Records for one request, cut by the sink into collections of `collectionSize`, in order. */
export type SinkRequest = {
  readonly records: readonly PreparedRecord[];
  /** Records per sObject Collections subrequest, 1..200. */
  readonly collectionSize: number;
  /** true: all of them or none (both flags, API 4.2). */
  readonly allOrNone: boolean;
};

export type RecordResult =
  | { readonly success: true; readonly id: string; readonly created: boolean }
  | { readonly success: false; readonly errors: readonly ApiError[] };

/** What the org said of one collection: a result for each record in its order, or a refusal of the whole (400). */
export type CollectionAnswer =
  | { readonly kind: 'results'; readonly records: readonly PreparedRecord[]; readonly results: readonly RecordResult[] }
  | { readonly kind: 'refused'; readonly records: readonly PreparedRecord[]; readonly errors: readonly ApiError[] };

export type SinkAnswer = { readonly collections: readonly CollectionAnswer[]; readonly durationMs: number };

/**
 * The way into the org. Contract, held by `test/contract/sink.ts`:
 * - `send` makes exactly one request and never repeats it by itself (P26): the caller knows what may be repeated;
 * - it answers with one result for each record, matched by position only after lengths were checked (P3);
 * - with `allOrNone`, either every collection answers `results` with success throughout, or nothing was written:
 *   `success: true` beside a failure is not a success (API 4.2) and is not shown as one.
 * @throws OrgFault whatever is not an answer about records
 */
export type RecordSink = { send(request: SinkRequest): Promise<SinkAnswer> };

/** What kept the org from answering about records; table 3.3 says what may be done about each. */
export type OrgFaultKind =
  /** never reached the org: refused connection, DNS, TLS */
  | 'not-sent'
  /** may have been carried out: reset, timeout, 5xx, an answer that cannot be read */
  | 'outcome-unknown'
  /** 420, 429, REQUEST_LIMIT_EXCEEDED for concurrent requests: wait, then send again */
  | 'wait'
  /** the org's daily limit, storage: stop */
  | 'org-limit'
  /** the org takes no writes, or no calls at all, for a time that it does not tell: stop */
  | 'maintenance'
  /** 401 after a refresh */
  | 'login'
  /** 413 and its kind: send less at once */
  | 'too-large'
  /** 400, 404, 405, 414, 415 of the whole request */
  | 'refused';

export type OrgFaultFacts = {
  readonly reason?: FaultReason;
  readonly statusCode?: string;
  readonly httpStatus?: number;
  readonly host?: string;
  /** The org's own words, if it had any. */
  readonly orgMessage?: string;
};

export class OrgFault extends Error {
  public override readonly name = 'OrgFault';

  public constructor(
    public readonly kind: OrgFaultKind,
    message: string,
    public readonly facts: OrgFaultFacts = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
