import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Ledger, LedgerFault } from '../../../src/core/ports/ledger.js';
import { createLedger } from '../../../src/ledger/index.js';
import { storePaths } from '../../../src/ledger/store-paths.js';
import { jobId, jobRow, realClock, realRandom } from '../../support/ledger-rows.js';
import { tempFolder } from '../../support/temp-folder.js';

/** Pipes and devices among files, and links to them: Windows has none. */
const posix = process.platform !== 'win32';

(posix ? describe : describe.skip)('ledger: what others may put under its names', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let path: string;
  let ledger: Ledger;

  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder.path, 'store.json');
    ledger = createLedger({ path, clock: realClock, random: realRandom, lockWaitMs: 200 });
  });
  afterEach(() => folder.remove());

  const pipe = (at: string): unknown => execFileSync('mkfifo', [at]);
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'no fault',
      (fault: LedgerFault) => fault.code,
    );
  const attempts = (): Promise<string[]> =>
    Promise.all([codeOf(ledger.read()), codeOf(ledger.updateSettings((rows) => rows)), codeOf(ledger.openJob(jobId))]);

  const stores: [name: string, make: () => Promise<unknown>][] = [
    ['a pipe', async () => pipe(path)],
    ['a folder', () => mkdir(path)],
    ['a link to a device that never ends', () => symlink('/dev/zero', path)],
    ['a link to a pipe', async () => [pipe(`${path}-pipe`), await symlink(`${path}-pipe`, path)]],
    ['a link to itself', () => symlink(path, path)],
  ];
  for (const [name, make] of stores) {
    it(`C4 ${name} as store is a clear fault at once, and stays`, async () => {
      await make();
      const before = await readdir(folder.path);
      for (const code of await attempts()) expect(code).to.be.oneOf(['not-readable', 'not-writable']);
      expect(await readdir(folder.path)).to.deep.equal(before);
    });
  }

  it('C4 a link to a file that is no ledger: told as such, the file stays as it is', async () => {
    const other = join(folder.path, 'other.txt');
    await writeFile(other, 'not a ledger');
    await symlink(other, path);
    expect(await attempts()).to.deep.equal(['corrupt', 'corrupt', 'corrupt']);
    expect(await readFile(other, 'utf8')).to.equal('not a ledger');
  });

  for (const kind of ['journal', 'lease'] as const) {
    it(`C4 a pipe as ${kind} of the job is a clear fault at once`, async () => {
      pipe(storePaths(path)[kind](jobId));
      const fault = await ledger.openJob(jobId).then(
        () => undefined,
        (error: LedgerFault) => error,
      );
      expect(fault?.code).to.equal('not-readable');
      expect(fault?.message).to.include('not a regular file').and.include(storePaths(path)[kind](jobId));
    });
  }

  it('C4 a pipe as lock is a clear fault, and whoever only reads does not care', async () => {
    pipe(`${path}.lock`);
    const codes = await attempts();
    expect(codes).to.deep.equal(['no fault', 'not-writable', 'not-writable']);
  });

  it('S1 links where journal, lease and backup would be are never written through', async () => {
    const other = join(folder.path, 'other.txt');
    await writeFile(other, 'mine');
    await ledger.updateSettings((rows) => rows);
    const paths = storePaths(path);
    for (const at of [paths.journal(jobId), paths.lease(jobId), paths.backup(realClock.now().slice(0, 10))]) {
      await symlink(other, at);
    }
    const job = await ledger.openJob(jobId).catch((fault: LedgerFault) => fault.code);
    if (typeof job !== 'string') {
      await job.commit({ job: jobRow() });
      await job.close();
    }
    expect(await readFile(other, 'utf8')).to.equal('mine');
  });

  it('S1 a job name never becomes a path, and every name has files of its own', async () => {
    const names = ['../x', '/etc/passwd', 'con', '.', '..', 'a/b', 'a\\b', 'NUL', '__proto__', 'constructor', '\u0000'];
    names.push('x'.repeat(5000), '\u202e', '-rf', '$(id)', 'toString', '%2e%2e');
    await mkdir(join(folder.path, 'inner'));
    path = join(folder.path, 'inner', 'store.json');
    ledger = createLedger({ path, clock: realClock, random: realRandom });
    for (const name of names) {
      const job = await ledger.openJob({ orgId: jobId.orgId, name });
      await job.commit({ job: jobRow({ name }) });
      await job.close();
    }
    expect((await ledger.read()).jobs.map(({ name }) => name)).to.deep.equal(names);
    expect(await readdir(folder.path)).to.deep.equal(['inner']);
    for (const file of await readdir(join(folder.path, 'inner')))
      expect(file).to.match(/^store\.json(\.backup-[\d-]+)?$/);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });
});
