import { chmod, mkdir, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';

import { expect } from 'chai';

import { SourceFault } from '../../../src/core/ports/source.js';
import { createCsvSource } from '../../../src/sources/csv-source.js';
import { CsvBench, show } from './csv-fixture.js';

const bytes = (...parts: Array<string | number[]>): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('csv source: bad input', () => {
  const bench = new CsvBench();
  beforeEach(() => bench.make());
  afterEach(() => bench.remove());

  const faultOf = async (file: string): Promise<unknown> =>
    createCsvSource({ type: 'csv', path: file })
      .open()
      .catch((error: unknown) => error);

  describe('a file that cannot be read at all is a SourceFault that names it', () => {
    it('no such file', async () => {
      const file = path.join(bench.folder, 'none.csv');
      expect(await faultOf(file)).to.deep.include({ code: 'not-found', facts: { path: file, systemCode: 'ENOENT' } });
      expect(await faultOf(path.join(file, 'deeper.csv'))).to.have.property('code', 'not-found');
    });

    it('a folder', async () => {
      await mkdir(path.join(bench.folder, 'x.csv'));
      expect(await faultOf(path.join(bench.folder, 'x.csv'))).to.have.property('code', 'not-a-file');
    });

    it('a file without permission', async function () {
      if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
      await bench.write('a\n');
      await chmod(bench.file, 0);
      expect(await faultOf(bench.file)).to.have.property('code', 'not-readable');
    });

    it('a delimiter that cannot be told from a quote or a line end', async () => {
      for (const delimiter of ['', '"', '\n', ',\r']) {
        expect((await bench.read('a\n', { delimiter })).fault?.facts).to.include({ delimiter });
      }
    });
  });

  describe('the header is checked', () => {
    const cases: Array<[string, string | Buffer, string, object]> = [
      ['nothing', '', 'empty', {}],
      ['only a byte order mark', '\uFEFF', 'empty', {}],
      ['only white space', '\uFEFF \r\n\t\n', 'empty', {}],
      ['a name that is empty', 'a,,c\n1,2,3\n', 'empty-column-name', { line: 1, index: 2 }],
      ['a name of white space', 'a, \t\n', 'empty-column-name', { index: 2 }],
      ['a delimiter at the end', 'a,b,\n', 'empty-column-name', { index: 3 }],
      ['an empty cell alone', '" "\na\n', 'empty-column-name', { index: 1 }],
      ['a name twice', '\n\nName,x,Name\n', 'duplicate-column', { line: 3, column: 'Name' }],
      ['a name twice but for case and space', 'Name,x, nAME\n', 'duplicate-column', { column: 'nAME' }],
      ['a quote that stays open', 'a,"b\n1,2\n', 'unclosed-quote', { line: 1 }],
      ['text behind a quote', '"a"b,c\n1,2\n', 'unreadable', { line: 1 }],
      ['bytes that are not UTF-8', bytes('a,b', [0xe9], '\n'), 'not-utf8', { line: 1, byte: 0xe9 }],
      ['UTF-16, little end first', Buffer.from('\uFEFFa,b\n', 'utf16le'), 'not-utf8', { encoding: 'UTF-16' }],
      ['UTF-16, big end first', Buffer.from('\uFEFFa,b\n', 'utf16le').swap16(), 'not-utf8', { encoding: 'UTF-16' }],
      ['UTF-16 without mark', Buffer.from('a,b\n', 'utf16le'), 'not-utf8', { encoding: 'UTF-16' }],
      ['an Excel workbook', bytes('PK', [3, 4, 20, 0], 'xyz'), 'not-utf8', { encoding: 'zip' }],
    ];
    for (const [name, content, code, facts] of cases) {
      it(`${name}: ${code}`, async () => {
        for (const readSize of [5, 256 * 1024]) {
          const { fault } = await bench.read(content, {}, { readSize });
          expect(fault).to.be.instanceOf(SourceFault);
          expect(fault).to.have.property('code', code);
          expect(fault!.facts).to.include({ path: bench.file, ...facts });
        }
      });
    }

    it('names lose the white space around them and keep their case', async () => {
      expect((await bench.read('\uFEFF"Id", Name ,x y\n1,2,3\n')).columns).to.deep.equal(['Id', 'Name', 'x y']);
    });

    it('a header alone is no fault: no rows, and a warning', async () => {
      for (const content of ['a,b', 'a,b\n', '\uFEFFa,b\r\n\r\n']) {
        const { rows, warnings, fault } = await bench.read(content);
        expect({ rows, fault }).to.deep.equal({ rows: [], fault: null });
        expect(warnings.join()).to.contain('no rows');
      }
    });

    it('a header of one column that holds another usual delimiter is warned about, by its name', async () => {
      expect((await bench.read('id;name\n1;2\n')).warnings.join()).to.contain('separated by ";"');
      expect((await bench.read('id\tname\n1\t2\n')).warnings.join()).to.contain('separated by tabs');
      expect((await bench.read('id,name\n1,2\n', { delimiter: ';' })).warnings.join()).to.contain('separated by ","');
      expect((await bench.read('"id";"name"\n"1";"2"\n')).fault!.message).to.contain('separated by ";"');
      expect((await bench.read('id\n1\n')).warnings).to.deep.equal([]);
    });
  });

  it('bytes that are not UTF-8 stop the run on their line, behind the good rows before it', async () => {
    for (const bad of [
      [0xe9],
      [0xff],
      [0xc3],
      [0xed, 0xa0, 0x80],
      [0xc0, 0xaf],
      [0xf5, 0x80, 0x80, 0x80],
      [0xe2, 0x82],
    ]) {
      for (const readSize of [3, 4, 5, 256 * 1024]) {
        const { rows, fault } = await bench.read(bytes('a,b\n€,"x\r\ny"\n3,', bad, '\n5,6\n'), {}, { readSize });
        expect(rows.map(show), String(bad)).to.deep.equal(['1:2 "€" "x\\r\\ny"']);
        expect(fault).to.deep.include({ code: 'not-utf8', facts: { path: bench.file, line: 4, byte: bad[0] } });
      }
    }
    const cut = await bench.read(bytes('a\n1\n2', [0xe2, 0x82]));
    expect(cut.rows.map(show)).to.deep.equal(['1:2 "1"']);
    expect(cut.fault?.facts).to.include({ line: 3 });
  });

  describe('handles', () => {
    const openHandles = async (): Promise<number> => {
      const links = await readdir('/proc/self/fd').then((names) =>
        Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ''))),
      );
      return links.filter((link) => link.startsWith(bench.file)).length;
    };
    before(function () {
      if (process.platform !== 'linux') this.skip();
    });

    it('the file is let go by the end, by leaving the loop, by a fault, by a bad header, by close', async () => {
      await bench.read('a\n1\n2\n');
      expect(await openHandles()).to.equal(0);
      const open = await bench.open();
      expect(await openHandles()).to.equal(1);
      for await (const row of open.rows()) if (row.position.row === 1) break;
      expect(await openHandles()).to.equal(0);
      await bench.write('a\n1\n"2\n');
      const faulty = await bench.open();
      await (async () => {
        for await (const row of faulty.rows()) expect(row.kind).to.equal('row');
      })().catch(() => undefined);
      expect(await openHandles()).to.equal(0);
      await bench.read('a,a\n');
      expect(await openHandles()).to.equal(0);
      await bench.write('a\n1\n');
      const unread = await bench.open();
      await unread.close();
      expect(await openHandles()).to.equal(0);
    });
  });
});
