import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { LedgerFault } from '../../../src/core/ports/ledger.js';
import { createLedger } from '../../../src/ledger/index.js';
import { StoreAdapter, storeText } from '../../../src/ledger/store-adapter.js';
import { emptyStore } from '../../../src/ledger/store-data.js';
import type { StoreData } from '../../../src/ledger/store-data.js';
import { storePaths } from '../../../src/ledger/store-paths.js';
import { countingRandom, errorRow, jobId, jobRow, manualClock } from '../../support/ledger-rows.js';
import { tempFolder } from '../../support/temp-folder.js';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
const posix = process.platform !== 'win32';

type Broken = readonly [name: string, text: string, words: string, at?: string];

/** A store with a value of a hundred thousand levels under a name that no version knows. */
function nested(open: string): string {
  const levels = 100_000;
  const value = `${open.repeat(levels)}1${(open === '[' ? ']' : '}').repeat(levels)}`;
  return JSON.stringify({ ...emptyStore(), more: 0 }).replace('"more":0', `"more":${value}`);
}

/** Written in place of the settings of a stored job. */
const snapshots = [
  '"settings":{"batch-size":"all"}',
  '"settings":[1]',
  '"settings":{},"mapping":{"Name":{"column":{}}}',
  '"settings":{},"mapping":{"Name":{"column":"Name","values":{"a":{}}}}',
  '"settings":{},"after":"x"',
  '"settings":{},"source":{"type":"csv","path":7}',
  '"settings":{},"source":{"type":"csv","path":"/x","delimiter":null}',
];

