import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLedger } from '../../src/ledger/index.js';
import { LedgerChild, childCommand } from '../support/ledger-processes.js';
import { jobId, realClock, realRandom } from '../support/ledger-rows.js';
import { tempFolder } from '../support/temp-folder.js';

type Report = {
  acknowledged: number;
  commitFault: string;
  clean: boolean;
  inMemory: number[];
  closeFault: string | null;
  settingsFault: string | null;
  full: unknown;
  again: string | null;
  files: string[];
};

/** Can this user mount a file system of his own, seen by his processes alone? */
function mountPrefix(): string[] | undefined {
  return [
    ['unshare', '-m'],
    ['unshare', '-rm'],
  ].find(
    ([program = '', ...args]) =>
      spawnSync(program, [...args, 'sh', '-c', 'mount -t tmpfs -o size=64k none /mnt']).status === 0,
  );
}

describe('ledger: disks and rights', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;

  beforeEach(async () => {
    folder = await tempFolder();
  });

  afterEach(() => folder.remove());

  it('C1 C4 a full disk loses nothing, and with room again the work goes on (a real small file system)', async function () {
    const prefix = mountPrefix();
    // The next test fills up without a mount: this one is not the only witness.
    if (prefix === undefined) return this.skip();
    const store = join(folder.path, 'store.json');
    const ballast = join(folder.path, 'ballast');
    const mount = `mount -t tmpfs -o size=800k none "$0" && head -c 450000 /dev/zero > "$0/ballast" && exec "$@"`;
    const child = new LedgerChild([...prefix, 'sh', '-c', mount, folder.path, ...childCommand('fill', store, ballast)]);
    const [report, after] = (await child.end()) as [Report, { afterwards: unknown }];
    const { acknowledged } = report;
    expect(acknowledged).to.be.within(5, 60);
    const state = { settings: [50], errors: acknowledged, row: acknowledged, calls: acknowledged };
    expect(report).to.deep.equal({
      acknowledged,
      commitFault: 'disk-full',
      clean: true,
      inMemory: [acknowledged, acknowledged],
      closeFault: 'disk-full',
      settingsFault: 'disk-full',
      full: state,
      again: null,
      files: [],
    });
    const more = acknowledged + 1;
    expect(after.afterwards).to.deep.equal({ settings: [50], errors: more, row: more, calls: more });
  });

  it('C1 C4 a file that may not grow (ulimit) loses nothing, in journal and fold', async () => {
    const store = join(folder.path, 'store.json');
    // nyc hooks itself into every child, and would write its own files there, under the limit too.
    const limit = `unset NODE_OPTIONS; trap '' XFSZ; ulimit -f 100; exec "$@"`;
    const child = new LedgerChild(['sh', '-c', limit, 'sh', ...childCommand('fill', store)]);
    const [report] = (await child.end()) as [Report];
    const { acknowledged } = report;
    expect(acknowledged).to.be.within(3, 60);
    expect(report).to.include({ commitFault: 'disk-full', clean: true });
    expect(report.inMemory).to.deep.equal([acknowledged, acknowledged]);
    expect(report.files).to.deep.equal([]);
    const view = await createLedger({ path: store, clock: realClock, random: realRandom }).read();
    // With luck the store just fits where the journal did not, and took one record more.
    expect(view.exportErrors.length).to.equal(acknowledged + (report.again === null ? 1 : 0));
    expect(view.settings.map(({ value }) => value)).to.satisfy((values: number[]) => [50, 51].includes(values[0]!));
  });

  it('C4 a folder without write permission is a clear fault, and reading still works', async () => {
    const place = join(folder.path, 'read-only');
    const store = join(place, 'store.json');
    const ledger = createLedger({ path: store, clock: realClock, random: realRandom });
    await ledger.updateSettings(() => [{ scope: 'global', name: 'batch-size', value: 50 }]);
    await chmod(store, 0o444);
    await chmod(folder.path, 0o755);
    await chmod(place, 0o555);
    const before = await readFile(store, 'utf8');
    const child = new LedgerChild(childCommand('without-rights', store));
    expect(await child.end()).to.deep.equal([{ settings: 1, update: 'not-writable', open: 'not-writable' }]);
    expect(await readFile(store, 'utf8')).to.equal(before);
    await chmod(place, 0o755);
  });

  it('C4 a store that may not be read is a clear fault, and no empty ledger', async () => {
    const place = join(folder.path, 'secret');
    await mkdir(place, { mode: 0o700 });
    const store = join(place, 'store.json');
    await writeFile(store, 'not for others');
    await chmod(folder.path, 0o755);
    if (process.getuid?.() !== 0) await chmod(store, 0o000);
    const [report] = (await new LedgerChild(childCommand('without-rights', store)).end()) as [Record<string, unknown>];
    expect(report).to.include({ settings: 'not-readable' });
    expect(report['update']).to.be.oneOf(['not-writable', 'not-readable']);
    expect(await readFile(store, 'utf8').catch(() => 'not for others')).to.equal('not for others');
  });

  it('C4 a path under a file, and a folder as store, are clear faults', async () => {
    const file = join(folder.path, 'file');
    await writeFile(file, 'x');
    const under = createLedger({ path: join(file, 'store.json'), clock: realClock, random: realRandom });
    const itself = createLedger({ path: folder.path, clock: realClock, random: realRandom });
    const code = (error: { code: string }): string => error.code;
    expect(await under.read().then(() => null, code)).to.equal('not-readable');
    expect(await under.updateSettings((rows) => rows).then(() => null, code)).to.equal('not-writable');
    expect(await under.openJob(jobId).then(() => null, code)).to.equal('not-writable');
    expect(await itself.read().then(() => null, code)).to.equal('not-readable');
    expect(await itself.openJob(jobId).then(() => null, code)).to.equal('not-readable');
  });
});
