import { expect } from 'chai';
import type { RunResult } from '../../src/core/run-result.js';
import { Admin } from '../support/cli.js';
import { loginByJwt } from '../support/jwt-login.js';

describe('run: a login that the CLI keeps and refreshes (design.md 3.3, X1)', function () {
  this.timeout(240_000);
  let admin: Admin;
  let username: string;
  before(async () => {
    admin = await Admin.create();
    username = await loginByJwt(admin);
    await admin.accounts([['A-1', 'N1']]);
  });
  after(() => admin.end());
  beforeEach(() => {
    admin.org.clearJournal();
    admin.org.faults.clear();
  });

  const flags = (): string[] => ['-f', admin.path('accounts.csv'), '-s', 'Account', '-i', 'Ext_Id__c', '-o', username];
  const run = (...more: string[]) => admin.json<RunResult>('run', ...flags(), '--restart', ...more);
  const asked = () => admin.org.journal.map(({ path, status }) => `${path.split('/').at(-1)} ${status}`);

  it('3.3 401: refreshed once through the login service, and the run goes on; the version is known from the login', async () => {
    const version = await run();
    expect(version.code, version.stdout).to.equal(0);
    admin.org.clearJournal();
    admin.org.expireSession();
    const { code, stdout, output } = await run();
    expect(code, stdout).to.equal(0);
    expect(output.result.username).to.equal(username);
    expect(asked().slice(0, 2)).to.deep.equal(['describe 401', 'token 200']);
    expect(asked().filter((line) => line.startsWith('token'))).to.have.lengthOf(1);
    expect(asked().at(-1)).to.equal('composite 200');
  });

  const refusals: [string, RegExp, string][] = [
    ["user hasn't approved this consumer", /revoked or has expired/, 'login-revoked'],
    ['ip restricted', /from this network address/, 'login-ip-blocked'],
    ['inactive user', /locked or inactive/, 'login-locked'],
  ];
  for (const [error_description, words, reason] of refusals) {
    it(`X1 the refresh is refused, "${error_description}": 77, told as ${reason}, with what to do`, async () => {
      admin.org.expireSession();
      const body = JSON.stringify({ error: 'invalid_grant', error_description });
      const match = { path: '/services/oauth2/token' };
      admin.org.faults.next({ kind: 'answer', status: 400, body, times: Infinity, match });
      const { code, output, stdout } = await run();
      expect(code, stdout).to.equal(77);
      expect(output.message).to.match(words).and.include(error_description);
      expect(output.actions).to.have.lengthOf.at.least(2);
      const { jobs } = output.data as RunResult;
      expect(jobs[0]!.stoppedBy).to.include({ code: 'login', reason });
    });
  }

  it('T2 X1 the login service breaks off in the middle of its answer: no crash, no refused login, 75', async () => {
    const impatient = { NODE_OPTIONS: `--import ${new URL('../support/impatient.mjs', import.meta.url).href}` };
    admin.org.expireSession();
    const match = { path: '/services/oauth2/token' };
    admin.org.faults.next({ kind: 'halfBody', then: 'cut', times: Infinity, match });
    const { code, stdout, stderr } = await admin.start(['run', ...flags(), '--restart', '--json'], impatient).ended;
    expect(code, stdout + stderr).to.equal(75);
    const { result } = JSON.parse(stdout) as { result: RunResult };
    expect(result.jobs[0]!.stoppedBy).to.include({ code: 'unavailable', reason: 'unreachable' });
  });
});
