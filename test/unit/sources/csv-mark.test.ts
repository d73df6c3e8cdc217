import { appendFile, copyFile, rename, rm, utimes } from 'node:fs/promises';

import { expect } from 'chai';

import type { SourceMark } from '../../../src/core/job.js';
import type { OpenSource, SourceComparison } from '../../../src/core/ports/source.js';
import { CSV_LIMITS } from '../../../src/sources/csv-limits.js';
import { createCsvSource } from '../../../src/sources/csv-source.js';
import { collect, CsvBench, type From, show } from './csv-fixture.js';

const FOUR = 'id,name\n1,one\n2,two\n3,three\n4,four\n';

describe('csv source: what a run finds at its mark (design.md 7)', () => {
  const bench = new CsvBench();
  beforeEach(() => bench.make());
  afterEach(() => bench.remove());

  /** A run that settled `row` rows of this content. */
  async function settled(content: string, row: number): Promise<NonNullable<From>> {
    await bench.write(content);
    const open = await bench.open();
    const { rows } = await collect(open);
    const at = rows[row - 1]!;
    const mark = await open.mark(at.end);
    await open.close();
    return { mark, row, line: at.position.line ?? null };
  }

  async function found(from: NonNullable<From>, more = {}): Promise<{ is: SourceComparison; rest: string[] }> {
    const open = await bench.open(more);
    const is = await open.compare(from.mark);
    const rest = is === 'differs' ? [] : (await collect(open, from)).rows.map(show);
    await open.close();
    return { is, rest };
  }

  const table: Array<[string, number, string, SourceComparison, string[]]> = [
    [
      'in the middle, rows appended',
      2,
      `${FOUR}5,five\n`,
      'same-prefix',
      ['3:4 "3" "three"', '4:5 "4" "four"', '5:6 "5" "five"'],
    ],
    [
      'in the middle, the next row corrected',
      2,
      FOUR.replace('three', '3'),
      'same-prefix',
      ['3:4 "3" "3"', '4:5 "4" "four"'],
    ],
    ['in the middle, the rest removed', 2, 'id,name\n1,one\n2,two\n', 'same-prefix', []],
    ['in the middle, a row before the mark corrected', 2, FOUR.replace('one', 'eno'), 'differs', []],
    ['in the middle, a row before the mark removed', 2, FOUR.replace('1,one\n', ''), 'differs', []],
    ['in the middle, cut before the mark', 2, 'id,name\n1,one\n', 'differs', []],
    ['in the middle, a column renamed', 2, FOUR.replace('name', 'mane'), 'differs', []],
    ['in the middle, a byte order mark put in front', 2, `\uFEFF${FOUR}`, 'differs', []],
    ['at the end, rows appended', 4, `${FOUR}\n5,five`, 'same-prefix', ['5:7 "5" "five"']],
    ['at the end, written anew with the same content', 4, FOUR, 'same-prefix', []],
    ["at the end, last night's file replaced", 4, 'id,name\n7,seven\n', 'differs', []],
  ];
  for (const [name, row, now, is, rest] of table) {
    it(`${name}: ${is}`, async () => {
      const from = await settled(FOUR, row);
      await bench.write(now);
      await utimes(bench.file, 1, 1);
      expect(await found(from)).to.deep.equal({ is, rest });
    });
  }

  it('a file that nobody touched is unchanged, and read on at once', async () => {
    expect(await found(await settled(FOUR, 3))).to.deep.equal({ is: 'unchanged', rest: ['4:5 "4" "four"'] });
    expect(await found(await settled(FOUR, 4))).to.deep.equal({ is: 'unchanged', rest: [] });
  });

  it('a file that was only touched, copied or moved back has the same prefix', async () => {
    const from = await settled(FOUR, 3);
    await utimes(bench.file, 5, 5);
    expect((await found(from)).is).to.equal('same-prefix');
    await copyFile(bench.file, `${bench.file}.copy`);
    await rename(`${bench.file}.copy`, bench.file);
    expect(await found(from)).to.deep.equal({ is: 'same-prefix', rest: ['4:5 "4" "four"'] });
  });

  it('size, time and inode alone do not hide a change in the last block', async () => {
    const from = await settled(FOUR, 3);
    await bench.write(FOUR.replace('one', 'eno'));
    const open = await bench.open();
    const stamp = await open.compare(from.mark);
    await open.close();
    const { size, mtimeNs, inode } = await settled(FOUR.replace('one', 'eno'), 3).then(({ mark }) => mark);
    expect(stamp).to.equal('differs');
    expect((await found({ ...from, mark: { ...from.mark, size, mtimeNs, inode } as SourceMark })).is).to.equal(
      'differs',
    );
  });

  describe('a last row that was settled without a line break', () => {
    const table2: Array<[string, string, SourceComparison, string[]]> = [
      ['goes on with a line break and new rows', '\n3,c\n', 'same-prefix', ['3:4 "3" "c"']],
      ['goes on with CRLF', '\r\n3,c', 'same-prefix', ['3:4 "3" "c"']],
      ['got only its line break', '\n', 'same-prefix', []],
      ['grew: it is another row now', 'b\n3,c\n', 'differs', []],
      ['grew by a cell', ',c\n', 'differs', []],
    ];
    for (const [name, added, is, rest] of table2) {
      it(`${name}: ${is}`, async () => {
        const from = await settled('id,name\n1,a\n2,b', 2);
        await appendFile(bench.file, added);
        expect(await found(from)).to.deep.equal({ is, rest });
      });
    }
  });

  it('a CR at the end that becomes a CRLF is one line break', async () => {
    const from = await settled('id,name\r1,a\r', 1);
    await appendFile(bench.file, '\n2,b\r\n');
    expect(await found(from)).to.deep.equal({ is: 'same-prefix', rest: ['2:3 "2" "b"'] });
  });

  it('a source now read in another way differs', async () => {
    const from = await settled(FOUR, 2);
    for (const more of [{ delimiter: ';' }, { absent: '-' }, { null: 'NULL' }]) {
      expect((await found(from, more)).is).to.equal('differs');
    }
  });

  it('a mark of another kind, shape or block size differs', async () => {
    const { mark } = await settled(FOUR, 2);
    const odd: SourceMark[] = [
      {},
      { ...mark, kind: 'query' },
      { ...mark, offset: -1 },
      { ...mark, offset: 3, blocks: 0 },
      { ...mark, blocks: 1 },
      { ...mark, chain: 'no hash' },
      { ...mark, tail: null },
      { ...mark, blockSize: 4096 },
      { ...mark, line: 'two' },
    ];
    const open = await bench.open();
    for (const bad of odd) expect(await open.compare(bad), JSON.stringify(bad)).to.equal('differs');
    await open.close();
  });

  it('a mark that lags further than memory goes is made from the file, if that still is what was read', async () => {
    const limits = { ...CSV_LIMITS, blockSize: 16, keepBlocks: 1, readSize: 8 };
    const content = `id,name\n${Array.from({ length: 50 }, (_, i) => `${i},name ${i}\n`).join('')}`;
    await bench.write(content);
    const read = async (): Promise<{ open: OpenSource; end: number }> => {
      const open = await createCsvSource(bench.spec(), limits).open();
      const { rows } = await collect(open);
      return { open, end: rows[4]!.end };
    };
    const late = await read();
    const mark = await late.open.mark(late.end);
    const again = await createCsvSource(bench.spec(), limits).open();
    expect(await again.compare(mark)).to.equal('unchanged');
    await again.close();
    const spoiled = await read();
    await bench.write(content.replace('name 4', 'name X'));
    const fault: unknown = await spoiled.open.mark(spoiled.end).catch((error: unknown) => error);
    expect(fault).to.include({ name: 'SourceFault', code: 'unreadable' });
    const gone = await read();
    await rm(bench.file);
    expect(await gone.open.mark(gone.end).catch((error: unknown) => error)).to.include({ code: 'not-found' });
  });
});
