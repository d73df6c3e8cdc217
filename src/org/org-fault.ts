import { OrgFault, type OrgFaultKind } from '../core/ports/sink.js';
import type { LimitInfo } from './limit-info.js';

const kindByStatus: ReadonlyMap<number, OrgFaultKind> = new Map([
  [401, 'login'],
  [413, 'too-large'],
  [420, 'wait'],
  [429, 'wait'],
]);

/** The request never left: the address, the connection or its encryption failed before anything was sent. */
const notSentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const kindByCode: ReadonlyMap<string, OrgFaultKind> = new Map([
  ['INVALID_SESSION_ID', 'login'],
  ['INVALID_AUTH_HEADER', 'login'],
  ['RefreshTokenAuthError', 'login'],
  ['invalid_grant', 'login'],
  ['EXCEEDED_MAX_SIZE_REQUEST', 'too-large'],
  ['REQUEST_LIMIT_EXCEEDED', 'org-limit'],
  ['API_DISABLED_FOR_ORG', 'org-limit'],
  ['API_CURRENTLY_DISABLED', 'org-limit'],
  ['INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', 'org-limit'],
  ['STORAGE_LIMIT_EXCEEDED', 'org-limit'],
  ['SERVER_UNAVAILABLE', 'outcome-unknown'],
  ['UNKNOWN_EXCEPTION', 'outcome-unknown'],
  // Too much work for one request: cut, or the same would come back for ever (design.md 3.2).
  ['REQUEST_RUNNING_TOO_LONG', 'too-large'],
]);

export type FaultContext = {
  readonly host: string;
  readonly limitInfo?: LimitInfo | undefined;
  /** Of the answer, if there was one. */
  readonly httpStatus?: number | undefined;
};

/** What jsforce (or the fetch below it) threw, as table 3.3 of design.md sorts it. */
export function toOrgFault(error: unknown, context: FaultContext): OrgFault {
  if (error instanceof OrgFault) return error;
  const { code, message } = facts(error);
  const status = context.httpStatus ?? statusIn(code);
  // `fetch failed (ECONNREFUSED)` alone does not say who could not be reached.
  const place = code === '' && isNetworkError(error) ? `${context.host}: ` : '';
  return new OrgFault(
    kindOf(error, code, message, { ...context, httpStatus: status }),
    code === '' || statusIn(code) !== undefined ? place + describeStatus(status, message) : `${code}: ${message}`,
    { statusCode: code, host: context.host, ...(status === undefined ? {} : { httpStatus: status }) },
    { cause: error },
  );
}

/** jsforce makes a code of the status where the body has none. */
function statusIn(code: string): number | undefined {
  const status = /^ERROR_HTTP_(\d{3})$/.exec(code)?.[1];
  return status === undefined ? undefined : Number(status);
}

function kindOf(
  error: unknown,
  code: string,
  message: string,
  { limitInfo, httpStatus = 0 }: FaultContext,
): OrgFaultKind {
  // The code is the same for both limits; the message names the limit itself, not its translation (API 2.6).
  if (code === 'REQUEST_LIMIT_EXCEEDED' && (/Concurrent/i.test(message) || callsLeft(limitInfo))) return 'wait';
  if (refreshFailed.test(message)) return isNetworkText(message) ? 'not-sent' : 'login';
  const known = kindByCode.get(code) ?? kindByStatus.get(httpStatus);
  if (known !== undefined) return known;
  if (httpStatus >= 500) return 'outcome-unknown';
  if (httpStatus >= 400) return 'refused';
  if (isNetworkError(error))
    return notSentCodes.has(networkCode(error)) || isTls(error) ? 'not-sent' : 'outcome-unknown';
  return 'refused';
}

function callsLeft(limitInfo: LimitInfo | undefined): boolean {
  return limitInfo !== undefined && limitInfo.used < limitInfo.max;
}

/** jsforce wraps whatever kept a login from being refreshed into an error that has only this text. */
const refreshFailed = /^Unable to refresh session due to:/;

function isNetworkText(message: string): boolean {
  return /fetch failed|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|socket/i.test(message);
}

/** fetch reports every trouble of the wire as a TypeError whose cause has the code (API 10.1). */
function isNetworkError(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error instanceof TypeError ||
      error.name === 'AbortError' ||
      error.name === 'SocketError' ||
      networkCode(error) !== '')
  );
}

function isTls(error: unknown): boolean {
  return /^(ERR_(TLS|SSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET))/.test(networkCode(error));
}

function networkCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return '';
}

function facts(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const code = 'errorCode' in error && typeof error.errorCode === 'string' ? error.errorCode : '';
  if (code !== '') return { code, message: error.message };
  if (kindByCode.has(error.name)) return { code: error.name, message: error.message };
  const cause = networkCode(error);
  return { code: '', message: cause === '' ? error.message : `${error.message} (${cause})` };
}

/** A body that is a page of HTML says nothing to an admin. */
function describeStatus(httpStatus: number | undefined, message: string): string {
  const text = /<\w+[\s>]/.test(message) ? 'an HTML page' : message.slice(0, 300);
  return httpStatus === undefined ? text : `HTTP ${httpStatus}: ${text}`;
}
