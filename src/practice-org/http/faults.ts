import type { RecordError } from '../errors.js';
import type { Change } from '../write/change.js';
import type { JsonObject } from '../values.js';

/** The request as a fault's `match` sees it. */
export type FaultRequest = {
  method: string;
  /** without query, doubled slashes collapsed */
  path: string;
  query: string;
  headers: Readonly<Record<string, string>>;
  body: unknown;
};

/** All that is given must match; `path` is a prefix or a pattern. */
export type FaultMatch = ((request: FaultRequest) => boolean) | { method?: string; path?: string | RegExp };

type Lifetime = {
  /** how often it strikes; default 1, Infinity for ever */
  times?: number;
};

/** What goes wrong with a whole request. `afterCommit` faults do the work first, so that only the answer is lost. */
export type RequestFault = Lifetime & { match?: FaultMatch } & (
    | { kind: 'unauthorized' }
    | { kind: 'requestLimit'; limit: 'total' | 'concurrent' }
    | { kind: 'tooManyRequests' }
    | { kind: 'noRoute' }
    | { kind: 'payloadTooLarge' }
    | { kind: 'maintenance' }
    | { kind: 'serverError'; status?: 500 | 502 | 503 | 504; body?: 'json' | 'html'; afterCommit?: boolean }
    | { kind: 'slow'; ms: number; afterCommit?: boolean }
    | { kind: 'cutBefore' }
    | { kind: 'cutAfter' }
    /** status 200 with a body that is no JSON: HTML, or the true answer cut in half; the work is done */
    | { kind: 'notJson'; body?: 'html' | 'truncated' }
    /** the connection stays open and nothing comes */
    | { kind: 'hang'; afterCommit?: boolean }
    /** headers and half of the body, and then nothing: the connection stays open, or is cut; the work is done */
    | { kind: 'halfBody'; then: 'hang' | 'cut' }
    | {
        kind: 'answer';
        status: number;
        body?: string;
        contentType?: string;
        headers?: Record<string, string>;
        afterCommit?: boolean;
      }
  );

/** What goes wrong with single records inside a request. */
export type RecordFault = Lifetime & {
  object?: string;
  operation?: 'insert' | 'update' | 'delete';
  /** gets the record as sent, and its row if there is one; default: every record */
  where?: (record: JsonObject, old: JsonObject | undefined) => boolean;
  /** `batch` (default): one hit fails every record of its chunk (facts 3.4); `record`: only the hits */
  scope?: 'record' | 'batch';
} & (
    | { kind: 'lockRows' }
    | { kind: 'storageFull' }
    | { kind: 'recordMaintenance' }
    | { kind: 'recordError'; statusCode: string; message: string; fields?: string[] }
  );

export type Fault = RequestFault | RecordFault;

export type FaultHandle = {
  /** how often it struck so far */
  readonly hits: number;
  remove(): void;
};

const RECORD_KINDS = ['lockRows', 'storageFull', 'recordMaintenance', 'recordError'];

const isRecordFault = (fault: Fault): fault is RecordFault => RECORD_KINDS.includes(fault.kind);

/** Texts of facts 7.1 and 7.5; those of storage and maintenance are unverified there. */
const errorOf = (fault: RecordFault, change: Change): RecordError => {
  switch (fault.kind) {
    case 'lockRows': {
      const message = `unable to obtain exclusive access to this record or 1 records: ${change.id ?? ''}`;
      return { statusCode: 'UNABLE_TO_LOCK_ROW', message, fields: [] };
    }
    case 'storageFull':
      return { statusCode: 'STORAGE_LIMIT_EXCEEDED', message: 'storage limit exceeded', fields: [] };
    case 'recordMaintenance':
      return {
        statusCode: 'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE',
        message: 'insert, update and delete are not allowed during maintenance',
        fields: [],
      };
    case 'recordError':
      return { statusCode: fault.statusCode, message: fault.message, fields: fault.fields ?? [] };
  }
};

const matches = (match: FaultMatch | undefined, request: FaultRequest): boolean => {
  if (match === undefined) return true;
  if (typeof match === 'function') return match(request);
  if (match.method !== undefined && match.method.toUpperCase() !== request.method) return false;
  if (match.path === undefined) return true;
  return match.path instanceof RegExp ? match.path.test(request.path) : request.path.startsWith(match.path);
};

const hitsRecord = ({ object, operation, where }: RecordFault, change: Change): boolean =>
  (object === undefined || object.toLowerCase() === change.object.name.toLowerCase()) &&
  (operation === undefined || operation === change.operation) &&
  (where === undefined || where(change.input.sent, change.old));

type Armed = { fault: Fault; left: number; hits: number };

/** A record fault as the save asks for it. */
export type ArmedRecordFault = {
  scope: 'record' | 'batch';
  error: RecordError;
  hits: (change: Change) => boolean;
  /** counts one strike */
  use: () => void;
};

/** The scripted faults of the org, in the order they were added; the first that matches strikes. */
export class Faults {
  #armed: Armed[] = [];

  /** Arms a fault for the next matching request or record. */
  public next(fault: Fault): FaultHandle {
    const armed: Armed = { fault, left: fault.times ?? 1, hits: 0 };
    this.#armed.push(armed);
    return {
      get hits(): number {
        return armed.hits;
      },
      remove: (): void => this.#drop(armed),
    };
  }

  public clear(): void {
    this.#armed = [];
  }

  /** What is still armed, for people and the control endpoint. */
  public get pending(): Array<{ kind: string; left: number; hits: number }> {
    return this.#armed.map(({ fault, left, hits }) => ({ kind: fault.kind, left, hits }));
  }

  /** Takes the fault that strikes this request, if any. */
  public take(request: FaultRequest): RequestFault | undefined {
    for (const armed of this.#armed) {
      if (isRecordFault(armed.fault) || !matches(armed.fault.match, request)) continue;
      this.#strike(armed);
      return armed.fault;
    }
    return undefined;
  }

  /** The record faults that may strike a chunk. */
  public forRecords(chunk: Change[]): ArmedRecordFault[] {
    return this.#armed.flatMap((armed) => {
      const { fault } = armed;
      const first = isRecordFault(fault) ? chunk.find((change) => hitsRecord(fault, change)) : undefined;
      if (!isRecordFault(fault) || !first) return [];
      return {
        scope: fault.scope ?? 'batch',
        error: errorOf(fault, first),
        hits: (change: Change) => hitsRecord(fault, change),
        use: () => this.#strike(armed),
      };
    });
  }

  #strike(armed: Armed): void {
    armed.left -= 1;
    armed.hits += 1;
    if (armed.left <= 0) this.#drop(armed);
  }

  #drop(armed: Armed): void {
    this.#armed = this.#armed.filter((one) => one !== armed);
  }
}
