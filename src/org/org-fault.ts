import { keptMessage } from '../core/api-error.js';
import { codeOfTheRun, faultMessage, type CodeOfTheRun } from '../core/fault-reasons.js';
import { OrgFault } from '../core/ports/sink.js';
import { WireError } from './http-wire.js';
import type { LimitInfo } from './limit-info.js';
import { isNetworkError, isNetworkText, networkCode, networkWords, neverLeft } from './network-error.js';

export type FaultContext = {
  readonly host: string;
  readonly limitInfo?: LimitInfo | undefined;
  /** Of the answer, if there was one. */
  readonly httpStatus?: number | undefined;
  /** The login was being refreshed: how the last request for that ended. */
  readonly login?: { readonly status: number | undefined; readonly error: Error | undefined } | undefined;
};

/** What the wire, or jsforce above it, threw, as table 3.3 of design.md sorts it. */
export function toOrgFault(error: unknown, context: FaultContext): OrgFault {
  if (error instanceof OrgFault) return error;
  const found =
    error instanceof WireError ? ofTheWire(error) : (ofTheLogin(error, context) ?? ofTheRest(error, context));
  const { kind, reason, detail, ...said } = found;
  const facts = { reason, host: context.host, ...said };
  return new OrgFault(kind, faultMessage(reason, `${placeOf(found, context)}${detail}`), facts, { cause: error });
}

type Found = CodeOfTheRun & {
  readonly detail: string;
  readonly statusCode: string;
  readonly httpStatus?: number;
  readonly orgMessage?: string;
};

/** Whoever did not answer is named; what an org said needs no address. */
function placeOf({ statusCode, httpStatus }: Found, { host }: FaultContext): string {
  return statusCode === '' && httpStatus === undefined ? `${host}: ` : '';
}

function ofTheWire(error: WireError): Found {
  const detail = networkWords(error.cause);
  if (!error.sent) return { kind: 'not-sent', reason: 'unreachable', detail, statusCode: '' };
  const reason = error.afterMs === undefined ? 'cut-off' : 'no-answer';
  return { kind: 'outcome-unknown', reason, detail, statusCode: '' };
}

/** jsforce wraps whatever kept a login from being refreshed into an error that has only this text. */
const refreshFailed = /^Unable to refresh session due to: /;

/** A refresh that failed: the request itself got a 401 before, so nothing of it was done. */
function ofTheLogin(error: unknown, { login }: FaultContext): Found | undefined {
  const message = error instanceof Error ? error.message : '';
  // An answer of the org has a code: without a way to refresh, its 401 is the last word.
  if (!refreshFailed.test(message) && (login === undefined || errorCodeOf(error) !== '')) return undefined;
  return ofTheRefresh(error, oneLine(message.replace(refreshFailed, '')).slice(0, 300), login);
}

function ofTheRefresh(error: unknown, said: string, login: FaultContext['login']): Found {
  const { status, error: cause } = login ?? {};
  const words = (what: string): string => `the login could not be refreshed: ${what}`;
  const unreachable = { kind: 'not-sent', reason: 'unreachable', statusCode: '' } as const;
  if (cause !== undefined) return { ...unreachable, detail: words(networkWords(cause)) };
  const detail = words(readable(said));
  if (status !== undefined && isOfTheServer(status)) {
    return { kind: 'not-sent', reason: 'server-error', detail: `${detail}, HTTP ${status}`, statusCode: '' };
  }
  // A page of a proxy, a portal or a maintenance says nothing of the login; OAuth refuses one with 400, 401 or 403.
  if (status !== undefined && (![400, 401, 403].includes(status) || readable(said) !== said)) {
    return { kind: 'not-sent', reason: 'unreadable', detail: words(`HTTP ${status}`), statusCode: '' };
  }
  // Without an answer there is only the text to go by.
  if (status === undefined && (isNetworkError(error) || isNetworkText(said))) return { ...unreachable, detail };
  return { kind: 'login', reason: loginReason(said), detail, statusCode: '', httpStatus: status ?? 401 };
}

function isOfTheServer(status: number): boolean {
  return status >= 500 || status === 429 || status === 420;
}

/** With JWT, core lists what it heard at several addresses, line by line. */
function oneLine(text: string): string {
  return [...new Set(text.split(/\s*\n\s*/))].join('; ');
}

/** The login service answers in English, whatever the user's language; this only chooses the words. */
function loginReason(said: string): CodeOfTheRun['reason'] {
  if (/\bip\b.*restricted|restricted.*\bip\b|ip address|restricted domain/i.test(said)) return 'login-ip-blocked';
  if (/inactive|locked|frozen|login hours|disabled/i.test(said)) return 'login-locked';
  return 'login-revoked';
}

