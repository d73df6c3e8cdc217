import { createHash } from 'node:crypto';
import { appendFile, utimes } from 'node:fs/promises';

import { expect } from 'chai';
import fc from 'fast-check';

import type { SourceMark } from '../../../src/core/job.js';
import type { OpenSource } from '../../../src/core/ports/source.js';
import { collect, CsvBench } from './csv-fixture.js';
import { type Table, tables } from './csv-writer.js';

const limits = fc.record({
  readSize: fc.integer({ min: 1, max: 70 }),
  blockSize: fc.integer({ min: 1, max: 50 }),
  keepBlocks: fc.integer({ min: 0, max: 3 }),
});

/** Reads all rows and takes the mark of each one `lag` rows later, as a run with prefetch does. */
async function marksOf(open: OpenSource, lag: number): Promise<SourceMark[]> {
  const ends: number[] = [];
  const marks: SourceMark[] = [];
  for await (const row of open.rows()) {
    ends.push(row.end);
    if (ends.length > lag) marks.push(await open.mark(ends[marks.length]!));
  }
  while (marks.length < ends.length) marks.push(await open.mark(ends[marks.length]!));
  await open.close();
  return marks;
}

describe('csv source: properties over random tables', () => {
  const bench = new CsvBench();
  before(() => bench.make());
  after(() => bench.remove());

  const readTable = async ({ delimiter }: Table, size: object): Promise<OpenSource> => bench.open({ delimiter }, size);

  it('gives back every cell, row number, line number and end, wherever reads are cut', async () => {
    await fc.assert(
      fc.asyncProperty(tables, limits, async (table, size) => {
        await bench.write(table.text);
        const open = await readTable(table, size);
        const { rows, fault } = await collect(open);
        await open.close();
        expect(fault).to.equal(null);
        expect(open.columns).to.deep.equal(table.columns);
        expect(rows).to.deep.equal(table.rows);
      }),
      { numRuns: 400 },
    );
  });

  it('goes on behind the mark of any row with exactly the rest, and makes the same marks there', async () => {
    await fc.assert(
      fc.asyncProperty(tables, limits, limits, fc.nat(9), async (table, size, size2, lag) => {
        await bench.write(table.text);
        const marks = await marksOf(await readTable(table, size), lag);
        for (const [index, mark] of marks.entries()) {
          const open = await readTable(table, { ...size2, blockSize: size.blockSize });
          expect(await open.compare(mark)).to.equal('unchanged');
          const { row, line } = table.rows[index]!.position;
          const rest: SourceMark[] = [];
          const rows = [];
          for await (const next of open.rows({ mark, row, line: line ?? null })) {
            rows.push(next);
            rest.push(await open.mark(next.end));
          }
          await open.close();
          expect(rows).to.deep.equal(table.rows.slice(index + 1));
          expect(rest).to.deep.equal(marks.slice(index + 1));
        }
      }),
      { numRuns: 120 },
    );
  });

  it('chains SHA-256 over blocks, header included, whatever the size of reads and the lag of marks', async () => {
    await fc.assert(
      fc.asyncProperty(tables, limits, fc.nat(9), async (table, size, lag) => {
        await bench.write(table.text);
        const bytes = Buffer.from(table.text);
        for (const mark of await marksOf(await readTable(table, size), lag)) {
          const blocks = Math.floor(Number(mark['offset']) / size.blockSize);
          let chain = Buffer.alloc(32);
          const sha = (from: number, to: number): Buffer =>
            createHash('sha256').update(chain).update(bytes.subarray(from, to)).digest();
          for (let i = 0; i < blocks; i++) chain = Buffer.from(sha(i * size.blockSize, (i + 1) * size.blockSize));
          expect(mark).to.include({ blocks, chain: chain.toString('hex') });
          expect(mark['tail']).to.equal(sha(blocks * size.blockSize, Number(mark['offset'])).toString('hex'));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('tells a change before the mark from one behind it', async () => {
    await fc.assert(
      fc.asyncProperty(tables, limits, fc.nat(), fc.nat(), async (table, size, pick, place) => {
        fc.pre(table.rows.length > 0);
        await bench.write(table.text);
        const marks = await marksOf(await readTable(table, size), 2);
        const mark = marks[pick % marks.length]!;
        const bytes = Buffer.from(table.text);
        const at = place % bytes.length;
        const before = at < Number(mark['offset']);
        bytes[at] = bytes[at] === 0x78 ? 0x79 : 0x78;
        await bench.write(bytes);
        await utimes(bench.file, 1, 1);
        const open = await readTable(table, size).catch(() => null);
        // A header that broke lies before every mark.
        expect((await open?.compare(mark)) ?? 'differs').to.equal(before ? 'differs' : 'same-prefix');
        await open?.close();
      }),
      { numRuns: 200 },
    );
  });

  it('finds the appended rows alone behind the mark of the last row', async () => {
    await fc.assert(
      fc.asyncProperty(tables, limits, async (table, size) => {
        fc.pre(table.rows.length > 0);
        await bench.write(table.text);
        const mark = (await marksOf(await readTable(table, size), 3)).at(-1)!;
        const added = `\n${table.columns.map(() => 'new').join(table.delimiter)}\n`;
        await appendFile(bench.file, added);
        const open = await readTable(table, size);
        expect(await open.compare(mark)).to.equal('same-prefix');
        const last = table.rows.at(-1)!.position;
        const { rows } = await collect(open, { mark, row: last.row, line: last.line ?? null });
        await open.close();
        expect(rows.map(({ position }) => position)).to.deep.equal([
          { row: last.row + 1, line: ((table.text + added).match(/\r\n|\n|\r/g) ?? []).length },
        ]);
      }),
      { numRuns: 100 },
    );
  });
});
