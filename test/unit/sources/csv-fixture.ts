import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { SourceSpec } from '../../../src/core/job.js';
import { type OpenSource, SourceFault } from '../../../src/core/ports/source.js';
import type { SourceRow } from '../../../src/core/record.js';
import { CSV_LIMITS, type CsvLimits } from '../../../src/sources/csv-limits.js';
import { createCsvSource } from '../../../src/sources/csv-source.js';

export type From = Parameters<OpenSource['rows']>[0];

/** A folder of its own for one test file, and the shortest ways to write, open and read a CSV in it. */
export class CsvBench {
  public folder = '';

  public async make(): Promise<void> {
    this.folder = await mkdtemp(path.join(tmpdir(), 'csv-source-'));
  }

  public async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  public get file(): string {
    return path.join(this.folder, 'test.csv');
  }

  public async write(content: string | Uint8Array): Promise<void> {
    await writeFile(this.file, content);
  }

  public spec(more: Partial<SourceSpec> = {}): SourceSpec {
    return { type: 'csv', path: this.file, ...more };
  }

  public async open(more: Partial<SourceSpec> = {}, limits: Partial<CsvLimits> = {}): Promise<OpenSource> {
    return createCsvSource(this.spec(more), { ...CSV_LIMITS, ...limits }).open();
  }

  /** Writes a file and reads all of it. */
  public async read(
    content: string | Uint8Array,
    more: Partial<SourceSpec> = {},
    limits: Partial<CsvLimits> = {},
  ): Promise<{
    columns: readonly string[];
    warnings: readonly string[];
    rows: SourceRow[];
    fault: SourceFault | null;
  }> {
    await this.write(content);
    try {
      const open = await this.open(more, limits);
      const { rows, fault } = await collect(open);
      await open.close();
      return { columns: open.columns, warnings: open.warnings, rows, fault };
    } catch (fault) {
      if (!(fault instanceof SourceFault)) throw fault;
      return { columns: [], warnings: [], rows: [], fault };
    }
  }
}

/** All rows up to the end or the fault. */
export async function collect(
  open: OpenSource,
  from?: From,
): Promise<{ rows: SourceRow[]; fault: SourceFault | null }> {
  const rows: SourceRow[] = [];
  try {
    for await (const row of open.rows(from)) rows.push(row);
  } catch (fault) {
    if (!(fault instanceof SourceFault)) throw fault;
    return { rows, fault };
  }
  return { rows, fault: null };
}

/** A row in one line, for tables: `row:line` and its cells, or what is wrong with it. */
export function show(row: SourceRow): string {
  const place = `${row.position.row}:${row.position.line}`;
  if (row.kind === 'broken') return `${place} ${row.error.statusCode} ${row.error.message}`;
  return `${place} ${row.cells.map((cell) => (cell === undefined ? '-' : JSON.stringify(cell))).join(' ')}`;
}
