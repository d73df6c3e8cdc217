import { z } from 'zod';

import type { SourceMark } from '../core/job.js';
import type { CsvDialect } from './csv-dialect.js';
import type { FileStamp } from './csv-file.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();

const markSchema = z.object({
  kind: z.literal('csv'),
  /** Everything before this byte is settled. */
  offset: count,
  /** Number of the line in which `offset` lies, counted from 1. */
  line: z.number().int().positive(),
  /** False when the row that ends at `offset` has no line break: it was the last one, and could still grow. */
  terminated: z.boolean(),
  /** Whole blocks of `blockSize` bytes before `offset`, and the chained SHA-256 over them. */
  blockSize: z.number().int().positive(),
  blocks: count,
  chain: hash,
  /** SHA-256 over the chain and the bytes between the last whole block and `offset`. */
  tail: hash,
  /** The file when it was opened; decimal digits, since a double does not hold nanoseconds. */
  size: count,
  mtimeNs: z.string(),
  inode: z.string(),
  /** How the file was read: with another delimiter the rows before the mark would be other rows. */
  delimiter: z.string(),
  absent: z.string().nullable(),
  null: z.string(),
});

/** The mark of a CSV file; flat JSON, as the port asks. */
export type CsvMark = Readonly<z.infer<typeof markSchema>>;

/** What the bytes before a mark are like, apart from the file as a whole. */
export type PrefixMark = Pick<CsvMark, 'offset' | 'line' | 'terminated' | 'blockSize' | 'blocks' | 'chain' | 'tail'>;

/** Reads a mark from the ledger; null for one of another kind or shape (then nothing is known to be the same). */
export function parseMark(mark: SourceMark): CsvMark | null {
  const parsed = markSchema.safeParse(mark);
  if (!parsed.success) return null;
  const { offset, blocks, blockSize } = parsed.data;
  return blocks === Math.floor(offset / blockSize) ? parsed.data : null;
}

export function makeMark(prefix: PrefixMark, stamp: FileStamp, dialect: CsvDialect): CsvMark {
  return { kind: 'csv', ...prefix, ...stamp, ...dialect };
}

export function sameDialect(mark: CsvMark, dialect: CsvDialect): boolean {
  return mark.delimiter === dialect.delimiter && mark.absent === dialect.absent && mark.null === dialect.null;
}

export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.inode === b.inode;
}
