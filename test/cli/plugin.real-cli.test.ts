import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { PracticeOrg } from '../../src/practice-org/index.js';

/** The plugin in the real `sf` CLI, from the login to the retry. SF_CLI_BIN names the CLI's executable. */
const { SF_CLI_BIN } = process.env;
const plugin = fileURLToPath(new URL('../..', import.meta.url));

type Ended = { code: number; stdout: string; stderr: string };

describe('the plugin in the real sf CLI', function () {
  this.timeout(180_000);
  let org: PracticeOrg;
  let home: string;

  before(async () => {
    if (SF_CLI_BIN === undefined) throw new Error('SF_CLI_BIN is not set: name the executable of a real sf CLI');
    home = mkdtempSync(join(tmpdir(), 'crm-export-cli-'));
    org = new PracticeOrg();
    org.rules.add({
      name: 'Banks_Need_A_Phone',
      object: 'Account',
      message: 'A bank needs a phone number.',
      field: 'Phone',
      predicate: (record) => record['Industry'] === 'Banking' && (record['Phone'] ?? '') === '',
    });
    await org.start();
  });
  after(async () => {
    await org?.stop();
    if (home) rmSync(home, { recursive: true, force: true });
  });

  const sf = (args: string[], more: Record<string, string> = {}): Promise<Ended> =>
    new Promise((resolve) => {
      const env = {
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        HOME: home,
        USERPROFILE: home,
        CI: 'true',
        SF_DISABLE_TELEMETRY: 'true',
        SF_SKIP_NEW_VERSION_CHECK: 'true',
        SF_AUTOUPDATE_DISABLE: 'true',
        SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
        SF_DISABLE_LOG_FILE: 'true',
        ...more,
      };
      execFile(SF_CLI_BIN ?? 'sf', args, { env, cwd: home, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr });
      });
    });
  const write = (phone: string): void => {
    const rows = ['A-1,One,,', `A-2,Bank,Banking,${phone}`, 'A-3,Three,,'];
    writeFileSync(join(home, 'accounts.csv'), `Ext_Id__c,Name,Industry,Phone\n${rows.join('\n')}\n`);
  };
  const run = ['crm-export', 'run', '-f', 'accounts.csv', '-s', 'Account', '-i', 'Ext_Id__c'];

  it('is linked, and has its commands and help', async () => {
    expect((await sf(['plugins', 'link', plugin])).code).to.equal(0);
    const { code, stdout } = await sf(['crm-export', 'run', '--help']);
    expect(code).to.equal(0);
    for (const word of ['EXIT CODES', '69', '--on-error', '--definition-file']) expect(stdout).to.include(word);
  });

  it('uses the login that the CLI has', async () => {
    const args = ['org', 'login', 'access-token', '--instance-url', org.url, '--no-prompt', '--alias', 'sim'];
    expect((await sf([...args, '--set-default'], { SF_ACCESS_TOKEN: org.accessToken })).code).to.equal(0);
  });

  it('H1 pauses on the record, X1 says the same as JSON, and the real CLI sees what was written', async () => {
    write('');
    const paused = await sf([...run, '--json']);
    expect(paused.code, paused.stderr).to.equal(69);
    const { status, result } = JSON.parse(paused.stdout);
    expect(status).to.equal(69);
    expect(result.username).to.equal(org.username);
    expect(result.jobs[0].pausedOn).to.include({ row: 2, line: 3, key: 'A-2' });
    const query = await sf(['data', 'query', '-q', 'SELECT Ext_Id__c FROM Account ORDER BY Ext_Id__c', '--json']);
    expect(JSON.parse(query.stdout).result.records.map((one: { Ext_Id__c: string }) => one.Ext_Id__c)).to.deep.equal([
      'A-1',
    ]);
    const screen = await sf(['crm-export', 'status']);
    expect(screen.code).to.equal(0);
    expect(screen.stdout).to.include('A bank needs a phone number.').and.include('--target-org');
  });

  it('R2 retry sends the mended record, the run goes on behind it', async () => {
    write('+49 30 1234567');
    const retried = await sf(['crm-export', 'retry', '--json']);
    expect(retried.code, retried.stdout).to.equal(0);
    expect(JSON.parse(retried.stdout).result).to.include({ attempted: 1, resolved: 1 });
    const done = await sf([...run, '--json']);
    expect(done.code).to.equal(0);
    expect(JSON.parse(done.stdout).result.jobs[0]).to.include({ status: 'completed', read: 1, exported: 1 });
    expect(org.records('Account').map((row) => row['Ext_Id__c'])).to.deep.equal(['A-1', 'A-2', 'A-3']);
  });

  it('L1 logs and lists, and skip needs a paused job', async () => {
    write('');
    writeFileSync(join(home, 'banks.csv'), 'Ext_Id__c,Name,Industry\nB-1,Bank,Banking\nB-2,Shop,\n');
    const logged = await sf([
      ...run.map((word) => (word === 'accounts.csv' ? 'banks.csv' : word)),
      '--on-error',
      'log',
    ]);
    expect(logged.code, logged.stderr).to.equal(68);
    const listed = await sf(['crm-export', 'errors', 'list', '--json']);
    expect(JSON.parse(listed.stdout).result.map((row: { key: string }) => row.key)).to.deep.equal(['B-1']);
    const skipped = await sf(['crm-export', 'skip', '-j', 'Account-banks', '--reason', 'x', '--no-prompt']);
    expect(skipped.code).to.equal(1);
    expect(skipped.stderr).to.match(/not paused/i);
  });

  it('makes a job from a file, checks it, and runs it; typed alone it shows where to begin', async () => {
    writeFileSync(join(home, 'clients.csv'), 'Client No;Account Name;Industry\nD-1;One;Other\nD-2;Two;Other\n');
    const flags = ['--file', 'clients.csv', '--sobject', 'Account', '--external-id', 'Ext_Id__c'];
    const made = await sf(['crm-export', 'job', 'generate', ...flags, '--map', 'Client No=Ext_Id__c', '--json']);
    expect(made.code, made.stdout).to.equal(0);
    expect(JSON.parse(made.stdout).result).to.include({ change: 'created' });
    const checked = await sf(['crm-export', 'job', 'validate', '--json']);
    expect(checked.code, checked.stdout).to.equal(0);
    expect(JSON.parse(checked.stdout).result).to.include({ valid: true });
    const ran = await sf(['crm-export', 'run', '--json']);
    expect(JSON.parse(ran.stdout).result.jobs[0]).to.include({ job: 'Account-clients', exported: 2 });
    const alone = await sf(['crm-export']);
    expect(alone.code, alone.stderr).to.equal(0);
    expect(alone.stdout).to.include('sf crm-export job generate');
    const mistyped = await sf(['crm-export', 'job', 'generat']);
    expect(mistyped.code).to.equal(2);
    expect(mistyped.stderr).to.include('Did you mean "generate"?');
  });

  it('S1 no token is in any file of the ledger, and its files are the owner’s alone', () => {
    const folder = join(home, '.sf');
    const files = readdirSync(folder).filter((name) => name.startsWith('crm-export-store'));
    expect(files).to.not.deep.equal([]);
    for (const name of files) {
      expect(readFileSync(join(folder, name), 'utf8')).to.not.include(org.accessToken.split('!')[1]);
      expect(statSync(join(folder, name)).mode & 0o777, name).to.equal(0o600);
    }
  });
});
