import { appendFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { RecordSource } from '../../src/core/ports/source.js';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { refusing } from '../support/job-desk.js';
import type { SourceRow } from '../support/life/model.js';
import { stageOf, World, type Stage } from '../support/life/world.js';
import { tempFolder } from '../support/temp-folder.js';

/** A world whose file grows at the moment it was opened, if somebody is writing to it. */
class GrowingWorld extends World {
  public growing = false;

  protected override source(): RecordSource {
    const source = super.source();
    if (!this.growing) return source;
    const open = async () => {
      const opened = await source.open();
      await appendFile(this.file, `${this.prefix}new,Good,,,\n`);
      return opened;
    };
    return { name: source.name, open };
  }
}

const plain = (key: string, Name: string, Phone?: string): SourceRow => ({
  key,
  fields: { Name, ...(Phone === undefined ? {} : { Phone }) },
});

describe('a retry whose source changes, or is only half there', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let org: PracticeOrg;
  let stage: Stage;
  let world: GrowingWorld;
  let names = 0;

  before(async () => {
    folder = await tempFolder();
    org = new PracticeOrg({});
    await org.start();
    stage = await stageOf(org, folder.path);
  });
  after(async () => {
    stage.transport.end();
    await org.stop();
    await folder.remove();
  });
  beforeEach(() => {
    names += 1;
    world = new GrowingWorld(stage, {
      name: `W${names}-`,
      job: 'accounts',
      batchSize: 10,
      collections: 1,
      onDisk: false,
    });
    org.rules.add(refusing('BAD'));
  });

  const log = () => world.run({ mode: 'log' }, {});
  const pause = () => world.run({ mode: 'pause' }, {});
  const retry = async (limit?: number) => (await world.retried(0, { limit })).jobs[0];
  const statuses = async () => (await world.history()).map(({ row, status }) => [row, status]);

  it('R3 a row appended while it reads: the row left out is not taken for gone, no older row passes for current', async () => {
    await world.write([plain('a', 'BAD1', 'p1'), plain('b', 'Good'), plain('a', 'BAD3', 'p3')]);
    await log();
    org.rules.disable('BAD');
    world.growing = true;
    const done = await retry();
    expect(done?.warnings.join(' ')).to.match(/changed while it was read.*stored data/);
    expect(world.org('a')).to.include({ Name: 'BAD3', Phone: 'p3' });
  });

  it('4.1 the last row has no usable key, and a row is appended while it reads: its error waits', async () => {
    await world.write([plain('b', 'Good'), { key: '', fields: { Name: 'Good' } }]);
    await log();
    world.growing = true;
    expect((await retry())?.skipped).to.deep.equal([{ reason: 'no-data', count: 1 }]);
    expect(await statuses()).to.deep.equal([[2, 'pending']]);
    world.growing = false;
    expect((await retry())?.stillFailing).to.equal(1);
  });

  it('R3 the file is seen half-written, then is as it was: the next run starts at row 1, and nothing older stays', async () => {
    const rows = [plain('a', 'Good', 'p1'), plain('b', 'Good'), plain('a', 'BAD3', 'p3'), { key: '', fields: {} }];
    await world.write(rows);
    await log();
    org.rules.disable('BAD');
    await world.write(rows.slice(0, 2));
    expect(await retry()).to.include({ resolved: 1, superseded: 1 });
    await world.write(rows);
    expect((await log()).result).to.include({ read: 4, status: 'completedWithErrors' });
    expect(world.org('a')).to.include({ Name: 'BAD3', Phone: 'p3' });
    expect((await statuses()).filter(([, status]) => status === 'pending')).to.deep.equal([[4, 'pending']]);
    expect((await log()).result, 'and only once').to.include({ read: 0 });
  });

  it('4.2 skip after a retry that refused the row as it is now: the job stands behind it', async () => {
    await world.write([plain('a', 'Good'), plain('b', 'BAD'), plain('c', 'Good')]);
    await pause();
    await world.write([plain('a', 'Good'), plain('b', 'BAD again'), plain('c', 'Good')]);
    expect((await retry())?.stillFailing).to.equal(1);
    await world.skip(true);
    expect((await pause()).result).to.include({ status: 'completed', read: 1 });
    expect((await world.history()).length).to.equal(1);
  });

  it('R1 with a limit, the rows that waited longest come first: none waits for ever', async () => {
    await world.write(['a', 'b', 'c', 'd'].map((key) => plain(key, 'BAD')));
    await log();
    for (const expected of [
      [2, 2, 1, 1],
      [2, 2, 2, 2],
    ]) {
      expect((await retry(2))?.skipped).to.deep.equal([{ reason: 'limit', count: 2 }]);
      expect((await world.history()).map(({ attempts }) => attempts)).to.deep.equal(expected);
    }
  });

  it('P23 rights that went between two windows are the run’s, though they were asked for before', async () => {
    world = new GrowingWorld(stage, {
      name: `W${names}-`,
      job: 'accounts',
      batchSize: 1,
      collections: 1,
      onDisk: false,
    });
    await world.write(['a', 'b'].map((key) => plain(key, 'BAD')));
    await log();
    const denied = { kind: 'recordError', statusCode: 'INSUFFICIENT_ACCESS_OR_READONLY', message: 'No' } as const;
    org.faults.next({ ...denied, scope: 'record', times: 3 });
    const asked = org.journal.length;
    await retry();
    const describes = org.journal.slice(asked).filter(({ path }) => path.endsWith('/describe'));
    expect(describes).to.have.length(2);
  });
});