/** An error that the org answered with, or that is of neither the wire nor the login. */
function ofTheRest(error: unknown, context: FaultContext): Found {
  const { code, message: whole } = facts(error);
  const message = keptMessage(whole);
  const named = statusIn(code);
  const httpStatus = context.httpStatus ?? named;
  if (code === '' && httpStatus === undefined && isNetworkError(error)) {
    const detail = networkWords(error);
    if (neverLeft(error)) return { kind: 'not-sent', reason: 'unreachable', detail, statusCode: '' };
    const late = /TIMEOUT|TIMEDOUT/.test(networkCode(error));
    return { kind: 'outcome-unknown', reason: late ? 'no-answer' : 'cut-off', detail, statusCode: '' };
  }
  const detail = code === '' || named !== undefined ? describeStatus(httpStatus, message) : `${code}: ${message}`;
  const sorted = ofTheAnswer(code, message, { ...context, httpStatus });
  const said = { statusCode: code, ...(code === '' || named !== undefined ? {} : { orgMessage: message }) };
  return { ...sorted, detail, ...said, ...(httpStatus === undefined ? {} : { httpStatus }) };
}

const ofCode: ReadonlyMap<string, CodeOfTheRun> = new Map([
  ['RefreshTokenAuthError', { kind: 'login', reason: 'login-revoked' }],
  ['invalid_grant', { kind: 'login', reason: 'login-revoked' }],
  ['EXCEEDED_MAX_SIZE_REQUEST', { kind: 'too-large', reason: 'too-large' }],
  // Too much work for one request: cut, or the same would come back for ever (design.md 3.2).
  ['REQUEST_RUNNING_TOO_LONG', { kind: 'too-large', reason: 'too-large' }],
  ['SERVER_UNAVAILABLE', { kind: 'outcome-unknown', reason: 'server-error' }],
  ['UNKNOWN_EXCEPTION', { kind: 'outcome-unknown', reason: 'server-error' }],
  ['NOT_FOUND', { kind: 'refused', reason: 'not-found' }],
] satisfies [string, CodeOfTheRun][]);

const ofStatus: ReadonlyMap<number, CodeOfTheRun> = new Map([
  [401, { kind: 'login', reason: 'login-expired' }],
  [404, { kind: 'refused', reason: 'not-found' }],
  [410, { kind: 'refused', reason: 'not-found' }],
  [413, { kind: 'too-large', reason: 'too-large' }],
  [420, { kind: 'wait', reason: 'no-route' }],
  [429, { kind: 'wait', reason: 'too-many-requests' }],
] satisfies [number, CodeOfTheRun][]);

function ofTheAnswer(code: string, message: string, { limitInfo, httpStatus = 0 }: FaultContext): CodeOfTheRun {
  // The code is the same for both limits; the message names the limit itself, not its translation (API 2.6).
  if (code === 'REQUEST_LIMIT_EXCEEDED' && (/Concurrent/i.test(message) || callsLeft(limitInfo))) {
    return { kind: 'wait', reason: 'too-many-requests' };
  }
  const known = codeOfTheRun(code) ?? ofCode.get(code) ?? ofStatus.get(httpStatus);
  if (known !== undefined) return known;
  if (httpStatus >= 500) return { kind: 'outcome-unknown', reason: 'server-error' };
  if (httpStatus >= 300 && httpStatus < 400) return { kind: 'refused', reason: 'moved' };
  return { kind: 'refused', reason: 'refused' };
}

function callsLeft(limitInfo: LimitInfo | undefined): boolean {
  return limitInfo !== undefined && limitInfo.used < limitInfo.max;
}

/** jsforce makes a code of the status where the body has none. */
function statusIn(code: string): number | undefined {
  const status = /^ERROR_HTTP_(\d{3})$/.exec(code)?.[1];
  return status === undefined ? undefined : Number(status);
}

function facts(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const code = errorCodeOf(error);
  return { code: code === '' && ofCode.has(error.name) ? error.name : code, message: error.message };
}

function errorCodeOf(error: unknown): string {
  return error instanceof Error && 'errorCode' in error && typeof error.errorCode === 'string' ? error.errorCode : '';
}

function describeStatus(httpStatus: number | undefined, message: string): string {
  const text = readable(message.slice(0, 300));
  return httpStatus === undefined ? text : `HTTP ${httpStatus}: ${text}`;
}

/** A body that is a page of HTML says nothing to an admin. */
function readable(text: string): string {
  return /<\w+[\s>]/.test(text) ? 'an HTML page' : text;
}
