import { expect } from 'chai';

import type { SourceMark } from '../../src/core/job.js';
import type { OpenSource, RecordSource } from '../../src/core/ports/source.js';
import type { SourceRow } from '../../src/core/record.js';

/** What the contract needs of one kind of source: ways to set up its content, and the source over it. */
export type SourceHarness = {
  /** A source over exactly these rows of text; every call replaces what was there. */
  make(columns: readonly string[], rows: ReadonlyArray<readonly string[]>): Promise<RecordSource>;
  /** Adds rows behind the last one. */
  append(rows: ReadonlyArray<readonly string[]>): Promise<void>;
  /** A source that does not exist. */
  missing(): RecordSource;
  remove(): Promise<void>;
};

const COLUMNS = ['Id', 'Name'];
const record = (n: number): readonly string[] => [`k${n}`, `name ${n}`];
const records = (count: number): ReadonlyArray<readonly string[]> =>
  Array.from({ length: count }, (_, i) => record(i + 1));

async function readAll(
  open: OpenSource,
  from?: { mark: SourceMark; row: number; line: number | null },
): Promise<SourceRow[]> {
  const rows: SourceRow[] = [];
  for await (const row of open.rows(from)) rows.push(row);
  return rows;
}

async function readToMark(
  source: RecordSource,
  count: number,
): Promise<{ mark: SourceMark; row: number; line: number | null }> {
  const open = await source.open();
  for await (const { position, end } of open.rows()) {
    if (position.row < count) continue;
    const mark = await open.mark(end);
    await open.close();
    return { mark, row: position.row, line: position.line ?? null };
  }
  throw new Error(`There are no ${count} rows.`);
}

/** Every source of records must pass this. */
export function sourceContract(name: string, harness: () => Promise<SourceHarness>): void {
  describe(`contract of a record source: ${name}`, () => {
    let kit: SourceHarness;
    beforeEach(async () => (kit = await harness()));
    afterEach(() => kit.remove());

    it('A1 says how far it reaches before anything is read, or that this is not known', async () => {
      const open = await (await kit.make(COLUMNS, records(500))).open();
      const { extent } = open;
      const rows = await readAll(open);
      await open.close();
      if (extent === null) return;
      const [first, last] = [rows[0]!.end, rows.at(-1)!.end];
      expect(extent).to.be.at.least(last);
      expect(extent - last, 'no more than a row behind it').to.be.at.most((last - first) / (rows.length - 1));
    });

    it('gives its columns and its rows in order, counted from 1 without gaps', async () => {
      const open = await (await kit.make(COLUMNS, records(2500))).open();
      expect(open.columns).to.deep.equal(COLUMNS);
      const rows = await readAll(open);
      await open.close();
      expect(rows.map(({ position }) => position.row)).to.deep.equal(rows.map((_, i) => i + 1));
      expect(rows.map((row) => (row.kind === 'row' ? row.cells : row.error))).to.deep.equal(records(2500));
    });

    it('has ends that only go forward', async () => {
      const open = await (await kit.make(COLUMNS, records(300))).open();
      const ends = (await readAll(open)).map(({ end }) => end);
      await open.close();
      expect(ends).to.deep.equal([...new Set(ends)].sort((a, b) => a - b));
    });

    it('has no rows, and no fault, where it is empty but for its columns', async () => {
      const open = await (await kit.make(COLUMNS, [])).open();
      expect(await readAll(open)).to.deep.equal([]);
      expect(open.warnings).to.not.deep.equal([]);
      await open.close();
    });

    it('goes on behind a mark that went through JSON', async () => {
      const source = await kit.make(COLUMNS, records(10));
      const from = JSON.parse(JSON.stringify(await readToMark(source, 4))) as Awaited<ReturnType<typeof readToMark>>;
      const open = await source.open();
      expect(await open.compare(from.mark)).to.equal('unchanged');
      const rows = await readAll(open, from);
      await open.close();
      expect(rows.map(({ position }) => position.row)).to.deep.equal([5, 6, 7, 8, 9, 10]);
    });

    it('keeps the part before a mark apart from what was added behind it', async () => {
      const source = await kit.make(COLUMNS, records(3));
      const from = await readToMark(source, 3);
      await kit.append([record(4), record(5)]);
      const open = await source.open();
      expect(await open.compare(from.mark)).to.equal('same-prefix');
      const rows = await readAll(open, from);
      await open.close();
      expect(rows.map((row) => row.kind === 'row' && row.cells)).to.deep.equal([record(4), record(5)]);
    });

    it('sees a change before a mark', async () => {
      const source = await kit.make(COLUMNS, records(10));
      const { mark } = await readToMark(source, 4);
      await kit.make(COLUMNS, [['k1', 'name X'], ...records(10).slice(1)]);
      const open = await source.open();
      expect(await open.compare(mark)).to.equal('differs');
      await open.close();
    });

    it('takes the mark of another kind of source for a difference', async () => {
      const open = await (await kit.make(COLUMNS, records(1))).open();
      expect(await open.compare({ kind: 'something else', offset: 1 })).to.equal('differs');
      expect(await open.compare({})).to.equal('differs');
      await open.close();
    });

    it('makes marks after the loop was left and after the end', async () => {
      const source = await kit.make(COLUMNS, records(5));
      const open = await source.open();
      const ends: number[] = [];
      for await (const { end } of open.rows()) if (ends.push(end) === 3) break;
      const mark = await open.mark(ends[1]!);
      await open.close();
      expect(mark).to.deep.equal((await readToMark(source, 2)).mark);
    });

    it('can be opened again after it was closed, and closed twice', async () => {
      const source = await kit.make(COLUMNS, records(2));
      const first = await source.open();
      await first.close();
      await first.close();
      const second = await source.open();
      expect(await readAll(second)).to.have.length(2);
      await second.close();
    });

    it('throws a SourceFault where it does not exist', async () => {
      const fault: unknown = await kit
        .missing()
        .open()
        .catch((error: unknown) => error);
      expect(fault).to.have.property('name', 'SourceFault');
      expect(fault).to.have.property('code', 'not-found');
    });
  });
}
