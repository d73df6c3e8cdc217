import type { SourceSpec } from '../core/job.js';
import type { SourceRow } from '../core/record.js';
import { estimateRecords } from '../core/validate/call-estimate.js';
import { createCsvSource } from '../sources/csv-source.js';

export type SourceSample = {
  readonly columns: readonly string[];
  readonly rows: readonly SourceRow[];
  /** Records in the whole source; an estimate unless the sample reaches its end. */
  readonly records: { readonly count: number; readonly exact: boolean };
  readonly warnings: readonly string[];
};

/** The first rows of a source. @throws SourceFault */
export async function readSample(spec: SourceSpec, most: number): Promise<SourceSample> {
  const source = await createCsvSource(spec).open();
  const rows: SourceRow[] = [];
  /** The row behind the sample tells that there is more, and how long rows are where the sample is empty. */
  let next: SourceRow | undefined;
  try {
    for await (const row of source.rows()) {
      if (rows.length === most) {
        next = row;
        break;
      }
      rows.push(row);
    }
  } finally {
    await source.close();
  }
  const { columns, warnings } = source;
  if (next === undefined) return { columns, rows, records: { count: rows.length, exact: true }, warnings };
  const count = estimateRecords(rows.length + 1, next.end, source.extent ?? 0);
  return { columns, rows, records: { count, exact: false }, warnings };
}

const delimiters = [';', '\t', '|'];

/** The source with the delimiter of its header: a header of one column that holds another delimiter tells it. */
export async function withDelimiter(spec: SourceSpec): Promise<SourceSpec> {
  const source = await createCsvSource(spec).open();
  await source.close();
  const [column, second] = source.columns;
  const delimiter = second === undefined ? delimiters.find((character) => column?.includes(character)) : undefined;
  return delimiter === undefined ? spec : { ...spec, delimiter };
}
