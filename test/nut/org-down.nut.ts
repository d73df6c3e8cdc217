import { expect } from 'chai';
import type { RunResult } from '../../src/core/run-result.js';
import { Admin, type JsonOutput } from '../support/cli.js';
import { startMute, type MuteServer } from '../support/mute-server.js';
import { startProxy } from '../support/proxy.js';

const impatient = { NODE_OPTIONS: `--import ${new URL('../support/impatient.mjs', import.meta.url).href}` };
const proxyless = { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '', NO_PROXY: '', no_proxy: '' };

describe('run: an org that is down (design.md 3.3, 5)', function () {
  this.timeout(240_000);
  let admin: Admin;
  let mute: MuteServer;
  before(async () => {
    [admin, mute] = await Promise.all([Admin.create(), startMute()]);
    await admin.accounts([
      ['A-1', 'N1'],
      ['A-2', 'N2'],
    ]);
  });
  after(() => Promise.all([admin.end(), mute.end()]));
  beforeEach(() => admin.org.clearJournal());

  const run = async (env: NodeJS.ProcessEnv, ...more: string[]) => {
    const args = ['run', ...admin.adHoc(admin.path('accounts.csv')), ...more];
    return admin.start(args, { ...proxyless, ...impatient, ...env }).ended;
  };
  const stopOf = (stdout: string) => {
    const { status, result } = JSON.parse(stdout) as JsonOutput<RunResult>;
    expect(status).to.equal(75);
    const [job] = result.jobs;
    expect(job).to.include({ status: 'stopped', read: 0, exported: 0, failed: 0 });
    return job!.stoppedBy!;
  };
  const nowhere = (port: number | string): [string, string, string][] => [
    ['refused connection', 'http://127.0.0.1:9', 'unreachable'],
    ['DNS', 'https://no-such-org.invalid', 'unreachable'],
    ['TLS', `https://127.0.0.1:${new URL(admin.org.url).port}`, 'unreachable'],
    ['takes the connection and says nothing', `http://127.0.0.1:${port}`, 'no-answer'],
    ['takes the connection and never speaks TLS', `https://127.0.0.1:${port}`, 'unreachable'],
  ];

  it('T2 X1 from the beginning: 75, one clear message with the host, what to do; nothing in the ledger', async () => {
    for (const [what, url, reason] of nowhere(mute.port)) {
      const { code, stdout } = await run({ SF_ORG_INSTANCE_URL: url }, '--json');
      expect(code, `${what}: ${stdout}`).to.equal(75);
      const stop = stopOf(stdout);
      expect([stop.code, stop.reason], what).to.deep.equal(['unavailable', reason]);
      expect(stop.message, what)
        .to.include(new URL(url).hostname)
        .and.match(/Tried 6 times in \d+ s\.$/);
      expect(stop.actions, what).to.have.lengthOf.at.least(1);
    }
    expect(admin.org.commits).to.deep.equal([]);
    expect(await admin.exportErrors()).to.deep.equal([]);
  });

  it('X1 on the screen: the message once, and what to do next', async () => {
    const { code, stdout, stderr } = await run({ SF_ORG_INSTANCE_URL: 'https://no-such-org.invalid' });
    expect(code).to.equal(75);
    expect(stdout.split('The org cannot be reached').length - 1, stdout).to.equal(1);
    expect(stdout).to.match(/Stopped: The org cannot be reached \(no-such-org\.invalid: .*\n {2}- Check the network/);
    expect(stdout).to.include('Run the same command again');
    expect(stderr).to.not.match(/Error|at .*\.js/);
  });

  it('T2 X1 while it runs, hanging: 75 at the checkpoint; the next run goes on', async () => {
    const match = { method: 'POST' };
    admin.org.faults.next({ kind: 'halfBody', then: 'hang', times: Infinity, match });
    const hung = await run({}, '--json');
    expect(hung.code, hung.stdout).to.equal(75);
    const { result } = JSON.parse(hung.stdout) as JsonOutput<RunResult>;
    expect(result.jobs[0]!.stoppedBy).to.include({ code: 'unavailable', reason: 'no-answer' });
    expect(await admin.exportErrors()).to.deep.equal([]);
    admin.org.faults.clear();
    const next = await run({}, '--json');
    expect(next.code, next.stdout).to.equal(0);
    expect(admin.org.records('Account')).to.have.lengthOf(2);
  });

  it('a run asks the org for nothing but its API version, the describe, the triggers and the writes', async () => {
    const paths = (): string[] => admin.org.journal.map(({ method, path }) => `${method} ${path.replace(/^\/+/, '/')}`);
    await admin.accounts([['B-1', 'N']], 'Ext_Id__c,Name', 'more.csv');
    const more = ['--file', admin.path('more.csv'), '--sobject', 'Account', '--external-id', 'Ext_Id__c'];
    const asked = await admin.start(['run', ...more, ...admin.orgFlags, '--json'], proxyless).ended;
    expect(asked.code, asked.stdout).to.equal(0);
    expect(paths().map((path) => path.replace(/v\d+\.0/, 'vXX'))).to.deep.equal([
      'GET /services/data',
      'GET /services/data/vXX/sobjects/Account/describe',
      'GET /services/data/vXX/tooling/query',
      'POST /services/data/vXX/composite',
    ]);
    const newest = /v(\d+\.0)/.exec(paths()[1]!)![1];
    expect(newest).to.equal('67.0');
    const { result } = JSON.parse(asked.stdout) as JsonOutput<RunResult>;
    expect(result.jobs[0]!.apiCalls).to.equal(3);

    admin.org.clearJournal();
    const fixed = ['run', ...more, ...admin.orgFlags, '--api-version', '62.0', '--restart', '--json'];
    expect((await admin.start(fixed, proxyless).ended).code).to.equal(0);
    expect(paths()[0]).to.equal('GET /services/data/v62.0/sobjects/Account/describe');
  });

  it('the proxy of the CLI is used, and NO_PROXY is not passed over', async () => {
    const proxy = await startProxy({ 'org.practice.example': new URL(admin.org.url).host });
    const through = { HTTP_PROXY: proxy.url, SF_ORG_INSTANCE_URL: 'http://org.practice.example' };
    const there = await run(through, '--restart', '--json');
    expect(there.code, there.stdout).to.equal(0);
    expect(proxy.asked).to.have.lengthOf(admin.org.journal.length);
    const asked = proxy.asked.length;
    const direct = await run({ HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' }, '--restart', '--json');
    expect(direct.code, direct.stdout).to.equal(0);
    expect(proxy.asked).to.have.lengthOf(asked);
    await proxy.end();
  });
});
