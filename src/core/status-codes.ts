import type { ApiError, ErrorCategory } from './api-error.js';
import { codeOfTheRun } from './fault-reasons.js';

/**
 * What an error is an error *of* (design.md 3.2). `echo` is no error at all: the record stood beside one that failed
 * (E2). `batch` may be of the batch when it hits a collection as a whole; alone it is the record's own.
 */
export type ErrorScope = 'record' | 'batch' | 'run' | 'echo';

export type StatusCodeFacts = {
  readonly scope: ErrorScope;
  readonly category: ErrorCategory;
  /** Time may mend it: sent again with backoff before it counts (T1). */
  readonly transient?: true;
  /** The right to an object or field may have gone: ask a fresh describe before a record is blamed. */
  readonly askRights?: true;
};

const record = (category: ErrorCategory): StatusCodeFacts => ({ scope: 'record', category });
const rights: StatusCodeFacts = { scope: 'record', category: 'permission', askRights: true };
const busy: StatusCodeFacts = { scope: 'batch', category: 'transient', transient: true };
const ofTheRun: StatusCodeFacts = { scope: 'run', category: 'unknown' };

/** Record status codes by name; sources: API 7.1 to 7.5 and prior-art.md 4. A code not named here is the record's own. */
const catalogue: ReadonlyMap<string, StatusCodeFacts> = new Map([
  ['ALL_OR_NONE_OPERATION_ROLLED_BACK', { scope: 'echo', category: 'unknown' }],
  ['PROCESSING_HALTED', { scope: 'echo', category: 'unknown' }],

  ['UNABLE_TO_LOCK_ROW', busy],
  ['TXN_SECURITY_METERING_ERROR', busy],
  ['TOO_MANY_APEX_REQUESTS', busy],
  ['QUERY_TIMEOUT', busy],
  ['SERVER_UNAVAILABLE', busy],
  ['UNKNOWN_EXCEPTION', busy],
  ['REQUEST_RUNNING_TOO_LONG', { scope: 'batch', category: 'limit' }],
  ['EXCEEDED_MAX_SIZE_REQUEST', { scope: 'batch', category: 'limit' }],
  ['EXCEEDED_ID_LIMIT', { scope: 'batch', category: 'limit' }],
  ['LIMIT_EXCEEDED', { scope: 'batch', category: 'limit' }],
  ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', { scope: 'batch', category: 'automation', askRights: true }],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', { scope: 'batch', category: 'automation' }],
  ['APEX_ERROR', { scope: 'batch', category: 'automation' }],
  ['JSON_PARSER_ERROR', { scope: 'batch', category: 'data' }],

  ['INSUFFICIENT_ACCESS_OR_READONLY', rights],
  ['INVALID_FIELD_FOR_INSERT_UPDATE', rights],
  ['INVALID_FIELD', { scope: 'record', category: 'data', askRights: true }],
  ['INVALID_TYPE', rights],
  ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', record('permission')],
  ['INACTIVE_OWNER_OR_USER', record('permission')],
  ['TRANSFER_REQUIRES_READ', record('permission')],
  ['CANNOT_UPDATE_CONVERTED_LEAD', record('permission')],
  ['TXN_SECURITY_NO_ACCESS', record('permission')],
  ['ENTITY_IS_LOCKED', record('permission')],
  ['FIELD_CUSTOM_VALIDATION_EXCEPTION', record('automation')],
  ['DUPLICATES_DETECTED', record('data')],
] satisfies [string, StatusCodeFacts][]);

const ofTheRecord: StatusCodeFacts = { scope: 'record', category: 'data' };

export function factsOf(statusCode: string): StatusCodeFacts {
  return catalogue.get(statusCode) ?? (codeOfTheRun(statusCode) === undefined ? ofTheRecord : ofTheRun);
}

/** A record's errors taken together: the first that is of the run, else of the record, else of the batch, else an echo. */
export function scopeOf(errors: readonly ApiError[]): ErrorScope {
  const scopes = errors.map((error) => factsOf(error.statusCode).scope);
  for (const scope of ['run', 'record', 'batch'] as const) if (scopes.includes(scope)) return scope;
  return scopes.length === 0 ? 'record' : 'echo';
}

/** All errors are of the kind that time may mend (T1). */
export function isTransient(errors: readonly ApiError[]): boolean {
  return errors.length > 0 && errors.every((error) => factsOf(error.statusCode).transient === true);
}

export function asksRights(errors: readonly ApiError[]): boolean {
  return errors.some((error) => factsOf(error.statusCode).askRights === true);
}

/** The category of the error a person would look at first. */
export function categoryOf(errors: readonly ApiError[]): ErrorCategory {
  const first = errors.find((error) => factsOf(error.statusCode).scope !== 'echo');
  return first === undefined ? 'unknown' : factsOf(first.statusCode).category;
}

/** E2: echoes of another record's failure are never kept. */
export function withoutEchoes(errors: readonly ApiError[]): readonly ApiError[] {
  return errors.filter((error) => factsOf(error.statusCode).scope !== 'echo');
}
