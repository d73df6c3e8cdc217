import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { CsvBench } from './csv-fixture.js';

const child = fileURLToPath(new URL('./constant-memory-child.ts', import.meta.url));
const MB = 1_000_000;

describe('csv source: memory does not grow with the file (P14)', () => {
  const bench = new CsvBench();
  beforeEach(() => bench.make());
  afterEach(() => bench.remove());

  async function generate(first: string, row: (n: number) => string, bytes: number): Promise<number> {
    const out = createWriteStream(bench.file);
    out.write(first);
    let count = 0;
    for (let written = 0; written < bytes;) {
      let part = '';
      while (part.length < 256 * 1024) part += row(count++);
      written += part.length;
      if (!out.write(part)) await once(out, 'drain');
    }
    out.end();
    await once(out, 'finish');
    return count;
  }

  /** Reads the file in a process whose heap is a fraction of it. @param lag marks that wait, of 1,000 rows; -1: no marks */
  async function readInChild(lag: number): Promise<{ rows: number; fault: { code: string } | null; maxRssMb: number }> {
    const args = ['--import', 'tsx', '--max-old-space-size=64', child, bench.file, String(lag)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout) as Awaited<ReturnType<typeof readInChild>>;
  }

  it('100 MB are read with a heap of 64 MB, with marks that lag by two windows', async () => {
    const wide = 'x'.repeat(200);
    const rows = await generate('id,name,note\n', (n) => `${n},"${wide}",${wide}\r\n`, 100 * MB);
    const seen = await readInChild(2);
    expect(seen).to.include({ rows, fault: null });
    expect(seen.maxRssMb).to.be.lessThan(300);
  });

  it('a quote that is never closed ends in a fault, not in memory', async () => {
    await generate('id,name\n1,"open\n', (n) => `${n},name\n`, 100 * MB);
    const seen = await readInChild(-1);
    expect(seen.fault).to.include({ code: 'cell-too-large' });
    expect(seen.maxRssMb).to.be.lessThan(400);
  });
});
