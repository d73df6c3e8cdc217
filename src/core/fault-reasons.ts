import type { OrgFaultKind } from './ports/sink.js';

/** Why the org could not be worked with: finer than `OrgFaultKind`, which says what may be done; for words and advice. */
export type FaultReason =
  | 'login-expired'
  | 'login-revoked'
  | 'login-ip-blocked'
  | 'login-locked'
  | 'calls-used-up'
  | 'too-many-requests'
  | 'storage-full'
  | 'maintenance'
  | 'unreachable'
  | 'no-route'
  | 'no-answer'
  | 'cut-off'
  | 'server-error'
  | 'unreadable'
  | 'too-large'
  | 'api-disabled'
  | 'not-found'
  | 'moved'
  | 'bad-proxy'
  | 'refused';

/** What happened, as the first half of a message; the org's own words follow it. */
export const faultWords: { readonly [R in FaultReason]: string } = {
  'login-expired': 'The login of the org is no longer valid',
  'login-revoked': 'The login of the org was revoked or has expired, and cannot be refreshed',
  'login-ip-blocked': 'The org does not let this user log in from this network address',
  'login-locked': 'The org does not let this user log in: the user or the org is locked or inactive',
  'calls-used-up': "The org's API calls of the last 24 hours are used up",
  'too-many-requests': 'The org has too many requests at once',
  'storage-full': "The org's storage is full",
  maintenance: 'The org is in maintenance',
  unreachable: 'The org cannot be reached',
  'no-route': 'There is no org at this address: it was deleted, or is being moved',
  'no-answer': 'The org took the request and did not answer in time',
  'cut-off': 'The connection to the org was cut before its answer was complete',
  'server-error': 'The org has a fault of its own',
  unreadable: 'The org answered, but not with what can be read',
  'too-large': 'The request is larger than the org takes',
  'api-disabled': 'The API is switched off for this user or this org',
  'not-found': 'The org has no such object, field or API version, or this user may not see it',
  moved: 'The address of the org answers with a redirect',
  'bad-proxy': 'The proxy setting is not an address',
  refused: 'The org refused the request',
};

/** One clear message: what happened, and in brackets what exactly was said or seen. */
export function faultMessage(reason: FaultReason, detail: string): string {
  return `${faultWords[reason]} (${detail}).`;
}

export type CodeOfTheRun = { readonly kind: OrgFaultKind; readonly reason: FaultReason };

/**
 * Codes that are the run's wherever they stand, on a request or on a record (design.md 3.2); sources: API 2.6, 7.1 to
 * 7.5, and the ExceptionCode list of the SOAP API for logins.
 */
const codes: ReadonlyMap<string, CodeOfTheRun> = new Map([
  ['INVALID_SESSION_ID', { kind: 'login', reason: 'login-expired' }],
  ['INVALID_AUTH_HEADER', { kind: 'login', reason: 'login-expired' }],
  ['LOGIN_DURING_RESTRICTED_DOMAIN', { kind: 'login', reason: 'login-ip-blocked' }],
  ['LOGIN_DURING_RESTRICTED_TIME', { kind: 'login', reason: 'login-locked' }],
  ['PASSWORD_LOCKOUT', { kind: 'login', reason: 'login-locked' }],
  ['ORG_LOCKED', { kind: 'login', reason: 'login-locked' }],
  ['INACTIVE_ORGANIZATION', { kind: 'login', reason: 'login-locked' }],
  ['TRIAL_EXPIRED', { kind: 'login', reason: 'login-locked' }],
  ['REQUEST_LIMIT_EXCEEDED', { kind: 'org-limit', reason: 'calls-used-up' }],
  ['STORAGE_LIMIT_EXCEEDED', { kind: 'org-limit', reason: 'storage-full' }],
  ['INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', { kind: 'maintenance', reason: 'maintenance' }],
  ['API_CURRENTLY_DISABLED', { kind: 'maintenance', reason: 'maintenance' }],
  ['API_DISABLED_FOR_ORG', { kind: 'refused', reason: 'api-disabled' }],
] satisfies [string, CodeOfTheRun][]);

/** undefined: the code says nothing about the run by itself. */
export function codeOfTheRun(code: string): CodeOfTheRun | undefined {
  return codes.get(code);
}
