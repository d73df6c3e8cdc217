import { expect } from 'chai';
import type { OrgFaultKind } from '../../../src/core/ports/sink.js';
import { readLimitInfo } from '../../../src/org/limit-info.js';
import { toOrgFault } from '../../../src/org/org-fault.js';

const api = (errorCode: string, message = 'text'): Error =>
  Object.assign(new Error(message), { errorCode, name: errorCode });
const wire = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

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
  ['API switched off', api('API_DISABLED_FOR_ORG'), 'org-limit'],
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

  it('a page of HTML is not shown', () => {
    const fault = toOrgFault(api('ERROR_HTTP_502', '<html><body>Bad Gateway</body></html>'), { host: 'x' });
    expect(fault.message).to.equal('HTTP 502: an HTML page');
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
});