describe('ledger: store file', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let path: string;
  let now: string;

  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder.path, 'store.json');
    now = '2026-11-23T19:30:00.000Z';
  });
  afterEach(() => folder.remove());

  const adapter = (options = {}): StoreAdapter => new StoreAdapter(storePaths(path), { now: () => now, ...options });
  const faultOf = async (promise: Promise<unknown>): Promise<LedgerFault> =>
    promise.then(
      () => expect.fail('expected a fault'),
      (error: unknown) => error as LedgerFault,
    );
  const names = async (): Promise<string[]> => (await readdir(folder.path)).sort();
  const storeOf = (change: Partial<StoreData>): StoreData => ({ ...emptyStore(), ...change });

  it('a missing file is an empty ledger', async () => {
    expect(await adapter().read()).to.equal(null);
  });

  it('gives back what was written, any text as name and value included', async () => {
    const payload = fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.string({ unit: 'binary' }));
    const property = fc.asyncProperty(fc.array(payload, { maxLength: 5 }), async (payloads) => {
      const data = storeOf({ exportErrors: payloads.map((one, n) => errorRow(`e${n}`, { payload: one })) });
      await adapter().write(data);
      expect(JSON.stringify(await adapter().read())).to.equal(JSON.stringify(data));
    });
    await fc.assert(property, { numRuns: 25 });
  });

  it('is JSON with one row on each line', () => {
    const data = storeOf({ exportErrors: [errorRow('a'), errorRow('b')], jobs: [jobRow()] });
    const text = [...storeText(data)].join('');
    expect(JSON.parse(text)).to.deep.equal(data);
    expect(text.split('\n').filter((line) => line.startsWith('{"id"'))).to.have.length(2);
  });

  const broken: Broken[] = [
    ['an empty file', '', 'empty'],
    ['a file of blanks', ' \n', 'empty'],
    ['half a file', '{"version":1,"settings":[', 'not JSON'],
    ['zeros', '\0\0\0\0', 'not JSON'],
    ['a list', '[]', 'an object was expected'],
    ['another JSON file', '{"name":"x"}', 'version', 'version'],
    ['a version that is none', '{"version":"1"}', 'version', 'version'],
    ['a missing table', '{"version":1,"settings":[]}', 'jobs', 'jobs'],
    [
      'a wrong value',
      JSON.stringify({ ...emptyStore(), exportErrors: [errorRow('a'), { ...errorRow('b'), attempts: 'two' }] }),
      'exportErrors[1].attempts',
      'exportErrors[1].attempts',
    ],
    [
      'a wrong payload',
      JSON.stringify({ ...emptyStore(), exportErrors: [{ ...errorRow('b'), payload: ['x'] }] }),
      'must be an object of fields',
      'exportErrors[0].payload',
    ],
    // A store that somebody else put there (a shared cache): it must end in words, not in a crash of whoever walks it.
    ['values nested without end', nested('['), 'nested in more than 20 levels'],
    ['objects nested without end', nested('{"a":'), 'nested in more than 20 levels'],
    ['a list nested without end', '['.repeat(1_000_000) + ']'.repeat(1_000_000), 'an object was expected'],
    [
      'keys of prototypes',
      '{"__proto__":{"version":1},"constructor":{"prototype":{"version":1}}}',
      'version',
      'version',
    ],
    ['a huge version', '{"version":1e400}', 'version', 'version'],
    [
      'a huge number',
      JSON.stringify({ ...emptyStore(), exportErrors: [errorRow('b')] }).replace('"attempts":1', '"attempts":1e308'),
      'exportErrors[0].attempts',
      'exportErrors[0].attempts',
    ],
    ...snapshots.map((wrong): Broken => [
      `a job of wrong types (${wrong.slice(0, 40)})`,
      JSON.stringify({ ...emptyStore(), jobs: [jobRow()] }).replace('"settings":{}', wrong),
      'jobs[0].snapshot',
    ]),
  ];
  for (const [name, text, words, at] of broken) {
    it(`C4 ${name}: file, place and backup are named, nothing is written`, async () => {
      const backup = join(folder.path, 'store.json.backup-2026-11-20');
      await writeFile(backup, 'x');
      await writeFile(join(folder.path, 'store.json.backup-2026-09-20'), 'x');
      await writeFile(path, text);
      const ledger = createLedger({ path, clock: manualClock(), random: countingRandom() });
      for (const attempt of [
        () => ledger.read(),
        () => ledger.updateSettings((rows) => rows),
        () => ledger.openJob(jobId),
      ]) {
        const fault = await faultOf(attempt());
        expect(fault.code).to.equal('corrupt');
        expect(fault.facts).to.include({ path, backup });
        if (at !== undefined) expect(fault.facts['at']).to.equal(at);
        expect(fault.message).to.include(path).and.include(backup).and.include(words);
      }
      expect(await readFile(path, 'utf8')).to.equal(text);
      expect(await names()).to.have.length(3);
    });
  }

  it('C4 without a backup the fault says so', async () => {
    await writeFile(path, '');
    const fault = await faultOf(adapter().read());
    expect(fault.message).to.include('no backup');
    expect(fault.facts.backup).to.equal(undefined);
  });

  it('C4 a store of a newer program is never overwritten', async () => {
    const text = '{"version":99,"whatever":{}}';
    await writeFile(path, text);
    const ledger = createLedger({ path, clock: manualClock(), random: countingRandom() });
    for (const attempt of [
      () => ledger.read(),
      () => ledger.updateSettings((rows) => rows),
      () => ledger.openJob(jobId),
    ]) {
      const fault = await faultOf(attempt());
      expect(fault.code).to.equal('newer-version');
      expect(fault.message).to.include(path).and.include('99');
    }
    expect(await readFile(path, 'utf8')).to.equal(text);
    expect(await names()).to.deep.equal(['store.json']);
  });

  it('reads a file that an editor saved with a byte order mark, and keeps fields it does not know', async () => {
    const row = { ...errorRow('a'), ofAPlugin: 1 };
    await writeFile(path, `\uFEFF${JSON.stringify(storeOf({ exportErrors: [row] }))}`);
    expect((await adapter().read())?.exportErrors).to.deep.equal([row]);
  });

  it('C4 a write that is stopped leaves the old file and no temp file', async () => {
    await adapter().write(emptyStore());
    const before = await readFile(path, 'utf8');
    const beforeReplace = (): Promise<never> => Promise.reject(new Error('stop'));
    const fault = await faultOf(adapter({ beforeReplace }).write(storeOf({ jobs: [jobRow()] })));
    expect(fault.code).to.equal('not-writable');
    expect(await readFile(path, 'utf8')).to.equal(before);
    expect((await names()).filter((name) => name.endsWith('.tmp'))).to.deep.equal([]);
  });

  it('S1 store, backup and folder belong to their owner alone, whatever the umask', async function () {
    if (!posix) return this.skip();
    const old = process.umask(0);
    try {
      for (const umask of [0, 0o377]) {
        process.umask(umask);
        const place = join(folder.path, `umask-${umask}`);
        if (umask !== 0) await mkdir(place).then(() => chmod(place, 0o700));
        path = join(place, 'store.json');
        const ledger = createLedger({ path, clock: manualClock(), random: countingRandom() });
        await ledger.updateSettings((rows) => rows);
        const job = await ledger.openJob(jobId);
        await job.commit({ job: jobRow() });
        const files = await readdir(place);
        expect(files).to.have.length(3);
        await job.close();
        for (const file of await readdir(place)) expect(await modeOf(join(place, file)), file).to.equal(0o600);
        expect(await modeOf(place)).to.equal(0o700);
      }
    } finally {
      process.umask(old);
    }
  });

  it('S1 a store that came from elsewhere with wide rights gets narrow ones at the next write', async function () {
    if (!posix) return this.skip();
    await writeFile(path, JSON.stringify(emptyStore()));
    await chmod(path, 0o644);
    await adapter().write(emptyStore());
    for (const name of await names()) expect(await modeOf(join(folder.path, name)), name).to.equal(0o600);
  });

  it('C4 keeps a backup from before the first write of each day, the last five of them', async () => {
    for (let day = 10; day < 20; day++) {
      for (const hour of ['01', '02']) {
        now = `2026-11-${day}T${hour}:00:00.000Z`;
        await adapter().write(storeOf({ settings: [{ scope: 'global', name: 'time', value: now }] }));
      }
    }
    const backups = (await names()).filter((name) => name.includes('backup'));
    expect(backups).to.deep.equal([15, 16, 17, 18, 19].map((day) => `store.json.backup-2026-11-${day}`));
    const last = JSON.parse(await readFile(join(folder.path, backups[4]!), 'utf8')) as StoreData;
    expect(last.settings[0]?.value).to.equal('2026-11-18T02:00:00.000Z');
  });

  it('C4 keeps a backup before a migration, with the old version in its name, for good', async () => {
    const plan = {
      current: 2,
      migrations: [
        {
          to: 2,
          store: (store: Record<string, unknown>) => ({ ...store, runs: [] }),
          change: (change: Record<string, unknown>) => change,
        },
      ],
    };
    const { runs: _, ...old } = emptyStore();
    await writeFile(path, JSON.stringify(old));
    const migrating = adapter({ plan });
    const data = (await migrating.read())!;
    expect(data.version).to.equal(2);
    expect(JSON.parse(await readFile(path, 'utf8'))).to.deep.equal(old);
    await migrating.write(data);
    expect(await names()).to.deep.equal(['store.json', 'store.json.backup-2026-11-23-v1']);
    expect(JSON.parse(await readFile(join(folder.path, 'store.json.backup-2026-11-23-v1'), 'utf8'))).to.deep.equal(old);
    expect((await adapter({ plan }).read())?.version).to.equal(1 + 1);
  });

  it('C3 two paths to one store (a link) share its lock and its journals', async function () {
    if (!posix) return this.skip();
    const link = join(folder.path, 'link.json');
    await symlink(path, link);
    const options = { clock: manualClock(), random: countingRandom() };
    const job = await createLedger({ path: link, ...options }).openJob(jobId);
    await job.commit({ job: jobRow() });
    expect((await faultOf(createLedger({ path, ...options }).openJob(jobId))).code).to.equal('busy');
    await job.close();
    expect((await stat(path)).isFile()).to.equal(true);
    expect((await createLedger({ path, ...options }).read()).jobs).to.have.length(1);
  });
});
