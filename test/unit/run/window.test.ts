import { expect } from 'chai';
import type { EncodedRecord, PreparedRecord, RefusedRecord } from '../../../src/core/record.js';
import { utf8Length, WindowBuilder, windowBytes, type Window } from '../../../src/core/run/window.js';
import { cleanWindowsToGrow, slowRequestMs, WindowSize } from '../../../src/core/run/window-size.js';
import { apiError, prepared } from '../../support/fake-sink.js';

async function* each(records: readonly EncodedRecord[]) {
  yield* records;
}

function refused(row: number): RefusedRecord {
  const key = { canonical: `#row:${row}`, display: `#row:${row}` };
  return { kind: 'refused', position: { row }, end: row, key, payload: null, errors: [apiError('LOCAL_MISSING_KEY')] };
}

async function windows(
  records: readonly EncodedRecord[],
  most = 1000,
  endAtRefused = false,
): Promise<{ rows: number[]; ended: boolean }[]> {
  const builder = new WindowBuilder(each(records), { records: () => most, collection: 2, endAtRefused });
  const found: { rows: number[]; ended: boolean }[] = [];
  for (;;) {
    const window: Window = await builder.next();
    found.push({ rows: window.entries.map((entry) => entry.position.row), ended: window.ended });
    if (window.ended) return found;
  }
}

describe('windows', () => {
  it('P15 a key comes once in a window; the second record of it opens the next', async () => {
    const records = [prepared(1, 'A'), prepared(2, 'B'), prepared(3, 'a'), prepared(4, 'C'), prepared(5, 'A')];
    expect(await windows(records)).to.deep.equal([
      { rows: [1, 2], ended: false },
      { rows: [3, 4], ended: false },
      { rows: [5], ended: true },
    ]);
  });

  it('R3 a record refused before sending has its key too: no window holds it beside another of the key', async () => {
    const local: RefusedRecord = { ...refused(2), key: { canonical: 'a', display: 'A' } };
    const rows = async (records: readonly EncodedRecord[]) => (await windows(records)).map((one) => one.rows);
    expect(await rows([prepared(1, 'A'), local, prepared(3, 'B')])).to.deep.equal([[1], [2, 3]]);
    expect(await rows([local, prepared(3, 'A')])).to.deep.equal([[2], [3]]);
  });

  it('ends before a record whose self-lookup names a key in it', async () => {
    const child: PreparedRecord = { ...prepared(3, 'C'), selfLookupKeys: ['a'] };
    const stranger: PreparedRecord = { ...prepared(4, 'D'), selfLookupKeys: ['z'] };
    expect((await windows([prepared(1, 'A'), prepared(2, 'B'), child, stranger])).map((one) => one.rows)).to.deep.equal(
      [
        [1, 2],
        [3, 4],
      ],
    );
  });

  it('holds at most so many records, and at most 8 MB of JSON', async () => {
    const ten = Array.from({ length: 10 }, (_, index) => prepared(index + 1));
    expect((await windows(ten, 4)).map((one) => one.rows.length)).to.deep.equal([4, 4, 2]);
    const big = ten.map((record) => ({ ...record, json: `{"Name":"${'é'.repeat(windowBytes / 6)}"}` }));
    expect((await windows(big)).map((one) => one.rows.length)).to.deep.equal([2, 2, 2, 2, 2]);
  });

  it('sends a record that is larger than a window by itself', async () => {
    const huge = { ...prepared(2), json: `{"Name":"${'x'.repeat(windowBytes)}"}` };
    expect((await windows([prepared(1), huge, prepared(3)])).map((one) => one.rows)).to.deep.equal([[1], [2], [3]]);
  });

  it('H1 pause on: a window ends behind a record that was refused before sending', async () => {
    const records = [prepared(1), refused(2), prepared(3)];
    expect((await windows(records, 1000, true)).map((one) => one.rows)).to.deep.equal([[1, 2], [3]]);
    expect((await windows(records, 1000, false)).map((one) => one.rows)).to.deep.equal([[1, 2, 3]]);
  });

  it('a record that looks like a Composite reference is in a window of one collection', async () => {
    const odd = (row: number): PreparedRecord => ({ ...prepared(row), json: '{"Name":"@{c0[0].id}"}' });
    const records = [prepared(1), odd(2), prepared(3), prepared(4), prepared(5), odd(6), prepared(7)];
    expect((await windows(records)).map((one) => one.rows)).to.deep.equal([[1, 2], [3, 4, 5], [6, 7], []]);
  });

  it('an empty source is one empty window', async () => {
    expect(await windows([])).to.deep.equal([{ rows: [], ended: true }]);
  });

  it('counts bytes as UTF-8 does', () => {
    for (const text of ['', 'abc', 'é', '€uro', '😀x', '\u0000', 'ä😀€a']) {
      expect(utf8Length(text)).to.equal(Buffer.byteLength(text));
    }
  });
});

describe('the size of windows', () => {
  const fresh = { records: null, cleanWindows: 0 };

  it('cuts to one collection first, then by half, down to one record', () => {
    const size = new WindowSize(200, 5, fresh);
    const sizes = [size.current];
    while (sizes.at(-1)! > 1) sizes.push(size.cut(sizes.at(-1)!));
    expect(sizes).to.deep.equal([1000, 200, 100, 50, 25, 13, 7, 4, 2, 1]);
  });

  it(`doubles after ${cleanWindowsToGrow} clean windows until the ceiling`, () => {
    const size = new WindowSize(200, 5, { records: 300, cleanWindows: 0 });
    for (let i = 0; i < cleanWindowsToGrow; i++) size.passed();
    expect(size.current).to.equal(600);
    for (let i = 0; i < cleanWindowsToGrow; i++) size.passed();
    expect(size.current).to.equal(1000);
    expect(size.learned).to.deep.equal(fresh);
  });

  it('a request over a minute halves the next window', () => {
    const size = new WindowSize(200, 5, fresh);
    size.took(slowRequestMs + 1, 1000);
    expect(size.current).to.equal(500);
  });

  it('the setting is the ceiling of what was learned', () => {
    expect(new WindowSize(25, 1, { records: 100, cleanWindows: 3 }).current).to.equal(25);
    expect(new WindowSize(200, 5, { records: 100, cleanWindows: 3 }).current).to.equal(100);
  });
});
