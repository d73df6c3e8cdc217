import type { ApiError } from '../../src/core/api-error.js';
import type { Clock, Random } from '../../src/core/ports/clock.js';
import type { CollectionAnswer, RecordResult, RecordSink, SinkRequest } from '../../src/core/ports/sink.js';
import type { PreparedRecord } from '../../src/core/record.js';
import type { LoggingContext } from '../../src/core/run/settle-logging.js';
import type { SettleContext } from '../../src/core/run/settle-pausing.js';
import type { Acceptance } from '../../src/core/run/verdict.js';
import { WindowSize } from '../../src/core/run/window-size.js';

export const halted: ApiError = { statusCode: 'PROCESSING_HALTED', message: 'halted', fields: [] };
export const rolledBack: ApiError = { statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK', message: 'back', fields: [] };

export function apiError(statusCode: string, message = statusCode): ApiError {
  return { statusCode, message, fields: [] };
}

export function prepared(row: number, key = `K${row}`): PreparedRecord {
  return {
    kind: 'prepared',
    position: { row, line: row + 1 },
    end: row,
    key: { canonical: key.toLowerCase(), display: key },
    payload: { Ext_Id__c: key, Name: `N${row}` },
    json: `{"Ext_Id__c":"${key}","Name":"N${row}"}`,
    selfLookupKeys: [],
  };
}

export type FakeOrg = {
  /** The record's own error, if it has one. */
  bad?: (record: PreparedRecord) => readonly ApiError[] | undefined;
  /** A collection that fails as one, whoever is in it. */
  failsAsOne?: (records: readonly PreparedRecord[]) => readonly ApiError[] | undefined;
  /** All-or-none, a collection that fails as one shows its error on its first record alone. */
  asOneNamesFirst?: boolean;
  /** More records than this in one transaction are too many for Apex. */
  perTransaction?: number;
  /** Who is named in an all-or-none answer with failures. */
  naming?: 'first' | 'last' | 'all' | 'nobody';
};

/** A small org: all-or-none and partial writes, named and unnamed failures, batch failures. Keeps what was written. */
export class FakeSink implements RecordSink {
  public readonly written: string[] = [];
  public readonly requests: string[][] = [];
  public readonly attempts: string[] = [];

  public constructor(public org: FakeOrg = {}) {}

  public async send(request: SinkRequest) {
    this.requests.push(request.records.map((record) => record.key.display));
    this.attempts.push(...request.records.map((record) => record.key.display));
    const collections: PreparedRecord[][] = [];
    for (let at = 0; at < request.records.length; at += request.collectionSize) {
      collections.push(request.records.slice(at, at + request.collectionSize));
    }
    const answers = request.allOrNone ? this.allOrNone(collections) : collections.map((one) => this.partial(one));
    return { collections: answers, durationMs: 1 };
  }

  private partial(records: readonly PreparedRecord[]): CollectionAnswer {
    const asOne = this.asOne(records, records.length);
    if (asOne !== undefined) return { kind: 'results', records, results: records.map(() => failure(asOne)) };
    const results = records.map((record): RecordResult => {
      const errors = this.org.bad?.(record);
      if (errors !== undefined) return failure(errors);
      this.written.push(record.key.display);
      return { success: true, id: `id-${record.key.display}`, created: true };
    });
    return { kind: 'results', records, results };
  }

  private allOrNone(collections: readonly (readonly PreparedRecord[])[]): CollectionAnswer[] {
    const total = collections.reduce((sum, one) => sum + one.length, 0);
    for (const [index, records] of collections.entries()) {
      const asOne = this.asOne(records, total);
      if (asOne === undefined) continue;
      return collections.map((one, at) =>
        at === index
          ? { kind: 'results', records: one, results: one.map((_, nth) => failure(this.shown(asOne, nth))) }
          : { kind: 'refused', records: one, errors: [halted] },
      );
    }
    const bad = collections.flat().filter((record) => this.org.bad?.(record) !== undefined);
    if (bad.length === 0) {
      for (const record of collections.flat()) this.written.push(record.key.display);
      return collections.map((records) => ({
        kind: 'results',
        records,
        results: records.map((record) => ({ success: true, id: `id-${record.key.display}`, created: true })),
      }));
    }
    const named = this.named(bad, total === 1);
    return collections.map((records) => ({
      kind: 'results',
      records,
      results: records.map((record) => failure(named.has(record) ? this.org.bad!(record)! : [rolledBack])),
    }));
  }

  private shown(asOne: readonly ApiError[], nth: number): readonly ApiError[] {
    return this.org.asOneNamesFirst === true && nth > 0 ? [rolledBack] : asOne;
  }

  private named(bad: readonly PreparedRecord[], alone: boolean): Set<PreparedRecord> {
    const { naming = 'first' } = this.org;
    if (naming === 'all' || alone) return new Set(bad);
    if (naming === 'nobody') return new Set();
    return new Set([naming === 'first' ? bad[0]! : bad.at(-1)!]);
  }

  private asOne(records: readonly PreparedRecord[], total: number): readonly ApiError[] | undefined {
    if (this.org.perTransaction !== undefined && total > this.org.perTransaction) {
      return [apiError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Too many SOQL queries: 101')];
    }
    return this.org.failsAsOne?.(records);
  }
}

function failure(errors: readonly ApiError[]): RecordResult {
  return { success: false, errors };
}

/** Time that passes only when somebody sleeps. */
export class FakeClock implements Clock {
  public ms = 0;
  public slept: number[] = [];

  public now(): string {
    return new Date(Date.UTC(2026, 0, 1) + this.ms).toISOString();
  }

  public monotonicMs(): number {
    return this.ms;
  }

  public async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.ms += ms;
  }
}

export function fakeRandom(): Random {
  let count = 0;
  return { id: () => `id-${++count}`, fraction: () => 0.5 };
}

export function settleContext(
  sink: RecordSink,
  options: {
    batchSize?: number;
    collections?: number;
    clock?: Clock;
    onAccepted?: SettleContext['onAccepted'];
    onStopped?: LoggingContext['onStopped'];
    beforeRequest?: SettleContext['beforeRequest'];
  } = {},
): SettleContext &
  LoggingContext & { accepted: Acceptance[]; size: WindowSize; clock: Clock; rightsAsked: () => number } {
  const accepted: Acceptance[] = [];
  let rights = 0;
  return {
    job: 'job',
    sink,
    clock: options.clock ?? new FakeClock(),
    random: fakeRandom(),
    reporter: { emit: () => undefined },
    signal: new AbortController().signal,
    size: new WindowSize(options.batchSize ?? 200, options.collections ?? 5, { records: null, cleanWindows: 0 }),
    beforeRequest: options.beforeRequest ?? (async () => undefined),
    assertRights: async () => void (rights += 1),
    accepted,
    rightsAsked: () => rights,
    onStopped: options.onStopped ?? (async () => undefined),
    onAccepted: options.onAccepted ?? (async (some) => void accepted.push(...some)),
  };
}
