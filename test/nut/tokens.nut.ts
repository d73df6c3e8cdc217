import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Admin, type CliResult } from '../support/cli.js';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Makes a login in the CLI's own store, as `sf org login access-token` does. */
const logIn = `
  import { AuthInfo } from '@salesforce/core';
  const [, accessToken, instanceUrl] = process.argv;
  const info = await AuthInfo.create({ accessTokenOptions: { accessToken, instanceUrl, loginUrl: instanceUrl } });
  await info.save();
  console.log(JSON.stringify(info.getUsername()));
`;

/** Everything the CLI can be made to tell of itself. */
const loud = { SF_DISABLE_LOG_FILE: 'false', SF_LOG_LEVEL: 'trace', SF_ENV: 'development' };

describe('S1: access tokens', function () {
  this.timeout(300_000);
  let admin: Admin;
  let source: string;
  let secret: string;

  before(async () => {
    admin = await Admin.create();
    secret = admin.org.accessToken.split('!')[1]!;
    source = await admin.accounts([
      ['A-1', 'x'],
      ['A-2', ''],
    ]);
  });
  after(() => admin.end());

  const loudly = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> =>
    admin.start(args, { ...loud, ...env }).ended;
  const adHoc = (): string[] => admin.adHoc(source);
  const expectNoToken = (ended: CliResult, what: string): void => {
    expect(ended.stdout + ended.stderr, what).to.not.include(secret);
    expect(ended.stdout + ended.stderr, what).to.not.include(admin.org.refreshToken);
  };

  async function filesWithToken(): Promise<string[]> {
    const entries = await readdir(admin.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(
      files.some((file) => file.endsWith('.log')),
      'the CLI wrote its log',
    ).to.equal(true);
    expect(files.some((file) => file === admin.store)).to.equal(true);
    const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
    return files.filter((_, at) => texts[at]!.includes(secret));
  }

  it('S1: --target-org TOKEN with --org-id, or in its place: neither the error nor --json repeats it', async () => {
    const token = admin.org.accessToken;
    const both = ['-o', token, '--org-id', admin.org.orgId];
    for (const args of [
      ['status', ...both],
      ['errors', 'list', ...both, '--json'],
      ['settings', 'list', ...both, '--json'],
      ['settings', 'get', 'api', '-o', token, '--global', '--json'],
      ['errors', 'export', '--output-file', 'x.csv', ...both, '--json'],
      ['status', '--org-id', token],
      ['status', '--org-id', token, '--json'],
    ]) {
      const ended = await loudly(args);
      expect(ended.code, args.join(' ')).to.equal(2);
      expectNoToken(ended, args.join(' '));
    }
    const { output } = await admin.json('status', ...both);
    expect(output.message).to.include('--target-org and --org-id');
  });

  it('S1: wrong usage beside a token: the parser repeats what was typed, but not the token', async () => {
    for (const args of [
      ['run', ...adHoc(), '--batch-size', 'x'],
      ['run', ...adHoc(), '--batch-size', 'x', '--json'],
      ['run', '--file', source, '--target-org', admin.org.accessToken, 'extra', 'words'],
      ['run', '--file', source, '--target-org', admin.org.accessToken, 'extra', 'words', '--json'],
      ['status', admin.org.accessToken],
      ['run', '--on-error', admin.org.accessToken, '--json'],
      ['run', '--file', source, '-s', 'Account', '-i', 'Ext_Id__c', '-o', `${admin.org.accessToken}x`],
    ]) {
      const ended = await loudly(args);
      expect(ended.code, args.join(' ')).to.not.equal(0);
      expectNoToken(ended, args.join(' '));
    }
  });

  it('S1: run, retry, status, lists, settings, export, a login that fails: no token on screen, in files, in logs', async () => {
    const commands: readonly (readonly string[])[] = [
      ['run', ...adHoc()],
      ['run', ...adHoc(), '--on-error', 'log', '--json'],
      ['retry', ...admin.orgFlags, '--json'],
      ['status', ...admin.orgFlags],
      ['errors', 'list', ...admin.orgFlags, '--json'],
      ['errors', 'export', '--output-file', 'errors.csv', ...admin.orgFlags],
      ['settings', 'set', 'batch-size', '50', ...admin.orgFlags],
    ];
    const say = async (args: readonly string[]): Promise<number | null> => {
      const ended = await loudly(args);
      expectNoToken(ended, args.join(' '));
      return ended.code;
    };
    for (const args of commands) expect(await say(args), args.join(' ')).to.be.oneOf([0, 68, 69]);
    const answer = { kind: 'answer', status: 400, match: { path: /\/composite/ } } as const;
    admin.org.faults.next({ ...answer, body: JSON.stringify([{ errorCode: 'X', message: admin.org.accessToken }]) });
    const echoed = await loudly(['run', ...adHoc(), '--restart', '--json']);
    expect(echoed.code).to.equal(1);
    expectNoToken(echoed, 'an org that repeats it');
    const old = admin.org.accessToken;
    admin.org.expireSession();
    for (const json of [[], ['--json']]) {
      const flags = ['--file', source, '-s', 'Account', '-i', 'Ext_Id__c', '-o', old, ...json];
      expect(await say(['run', ...flags])).to.equal(77);
    }
    expect(await filesWithToken()).to.deep.equal([]);
  });

  it('S1: with a login of the CLI nothing shows the token, DEBUG=* included', async () => {
    admin.org.login();
    secret = admin.org.accessToken.split('!')[1]!;
    const args = ['--input-type=module', '-e', logIn, admin.org.accessToken, admin.org.url];
    const { stdout } = await execute(process.execPath, args, { cwd: root, env: admin.environment() });
    const username = JSON.parse(stdout) as string;
    for (const json of [[], ['--json']]) {
      const flags = ['--file', source, '-s', 'Account', '-i', 'Ext_Id__c', '--target-org', username];
      const ended = await loudly(['run', ...flags, '--restart', ...json], { DEBUG: '*' });
      expect(ended.code, ended.stderr.slice(-2000)).to.equal(69);
      expect(ended.stderr).to.include('oclif');
      expectNoToken(ended, 'DEBUG=*');
    }
    expect(await filesWithToken()).to.deep.equal([]);
  });

  it('S1: DEBUG=* with a token as argument: the platform lists its arguments before any plugin is there, nothing else', async () => {
    const ended = await loudly(['run', ...admin.adHoc(source)], { DEBUG: '*' });
    expect(ended.code).to.equal(69);
    expect(ended.stdout).to.not.include(secret);
    const lines = ended.stderr.split('\n').filter((line) => line.includes(secret));
    for (const line of lines) expect(line).to.match(/^ +'00D|oclif:.* (runCommand|argv:)/);
  });
});
