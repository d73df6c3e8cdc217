import { expect } from 'chai';
import { reasonActions, toSfError } from '../../../src/cli/faults.js';
import { faultWords, type FaultReason } from '../../../src/core/fault-reasons.js';
import type { OrgFaultKind } from '../../../src/core/ports/sink.js';
import { WireError } from '../../../src/org/http-wire.js';
import { readLimitInfo } from '../../../src/org/limit-info.js';
import { toOrgFault } from '../../../src/org/org-fault.js';

const api = (errorCode: string, message = 'text'): Error =>
  Object.assign(new Error(message), { errorCode, name: errorCode });
const wire = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

const refresh = (said: string): Error => new Error(`Unable to refresh session due to: ${said}`);

/** Table 3.3 of design.md, as far as it is decided by what the wire says. */
const table: [string, Error, OrgFaultKind][] = [
  ['refused connection', wire('ECONNREFUSED'), 'not-sent'],
  ['unknown host', wire('ENOTFOUND'), 'not-sent'],
  ['bad certificate', wire('CERT_HAS_EXPIRED'), 'not-sent'],
  ['reset connection', wire('ECONNRESET'), 'outcome-unknown'],
  ['socket closed by the other side', wire('UND_ERR_SOCKET'), 'outcome-unknown'],
  ['timeout while waiting for the answer', wire('UND_ERR_HEADERS_TIMEOUT'), 'outcome-unknown'],
  ['401', api('INVALID_SESSION_ID'), 'login'],
  ['401 without JSON', api('ERROR_HTTP_401'), 'login'],
  ['refresh refused', new Error('Unable to refresh session due to: expired access/refresh token'), 'login'],
  ['refresh not reached', new Error('Unable to refresh session due to: fetch failed'), 'not-sent'],
  ['420', api('ERROR_HTTP_420'), 'wait'],
  ['429', api('ERROR_HTTP_429'), 'wait'],
  [
    '403 concurrent',
    api('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'),
    'wait',
  ],
  ['403 total', api('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), 'org-limit'],
  ['API switched off for the user: nothing that time mends', api('API_DISABLED_FOR_ORG'), 'refused'],
  ['maintenance', api('INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE'), 'maintenance'],
  ['API switched off for all for a while', api('API_CURRENTLY_DISABLED'), 'maintenance'],
  ['storage full', api('STORAGE_LIMIT_EXCEEDED'), 'org-limit'],
  ['413', api('ERROR_HTTP_413'), 'too-large'],
  ['400', api('JSON_PARSER_ERROR'), 'refused'],
  ['404', api('NOT_FOUND'), 'refused'],
  ['405', api('METHOD_NOT_ALLOWED'), 'refused'],
  ['415', api('ERROR_HTTP_415'), 'refused'],
  ['500', api('UNKNOWN_EXCEPTION'), 'outcome-unknown'],
  ['502 as HTML', api('ERROR_HTTP_502', '<html><body>Bad Gateway</body></html>'), 'outcome-unknown'],
  ['503', api('SERVER_UNAVAILABLE'), 'outcome-unknown'],
];

describe('what went wrong on the wire (design.md 3.3)', () => {
  for (const [what, error, kind] of table) {
    it(`T2 ${what}: ${kind}`, () => {
      expect(toOrgFault(error, { host: 'org.example' }).kind).to.equal(kind);
    });
  }

  it('T2 403 while the org has calls left is a limit on concurrent requests, whatever the language', () => {
    const error = api('REQUEST_LIMIT_EXCEEDED', 'Grenzwert erreicht');
    expect(toOrgFault(error, { host: 'x', limitInfo: { used: 18, max: 15_000 } }).kind).to.equal('wait');
    expect(toOrgFault(error, { host: 'x', limitInfo: { used: 15_000, max: 15_000 } }).kind).to.equal('org-limit');
  });

  const reasons: [string, Error, FaultReason][] = [
    ['an expired session', api('INVALID_SESSION_ID', 'Session expired or invalid'), 'login-expired'],
    ['a revoked login', refresh('expired access/refresh token'), 'login-revoked'],
    ['a consumer that is not approved', refresh("user hasn't approved this consumer"), 'login-revoked'],
    ['a blocked address', refresh('ip restricted'), 'login-ip-blocked'],
    ['a blocked address, at the API', api('LOGIN_DURING_RESTRICTED_DOMAIN'), 'login-ip-blocked'],
    ['a user who is not active', refresh('inactive user'), 'login-locked'],
    ['an org that is locked', api('INACTIVE_ORGANIZATION'), 'login-locked'],
    ['the total limit', api('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), 'calls-used-up'],
    ['the limit at once', api('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests Limit exceeded.'), 'too-many-requests'],
    ['storage', api('STORAGE_LIMIT_EXCEEDED'), 'storage-full'],
    ['maintenance', api('API_CURRENTLY_DISABLED'), 'maintenance'],
    ['no such object', api('NOT_FOUND'), 'not-found'],
    ['no such version', api('ERROR_HTTP_410'), 'not-found'],
    ['the API permission', api('API_DISABLED_FOR_ORG'), 'api-disabled'],
    ['no name', wire('ENOTFOUND'), 'unreachable'],
    ['no route', api('ERROR_HTTP_420'), 'no-route'],
    ['a reset', wire('ECONNRESET'), 'cut-off'],
    ['no answer', wire('UND_ERR_HEADERS_TIMEOUT'), 'no-answer'],
    ['a fault of the org', api('UNKNOWN_EXCEPTION'), 'server-error'],
  ];
  for (const [what, error, reason] of reasons) {
    it(`X1 ${what} is told as ${reason}, with the words and what to do`, () => {
      const fault = toOrgFault(error, { host: 'org.example' });
      expect(fault.facts.reason).to.equal(reason);
      expect(fault.message.startsWith(`${faultWords[reason]} (`), fault.message).to.equal(true);
      expect(toSfError(fault).actions).to.deep.equal(reasonActions(reason));
    });
  }

  it('X1 every reason has its own words and its own advice', () => {
    const all = Object.keys(faultWords) as FaultReason[];
    expect(new Set(all.map((reason) => faultWords[reason])).size).to.equal(all.length);
    expect(new Set(all.map((reason) => reasonActions(reason)!.join())).size).to.equal(all.length);
  });

  it('T2 a request that was watched: sent or not decides, whatever the code says', () => {
    const cause = Object.assign(new Error('bad record mac'), { code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' });
    const of = (sent: boolean) => toOrgFault(new WireError(sent, undefined, { cause }), { host: 'x' }).kind;
    expect([of(false), of(true)]).to.deep.equal(['not-sent', 'outcome-unknown']);
  });

  it('a page of HTML is not shown', () => {
    const fault = toOrgFault(api('ERROR_HTTP_502', '<html><body>Bad Gateway</body></html>'), { host: 'x' });
    expect(fault.message).to.equal('The org has a fault of its own (HTTP 502: an HTML page).');
    expect(fault.facts.httpStatus).to.equal(502);
  });

  it('A1 the org’s own count is read from its header', () => {
    expect(readLimitInfo('api-usage=18/15000; per-app-api-usage=17/250(appName=x)')).to.deep.equal({
      used: 18,
      max: 15_000,
    });
    expect(readLimitInfo('per-app-api-usage=17/250(appName=x)')).to.equal(undefined);
    expect(readLimitInfo(undefined)).to.equal(undefined);
  });

  for (const [status, said] of [
    [200, "Cannot read properties of undefined (reading 'id')"],
    [404, '<html>gone</html>'],
    [403, '<html>This page is disabled by your administrator</html>'],
  ] as const) {
    it(`3.3 a page (${status}) in place of the login service is no word on the login`, () => {
      const failed = new Error(`Unable to refresh session due to: ${said}`);
      const fault = toOrgFault(failed, { host: 'o.example', login: { status, error: undefined } });
      expect([fault.kind, fault.facts.reason]).to.deep.equal(['not-sent', 'unreadable']);
    });
  }
});
