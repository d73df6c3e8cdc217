import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createCsvSource } from '../../src/sources/csv-source.js';
import { sourceContract } from './source.js';

const csv = (rows: ReadonlyArray<readonly string[]>): string => rows.map((row) => `${row.join(',')}\n`).join('');

sourceContract('CSV file', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'source-contract-'));
  const file = path.join(folder, 'rows.csv');
  return {
    async make(columns, rows) {
      await writeFile(file, csv([columns, ...rows]));
      return createCsvSource({ type: 'csv', path: file });
    },
    append: (rows) => appendFile(file, csv(rows)),
    missing: () => createCsvSource({ type: 'csv', path: path.join(folder, 'none.csv') }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
});
