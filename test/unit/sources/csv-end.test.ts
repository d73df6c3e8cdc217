import { appendFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';

import { expect } from 'chai';

import { collect, CsvBench, show } from './csv-fixture.js';

const FOUR = 'id,name\n1,one\n2,two\n3,three\n4,four\n';

describe('csv source: the end is the end as it was at opening (design.md 7)', () => {
  const bench = new CsvBench();
  beforeEach(() => bench.make());
  afterEach(() => bench.remove());

  /** Reads a file that something happens to after its first row. */
  async function readWhile(
    content: string,
    happens: () => Promise<unknown>,
  ): Promise<{ rows: string[]; warned: boolean }> {
    await bench.write(content);
    const open = await bench.open({}, { readSize: 8 });
    const rows: string[] = [];
    for await (const row of open.rows()) {
      if (rows.push(show(row)) === 1) await happens();
    }
    await open.close();
    return { rows, warned: open.warnings.join().includes('changed while it was read') };
  }

  const whole = ['1:2 "1" "one"', '2:3 "2" "two"', '3:4 "3" "three"', '4:5 "4" "four"'];

  it('a last row without line break is read at a stable end', async () => {
    expect(await readWhile(FOUR.trimEnd(), async () => {})).to.deep.equal({ rows: whole, warned: false });
  });

  const cases: Array<[string, string, () => Promise<unknown>, string[]]> = [
    ['rows are appended', FOUR, () => appendFile(bench.file, '5,five\n'), whole.slice(0, 3)],
    ['the last row is written on', FOUR.trimEnd(), () => appendFile(bench.file, 'teen\n'), whole.slice(0, 3)],
    [
      'it is saved anew under its name',
      FOUR,
      async () => {
        await writeFile(`${bench.file}.new`, FOUR);
        await rename(`${bench.file}.new`, bench.file);
      },
      whole.slice(0, 3),
    ],
    ['it is removed', FOUR, () => rm(bench.file), whole.slice(0, 3)],
    ['it is touched', FOUR, () => utimes(bench.file, 9, 9), whole.slice(0, 3)],
    ['it is cut within a row', FOUR, () => truncate(bench.file, FOUR.length - 8), whole.slice(0, 2)],
    ['its last row is within quotes', `${FOUR}5,"fi`, () => appendFile(bench.file, 've"\n'), whole],
  ];
  for (const [name, content, happens, rows] of cases) {
    it(`its last row is left for the next run when ${name}`, async () => {
      expect(await readWhile(content, happens)).to.deep.equal({ rows, warned: true });
    });
  }

  it('a character cut at an end that moves on is no fault, and one at a stable end is', async () => {
    const half = Buffer.concat([Buffer.from('id,name\n1,one\n2,'), Buffer.from([0xe2, 0x82])]);
    await bench.write(half);
    const open = await bench.open();
    await appendFile(bench.file, Buffer.from([0xac, 10]));
    expect((await collect(open)).rows.map(show)).to.deep.equal(whole.slice(0, 1));
    expect((await bench.read(half)).fault).to.have.property('code', 'not-utf8');
  });

  it('a header that changed between opening and reading stops the run', async () => {
    await bench.write(FOUR);
    const open = await bench.open();
    await bench.write(FOUR.replace('name', 'mane'));
    expect((await collect(open)).fault).to.have.property('code', 'unreadable');
  });

  it('the rest that was left is read by the next run', async () => {
    await bench.write(FOUR.trimEnd());
    const open = await bench.open();
    const ends: number[] = [];
    await appendFile(bench.file, 'teen\n');
    for await (const { end } of open.rows()) ends.push(end);
    const mark = await open.mark(ends.at(-1)!);
    const next = await bench.open();
    expect(await next.compare(mark)).to.equal('same-prefix');
    const { rows } = await collect(next, { mark, row: 3, line: 4 });
    await next.close();
    expect(rows.map(show)).to.deep.equal(['4:5 "4" "fourteen"']);
  });
});
