import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { LedgerFault } from '../../../src/core/ports/ledger.js';
import { decodeJournal, encodeEntry, encodeHeader } from '../../../src/ledger/journal-codec.js';
import { JournalWriter, readJournal } from '../../../src/ledger/journal-file.js';
import { errorRow, jobId } from '../../support/ledger-rows.js';
import { tempFolder } from '../../support/temp-folder.js';

const header = encodeHeader(jobId, 'lease-1');
const lineOf = (seq: number, message = `message ${seq}`): string =>
  encodeEntry(seq, JSON.stringify({ errors: [errorRow(`e${seq}`, { key: message })] }));
const keysOf = (text: string): unknown => decodeJournal(text, 'j').entries.map(({ change }) => change.errors?.[0]?.key);

function faultOf(text: string): LedgerFault {
  try {
    decodeJournal(text, 'the journal');
  } catch (error) {
    return error as LedgerFault;
  }
  throw new Error('expected a fault');
}

describe('ledger: journal', () => {
  it('C1 gives back what was written, any text included', () => {
    const property = fc.property(fc.array(fc.string({ unit: 'binary' })), (messages) => {
      const text = header + messages.map((message, n) => lineOf(n + 1, message)).join('');
      const sent = messages.map((message) => (JSON.parse(JSON.stringify({ message })) as { message: string }).message);
      expect(keysOf(Buffer.from(text, 'utf8').toString('utf8'))).to.deep.equal(sent);
    });
    fc.assert(property, { numRuns: 50 });
  });

  it('C1 cut off at any byte, it has every line that was whole before, and no more', () => {
    const lines = [header, lineOf(1), lineOf(2, 'ünï — \u2028 code'), lineOf(3)];
    const whole = Buffer.from(lines.join(''), 'utf8');
    const ends = lines.map((_, n) => Buffer.byteLength(lines.slice(0, n + 1).join('')));
    for (let cut = 0; cut <= whole.length; cut++) {
      const { entries } = decodeJournal(whole.subarray(0, cut).toString('utf8'), 'j');
      expect(entries.length).to.equal(ends.slice(1).filter((end) => end <= cut).length);
    }
  });

  it('C1 a last line of zeros or garbage is a torn line', () => {
    for (const tail of ['\0'.repeat(512), 'garbage', 'garbage\n', lineOf(2).replace('e2', 'e9')]) {
      expect(keysOf(header + lineOf(1) + tail)).to.deep.equal(['message 1']);
    }
    expect(decodeJournal('', 'j')).to.deep.equal({ header: null, entries: [] });
    expect(decodeJournal(header.slice(0, 30), 'j')).to.deep.equal({ header: null, entries: [] });
  });

  it('C4 a damaged line before the last, a missing one, a wrong one are corruption, named by line', () => {
    const property = fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = Buffer.from(header + lineOf(1) + lineOf(2), 'utf8');
      const first = Buffer.byteLength(header);
      const place = first + (at % (Buffer.byteLength(lineOf(1)) - 1));
      bytes[place] = bytes[place]! ^ change;
      // A byte that becomes a line break makes two damaged lines of one.
      expect(faultOf(bytes.toString('utf8')).code).to.equal('corrupt');
    });
    fc.assert(property, { numRuns: 200 });
    expect(faultOf(header + lineOf(1) + lineOf(3) + lineOf(4)).message).to.include('the journal, at line 3');
    expect(faultOf(header + encodeEntry(1, '{"errors":[{}]}') + lineOf(2)).message).to.include('line 2');
    expect(faultOf(lineOf(1) + lineOf(2)).message).to.include('line 1');
    expect(faultOf(header + 'garbage\n' + lineOf(2).slice(0, 20)).code).to.equal('corrupt');
  });

  it('C4 a journal of a newer program is left alone', () => {
    const plan = { current: 0, migrations: [] };
    expect(() => decodeJournal(header, 'j', plan))
      .to.throw()
      .with.property('code', 'newer-version');
  });

  it('C1 takes lines of an older program through the migrations', () => {
    const step = {
      to: 2,
      store: (store: Record<string, unknown>) => store,
      change: () => ({ errors: [errorRow('e1', { key: 'migrated' })] }),
    };
    const { entries } = decodeJournal(header + lineOf(1), 'j', { current: 2, migrations: [step] });
    expect(entries[0]?.change.errors?.[0]?.key).to.equal('migrated');
  });

  describe('file', () => {
    let folder: Awaited<ReturnType<typeof tempFolder>>;
    let path: string;

    beforeEach(async () => {
      folder = await tempFolder();
      path = join(folder.path, 'x.journal');
    });
    afterEach(() => folder.remove());

    const changeOf = (n: number): string => JSON.stringify({ errors: [errorRow(`e${n}`)] });

    it('C1 appends, empties, and goes on counting', async () => {
      const writer = await JournalWriter.create(path, jobId, 'lease-1');
      await writer.append(changeOf(1));
      await writer.append(changeOf(2));
      expect((await readJournal(path))?.entries.map(({ seq }) => seq)).to.deep.equal([1, 2]);
      await writer.clear();
      expect(writer.size).to.equal(0);
      await writer.append(changeOf(3));
      expect((await readJournal(path))?.entries.map(({ seq }) => seq)).to.deep.equal([3]);
      await writer.close();
    });

    it('C3 never writes into a journal that is there', async () => {
      await writeFile(path, 'of somebody else');
      const fault = await JournalWriter.create(path, jobId, 'lease-1').catch((error: unknown) => error);
      expect(fault).to.include({ code: 'not-writable' });
      expect(await readFile(path, 'utf8')).to.equal('of somebody else');
    });

    it('C4 after an append that failed nothing is left of it, and a file that cannot be trusted takes no more', async () => {
      const writer = await JournalWriter.create(path, jobId, 'lease-1');
      await writer.append(changeOf(1));
      const { size } = await stat(path);
      await writer.close();
      expect(await writer.append(changeOf(2)).catch((error: unknown) => error)).to.have.property('code');
      expect((await stat(path)).size).to.equal(size);
    });

    it('a journal that is gone is no fault', async () => {
      expect(await readJournal(path)).to.equal(undefined);
    });
  });
});
