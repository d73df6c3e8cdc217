import { expect } from 'chai';

import { CsvBench, show } from './csv-fixture.js';

const LOCAL = 'LOCAL_BROKEN_ROW Line';

describe('csv source: rows', () => {
  const bench = new CsvBench();
  before(() => bench.make());
  after(() => bench.remove());

  /** Rows and fault as text, the same for small and for large reads. */
  const read = async (content: string, more = {}, limits = {}): Promise<string[]> => {
    const [small, large] = [
      await bench.read(content, more, { readSize: 3, ...limits }),
      await bench.read(content, more, limits),
    ];
    const shown = [small, large].map(({ rows, fault }) => [
      ...rows.map(show),
      ...(fault === null ? [] : [`${fault.code} ${fault.facts.line}`]),
    ]);
    expect(shown[0]).to.deep.equal(shown[1]);
    return shown[1]!.map((line) => line.replace(/;.*/, ''));
  };

  describe('a cell is absent, null or a value (P11)', () => {
    it('by default the empty cell is absent, quoted or not, and #N/A is null', async () => {
      expect(await read('a,b,c,d\n,"",#N/A,"#N/A"\n')).to.deep.equal(['1:2 - - null null']);
    });

    it('values are not trimmed, and near misses are values', async () => {
      expect(await read('a,b,c,d\n x ,#n/a, #N/A,\t\n')).to.deep.equal(['1:2 " x " "#n/a" " #N/A" "\\t"']);
    });

    it('both texts can be set, and take the place of the default', async () => {
      const content = 'a,b,c,d\n,-,#N/A,NULL\n';
      expect(await read(content, { absent: '-' })).to.deep.equal(['1:2 "" - null "NULL"']);
      expect(await read(content, { null: 'NULL' })).to.deep.equal(['1:2 - "-" "#N/A" null']);
      expect(await read(content, { null: '' })).to.deep.equal(['1:2 null "-" "#N/A" "NULL"']);
      expect(await read(content, { null: '', absent: '#N/A' })).to.deep.equal(['1:2 null "-" - "NULL"']);
    });

    it('NUL bytes are data', async () => {
      expect(await read('alpha,b\n\0,x\0y\n')).to.deep.equal(['1:2 "\\u0000" "x\\u0000y"']);
    });
  });

  describe('rows and lines', () => {
    it('empty lines are no rows and count as lines; a line of white space or delimiters is a row', async () => {
      expect(await read('\n\na,b\r\n\r\n1,2\n\n\r\r\n,\n" ",\n')).to.deep.equal([
        '1:5 "1" "2"',
        '2:9 - -',
        '3:10 " " -',
      ]);
    });

    it('line ends may be mixed, a lone CR is one, and quoted ones count as lines', async () => {
      expect(await read('a,b\r1,"x\r\ny\n\rz"\r\n2,"\r"\n3,4')).to.deep.equal([
        '1:2 "1" "x\\r\\ny\\n\\rz"',
        '2:6 "2" "\\r"',
        '3:8 "3" "4"',
      ]);
    });

    it('in a file of one column an empty line is no row and a quoted empty cell is one', async () => {
      expect(await read('a\n1\n\n""\n2')).to.deep.equal(['1:2 "1"', '2:4 -', '3:5 "2"']);
    });
  });

  describe('a broken row keeps its place, and the rest is read', () => {
    const cases: Array<[string, string, string[]]> = [
      ['too few cells', '1,2\n3\n4,5\n', ['1:2 "1" "2"', `2:3 ${LOCAL} 3: 2 cells expected, 1 found.`, '3:4 "4" "5"']],
      ['too many cells', '1,2,3\n4,5\n', [`1:2 ${LOCAL} 2: 2 cells expected, 3 found.`, '2:3 "4" "5"']],
      ['white space alone', ' \n4,5', [`1:2 ${LOCAL} 2: 2 cells expected, 1 found.`, '2:3 "4" "5"']],
      ['too few cells over lines', '"x\ny"\n4,5', [`1:2 ${LOCAL} 2: 2 cells expected, 1 found.`, '2:4 "4" "5"']],
      [
        'a quote inside a cell',
        '5" disk,x\n4,5\n',
        [`1:2 ${LOCAL} 2: a quote stands in a cell without quotes`, '2:3 "4" "5"'],
      ],
      [
        'a quote inside a cell, last line',
        '4,5\n1,x"',
        ['1:2 "4" "5"', `2:3 ${LOCAL} 3: a quote stands in a cell without quotes`],
      ],
      ['text behind a quote', '"x"y,1\r\n4,5\n', [`1:2 ${LOCAL} 2: text follows a closing quote`, '2:3 "4" "5"']],
      ['quotes not doubled', '"the "x" y",1\r4,5\n', [`1:2 ${LOCAL} 2: text follows a closing quote`, '2:3 "4" "5"']],
      [
        'broken rows in a row',
        'x"\n\ny"\n"z"!\n4,5\n',
        [
          `1:2 ${LOCAL} 2: a quote stands in a cell without quotes`,
          `2:4 ${LOCAL} 4: a quote stands in a cell without quotes`,
          `3:5 ${LOCAL} 5: text follows a closing quote`,
          '4:6 "4" "5"',
        ],
      ],
    ];
    for (const [name, content, expected] of cases) {
      it(name, async () => expect(await read(`a,b\n${content}`)).to.deep.equal(expected));
    }
  });

  describe('where nobody can say where the next row starts, the run stops on the line of the quote', () => {
    const cases: Array<[string, string, string[]]> = [
      ['a quote that stays open to the end', '1,2\n3,"4\n5,6\n', ['1:2 "1" "2"', 'unclosed-quote 3']],
      ['in the last cell of several quoted ones', '1,2\n"3\n3","4\n5,6\n', ['1:2 "1" "2"', 'unclosed-quote 4']],
      ['a quote that is closed by the opening quote of a later row', '1,"2\n3,"4",5\n6,7\n', ['unclosed-quote 2']],
      ['text behind a quote in a row of several lines', '1,2\n"3\n4"x,5\n6,7\n', ['1:2 "1" "2"', 'unclosed-quote 3']],
      ['a misplaced quote, then one that leads over the line end', '5" x,"y\nz",1\n6,7\n', ['unclosed-quote 2']],
    ];
    for (const [name, content, expected] of cases) {
      it(name, async () => expect(await read(`a,b\n${content}`)).to.deep.equal(expected));
    }
  });

  describe('sizes', () => {
    it('a cell over the limit breaks its row alone', async () => {
      const content = `a,b\n1,${'x'.repeat(20)}\n2,${'x'.repeat(21)}\n3,${'€'.repeat(20)}\n4,5\n`;
      const rows = await read(content, {}, { maxCell: 20 });
      expect(rows[1]).to.equal(`2:3 ${LOCAL} 3: Cell 2 has 21 characters`);
      expect(rows.map((row) => row.slice(0, 3))).to.deep.equal(['1:2', '2:3', '3:4', '4:5']);
    });

    it('a 10 MB cell breaks its row alone', async () => {
      const { rows, fault } = await bench.read(`a,b\n1,${'x'.repeat(10_000_000)}\n4,5\n`);
      expect(fault).to.equal(null);
      expect(rows.map(show).map((row) => row.replace(/;.*/, ''))).to.deep.equal([
        `1:2 ${LOCAL} 2: Cell 2 has 10000000 characters`,
        '2:3 "4" "5"',
      ]);
    });

    it('a row over the hard limit stops the run, naming its line, and that of a quote left open', async () => {
      const limits = { maxRecord: 50 };
      expect(await read(`a,b\n1,2\n3,${'x'.repeat(50)}\n4,5\n`, {}, limits)).to.deep.equal([
        '1:2 "1" "2"',
        'cell-too-large 3',
      ]);
      expect(await read(`a,b\n1,2\n3,"${'x\n'.repeat(50)}`, {}, limits)).to.deep.equal([
        '1:2 "1" "2"',
        'cell-too-large 3',
      ]);
      expect(await read(`a,b\n1,2\n3"${'x'.repeat(50)}\n4,5\n`, {}, limits)).to.deep.equal([
        '1:2 "1" "2"',
        'cell-too-large 3',
      ]);
      expect(await read(`a,b\n1,2\n3,${'x'.repeat(47)}\n4,5\n`, {}, limits)).to.have.length(3);
    });
  });
});
