import { Connection as JsforceConnection } from '@jsforce/jsforce-node';
import type { Connection } from '@salesforce/core';
import { expect } from 'chai';
import { OrgFault } from '../../src/core/ports/sink.js';
import type { OrgRequest, OrgTransport } from '../../src/core/ports/transport.js';
import type { WireLimits } from '../../src/org/http-wire.js';
import { createOrgTransport } from '../../src/org/org-transport.js';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { startMute } from '../support/mute-server.js';
import { startProxy } from '../support/proxy.js';

const limits: WireLimits = { connectMs: 1000, readMs: 300, writeMs: 400, loginMs: 500 };
const read: OrgRequest = { method: 'GET', path: '/limits' };
const write: OrgRequest = {
  method: 'PATCH',
  path: '/composite/sobjects/Account/Ext_Id__c',
  body: '{"allOrNone":true,"records":[{"attributes":{"type":"Account"},"Ext_Id__c":"A-1","Name":"N"}]}',
};

const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

describe('the wire to the org, over real HTTP (design.md 3.3, API 10.1)', () => {
  let org: PracticeOrg;
  let environment: Map<string, string | undefined>;
  beforeEach(async () => {
    environment = new Map(proxyVariables.map((name) => [name, process.env[name]]));
    for (const name of proxyVariables) delete process.env[name];
    org = new PracticeOrg({});
    await org.start();
  });
  afterEach(async () => {
    await org.stop();
    for (const [name, value] of environment) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  /** A login by access token, or with `refresh` one that can be refreshed; jsforce's, which core's extends. */
  const transportTo = (instanceUrl: string, refresh = false, some: Partial<WireLimits> = {}): OrgTransport => {
    const oauth2 = { loginUrl: org.url, clientId: 'any', clientSecret: 'any', redirectUri: 'http://localhost/' };
    const login = refresh ? { oauth2, refreshToken: org.refreshToken } : {};
    const { accessToken } = org;
    const connection = new JsforceConnection({ instanceUrl, accessToken, version: '66.0', ...login });
    const core = Object.assign(connection, { getApiVersion: () => '66.0' }) as unknown as Connection;
    return createOrgTransport(core, { limits: { ...limits, ...some } });
  };
  const faultOf = async (work: Promise<unknown>): Promise<OrgFault> => {
    const thrown: unknown = await work.catch((error: unknown) => error);
    expect(thrown, String(thrown)).to.be.instanceOf(OrgFault);
    return thrown as OrgFault;
  };
  const ending = async (work: Promise<unknown>): Promise<unknown[]> => {
    const { kind, facts } = await faultOf(work);
    return [kind, facts.reason];
  };

  for (const request of [read, write]) {
    const { method } = request;
    it(`T2 ${method}: an org that takes the request and never answers; nothing hangs`, async () => {
      org.faults.next({ kind: 'hang' });
      const fault = await faultOf(transportTo(org.url).request(request));
      expect([fault.kind, fault.facts.reason]).to.deep.equal(['outcome-unknown', 'no-answer']);
      expect(fault.message)
        .to.include(new URL(org.url).host)
        .and.include(method === 'GET' ? '0.3 s' : '0.4 s');
    });

    it(`T2 ${method}: a body that stops in the middle ends in time, and one that is cut at once`, async () => {
      org.faults.next({ kind: 'halfBody', then: 'hang' });
      expect(await ending(transportTo(org.url).request(request))).to.deep.equal(['outcome-unknown', 'no-answer']);
      org.faults.next({ kind: 'halfBody', then: 'cut' });
      expect(await ending(transportTo(org.url).request(request))).to.deep.equal(['outcome-unknown', 'cut-off']);
    });

    it(`T2 ${method}: a reset before and after the work`, async () => {
      for (const kind of ['cutBefore', 'cutAfter'] as const) {
        org.faults.next({ kind });
        expect(await ending(transportTo(org.url).request(request))).to.deep.equal(['outcome-unknown', 'cut-off']);
      }
    });
  }

  it('T2 a body that comes drop by drop is ended by the same limit', async () => {
    const { createServer } = await import('node:http');
    const slow = createServer((_message, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as { port: number };
    const result = await ending(transportTo(`http://127.0.0.1:${port}`).request(read));
    slow.closeAllConnections();
    await new Promise((resolve) => slow.close(resolve));
    expect(result).to.deep.equal(['outcome-unknown', 'no-answer']);
  });

  it('T2 not sent: refused connection, unknown name, no TLS, TLS that never comes', async () => {
    const mute = await startMute();
    const { port } = new URL(org.url);
    await org.stop();
    const refused = await faultOf(transportTo(org.url).request(write));
    expect([refused.kind, refused.facts.reason]).to.deep.equal(['not-sent', 'unreachable']);
    expect(refused.message).to.match(new RegExp(`ECONNREFUSED 127\\.0\\.0\\.1:${port}, nobody listens there`));
    const unknown = await faultOf(transportTo('https://no-such-org.invalid').request(write));
    expect([unknown.kind, unknown.facts.reason]).to.deep.equal(['not-sent', 'unreachable']);
    expect(unknown.message).to.match(/no-such-org\.invalid.*(ENOTFOUND|EAI_AGAIN)/);
    await org.start();
    expect(await ending(transportTo(org.url.replace('http:', 'https:')).request(write))).to.deep.equal([
      'not-sent',
      'unreachable',
    ]);
    const silent = transportTo(`https://127.0.0.1:${mute.port}`, false, { connectMs: 200 });
    expect(await ending(silent.request(write))).to.deep.equal(['not-sent', 'unreachable']);
    expect(org.commits).to.deep.equal([]);
    await mute.end();
  });

  it('nothing is repeated and no redirect is followed', async () => {
    const elsewhere = new PracticeOrg({});
    const { url } = await elsewhere.start();
    for (const status of [301, 302, 303, 307, 308]) {
      const before = org.journal.length;
      org.faults.next({ kind: 'answer', status, headers: { location: `${url}/login?sid=secret` } });
      const fault = await faultOf(transportTo(org.url).request(write));
      expect([fault.kind, fault.facts.reason], String(status)).to.deep.equal(['refused', 'moved']);
      expect(fault.message).to.include(new URL(url).host).and.not.include('secret');
      expect(org.journal.length - before).to.equal(1);
    }
    expect(elsewhere.journal).to.deep.equal([]);
    for (const status of [500, 502, 503, 504] as const) {
      const before = org.journal.length;
      org.faults.next({ kind: 'serverError', status, times: 9 });
      expect(await ending(transportTo(org.url).request(read))).to.deep.equal(['outcome-unknown', 'server-error']);
      expect(org.journal.length - before).to.equal(1);
      org.faults.clear();
    }
    await elsewhere.stop();
  });

  it('thirty requests at once use no more than sixteen sockets, and all are answered', async () => {
    const sockets = new Set<unknown>();
    const { createServer } = await import('node:http');
    const server = createServer((message, response) => {
      sockets.add(message.socket);
      setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), 30);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const transport = transportTo(`http://127.0.0.1:${port}`);
    const answers = await Promise.all(Array.from({ length: 30 }, () => transport.request(read)));
    expect(answers).to.deep.equal(Array(30).fill({}));
    expect(sockets.size).to.equal(16);
    expect(transport.calls()).to.equal(30);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('a large answer arrives packed and whole', async () => {
    const transport = transportTo(org.url);
    const describe = (await transport.request({ method: 'GET', path: '/sobjects/Account/describe' })) as {
      fields: unknown[];
    };
    expect(describe.fields.length).to.be.greaterThan(10);
    expect(org.journal.at(-1)!.headers['accept-encoding']).to.include('gzip');
  });

  describe('the login', () => {
    const asked = (): (number | undefined)[] => org.journal.map(({ status }) => status);

    it('3.3 401: refreshed once, and the same content sent again', async () => {
      org.expireSession();
      const transport = transportTo(org.url, true);
      await transport.request(write);
      expect(asked()).to.deep.equal([401, 200, 200]);
      expect(org.commits.map(({ externalId }) => externalId)).to.deep.equal(['A-1']);
      expect(transport.calls()).to.equal(2);
    });

    it('3.3 401 again after the refresh is final: no endless refreshing', async () => {
      org.faults.next({ kind: 'unauthorized', times: Infinity, match: { path: '/services/data' } });
      expect(await ending(transportTo(org.url, true).request(write))).to.deep.equal(['login', 'login-expired']);
      expect(asked()).to.deep.equal([401, 200, 401]);
    });

    it('3.3 401 without a way to refresh is final', async () => {
      org.expireSession();
      const fault = await faultOf(transportTo(org.url).request(write));
      expect([fault.kind, fault.facts.reason]).to.deep.equal(['login', 'login-expired']);
      expect(fault.message).to.include('INVALID_SESSION_ID');
    });

    const refusals: [string, string][] = [
      ['expired access/refresh token', 'login-revoked'],
      ['ip restricted', 'login-ip-blocked'],
      ['inactive user', 'login-locked'],
      ['user is locked out', 'login-locked'],
    ];
    for (const [error_description, reason] of refusals) {
      it(`the refresh is refused, "${error_description}": ${reason}`, async () => {
        org.expireSession();
        const body = JSON.stringify({ error: 'invalid_grant', error_description });
        org.faults.next({ kind: 'answer', status: 400, body, match: { path: '/services/oauth2/token' } });
        const fault = await faultOf(transportTo(org.url, true).request(write));
        expect([fault.kind, fault.facts.reason]).to.deep.equal(['login', reason]);
        expect(fault.message).to.include(error_description);
      });
    }

    it('T2 the login service is down, or never answers: nothing was sent, and that is no refused login', async () => {
      org.expireSession();
      const match = { path: '/services/oauth2/token' };
      org.faults.next({ kind: 'serverError', status: 503, body: 'html', match });
      expect(await ending(transportTo(org.url, true).request(write))).to.deep.equal(['not-sent', 'server-error']);
      org.faults.next({ kind: 'cutBefore', match });
      expect(await ending(transportTo(org.url, true).request(write))).to.deep.equal(['not-sent', 'unreachable']);
      for (const fault of [{ kind: 'hang' }, { kind: 'halfBody', then: 'cut' }] as const) {
        org.faults.next({ ...fault, match });
        const { kind, message } = await faultOf(transportTo(org.url, true).request(write));
        expect(kind, message).to.equal('not-sent');
      }
      expect(org.commits).to.deep.equal([]);
    });
  });

  describe('the proxy of the CLI', () => {
    /** A name that only the proxy knows: whoever gets there went through it. */
    const name = 'org.practice.example';

    it('HTTP_PROXY is used for data and for the login; NO_PROXY is not passed over', async () => {
      const proxy = await startProxy({ [name]: new URL(org.url).host });
      process.env['HTTP_PROXY'] = proxy.url;
      await transportTo(`http://${name}`).request(write);
      expect(proxy.asked).to.deep.equal([
        `PATCH http://${name}/services/data/v66.0/composite/sobjects/Account/Ext_Id__c`,
      ]);
      expect(org.commits).to.have.lengthOf(1);

      org.expireSession();
      await transportTo(`http://${name}`, true).request(read);
      expect(proxy.asked.filter((line) => line.endsWith('/services/oauth2/token'))).to.have.lengthOf(1);

      const before = proxy.asked.length;
      process.env['NO_PROXY'] = '127.0.0.1,localhost';
      await transportTo(org.url).request(read);
      org.expireSession();
      await transportTo(org.url, true).request(read);
      expect(proxy.asked.length).to.equal(before);
      await proxy.end();
    });

    it('HTTPS_PROXY tunnels; an org behind it that speaks no TLS was not sent anything', async () => {
      const proxy = await startProxy({ [`${name}:443`]: new URL(org.url).host });
      process.env['HTTPS_PROXY'] = proxy.url;
      expect(await ending(transportTo(`https://${name}`).request(write))).to.deep.equal(['not-sent', 'unreachable']);
      expect(proxy.asked).to.deep.equal([`CONNECT ${name}:443`]);
      await proxy.end();
    });

    it('T2 a proxy that is down, that never answers, or that is no address: nothing was sent', async () => {
      const proxy = await startProxy();
      process.env['HTTPS_PROXY'] = proxy.url;
      await proxy.end();
      expect(await ending(transportTo(`https://${name}`).request(write))).to.deep.equal(['not-sent', 'unreachable']);
      const mute = await startMute();
      process.env['HTTPS_PROXY'] = `http://127.0.0.1:${mute.port}`;
      const silent = transportTo(`https://${name}`, false, { connectMs: 200 });
      expect(await ending(silent.request(write))).to.deep.equal(['not-sent', 'unreachable']);
      await mute.end();
      process.env['HTTPS_PROXY'] = 'http://user:secret@:nope';
      expect(() => transportTo(`https://${name}`))
        .to.throw(OrgFault, /HTTPS_PROXY/)
        .with.property('message')
        .that.does.not.include('secret');
    });
  });
});
