import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Admin } from '../support/cli.js';
import { modeOf } from '../support/modes.js';

type Birth = { how: string; path: string; mode: string };

const hook = new URL('../support/record-births.mjs', import.meta.url).href;
const execute = promisify(execFile);

/** Runs as somebody else where this user may change who he is (root), and as himself elsewhere. */
const attempt = `
  const fs = require('node:fs');
  if (process.getuid && process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
  const told = process.argv.slice(1).map((path) => {
    try { fs.readFileSync(path); return 'read'; } catch (error) { return error.code; }
  });
  console.log(JSON.stringify(told));
`;

describe('S1: another user on the machine', function () {
  this.timeout(240_000);
  let admin: Admin;
  let exported: string;
  let births: Birth[];

  before(async () => {
    admin = await Admin.create();
    await mkdir(admin.path('out'));
    exported = admin.path('out/errors.csv');
    const source = await admin.accounts([
      ['A-1', 'x'],
      ['A-2', ''],
      ['A-3', ''],
    ]);
    const report = admin.path('births');
    const old = process.umask(0);
    try {
      for (const command of [
        ['run', ...admin.adHoc(source)],
        ['run', ...admin.adHoc(source), '--on-error', 'log'],
        ['errors', 'export', '--output-file', exported, ...admin.orgFlags],
        ['errors', 'export', '--output-file', exported, '--no-prompt', ...admin.orgFlags],
        ['errors', 'export', '--output-file', admin.path('out/errors.json'), ...admin.orgFlags],
      ]) {
        const env = { NODE_OPTIONS: `--import=${hook}`, BIRTHS: report, BIRTHS_UNDER: admin.folder };
        const { code, stderr } = await admin.start(command, env).ended;
        expect(code, stderr).to.be.oneOf([0, 68, 69]);
      }
    } finally {
      process.umask(old);
    }
    const lines = (await readFile(report, 'utf8')).trim().split('\n');
    births = lines.map((line) => JSON.parse(line) as Birth).filter(({ path }) => /\/(store|out)(\/|$)/.test(path));
  });
  after(() => admin.end());

  it('S1: store, backup, journal, lease, lock and exports are for their owner alone from birth, with umask 000', () => {
    for (const kind of ['.journal', '.lease', '.lock', '.backup-', '.write-', 'errors.csv', 'errors.json']) {
      expect(
        births.some(({ path }) => path.includes(kind)),
        kind,
      ).to.equal(true);
    }
    const wrong = births.filter(
      ({ how, mode }) => process.platform !== 'win32' && mode !== (how === 'mkdir' ? '700' : '600'),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('S1: nobody else can read them, even where folders are open to all', async () => {
    const folders = [dirname(admin.store), admin.path('out')];
    for (const folder of [admin.folder, ...folders]) await chmod(folder, 0o755);
    const files = (
      await Promise.all(folders.map(async (at) => (await readdir(at)).map((name) => join(at, name))))
    ).flat();
    expect(files).to.have.length.at.least(4);
    for (const file of files) expect(await modeOf(file), file).to.equal('600');
    const open = await admin.write('open.txt', 'for all');
    await chmod(open, 0o644);
    const { stdout } = await execute(process.execPath, ['-e', attempt, open, ...files]);
    const isRoot = process.getuid?.() === 0;
    expect(JSON.parse(stdout)).to.deep.equal(['read', ...files.map(() => (isRoot ? 'EACCES' : 'read'))]);
  });

  it('S1: a store that was unpacked for all to read and write is for its owner alone after the next run', async () => {
    await chmod(admin.store, 0o666);
    expect((await admin.sf('status', ...admin.orgFlags)).code).to.equal(0);
    const { code, stderr } = await admin.sf('settings', 'set', 'batch-size', '100', ...admin.orgFlags);
    expect(code, stderr).to.equal(0);
    expect(await modeOf(admin.store)).to.equal('600');
  });

  it('S1: an export replaces no file unasked, writes through no link, and is as narrow where it replaces a wide one', async () => {
    const wide = await admin.write('wide.csv', 'old');
    await chmod(wide, 0o666);
    const refused = await admin.json('errors', 'export', '--output-file', wide, ...admin.orgFlags);
    expect([refused.code, refused.output.name]).to.deep.equal([1, 'NobodyToAskError']);
    expect(refused.output.actions!.join()).to.include('--no-prompt');
    expect(await readFile(wide, 'utf8')).to.equal('old');
    const replaced = await admin.sf('errors', 'export', '--output-file', wide, '--no-prompt', ...admin.orgFlags);
    expect(replaced.code, replaced.stderr).to.equal(0);
    expect(await modeOf(wide)).to.equal('600');
    expect(await readFile(wide, 'utf8')).to.include('error__id');
  });

  it('C4: a pipe as store ends at once with an error that says what to do', async function () {
    const store = admin.path('pipe');
    if (process.platform === 'win32') await writeFile(store, '');
    else await execute('mkfifo', [store]);
    for (const command of [
      ['status', ...admin.orgFlags],
      ['run', ...admin.adHoc('accounts.csv')],
    ]) {
      const { code, output } = await admin.json(...command, '--store', store);
      expect(code).to.equal(1);
      expect(output.name).to.match(/^Ledger/);
      expect(output.actions).to.be.an('array').that.is.not.empty;
    }
  });
});
