import type { SourceComparison } from '../core/ports/source.js';
import type { CsvDialect } from './csv-dialect.js';
import type { CsvFile } from './csv-file.js';
import { type CsvMark, sameDialect, sameStamp } from './csv-mark.js';
import { CHAIN_START, nextLink, tailOf } from './csv-trail.js';
import { isLineBreak } from './line-breaks.js';

/** Reads `length` bytes from `position` on; fewer where the file ends. */
export async function readBytes(file: CsvFile, position: number, length: number): Promise<Buffer> {
  const target = Buffer.allocUnsafe(Math.max(0, length));
  return target.subarray(0, await file.read(target, position));
}

/**
 * What became of the part of a file that a mark vouches for (design.md 7). A file whose size, time and inode are those
 * of the mark is taken as unchanged, and only the last block before the mark is read. Otherwise all of the part is
 * verified by hash. It differs too when the file is now read with another delimiter or other texts for absent and null
 * (its rows would be other rows), and when the last row before the mark had no line break and has grown since.
 */
export async function compareWithMark(
  file: CsvFile,
  mark: CsvMark,
  dialect: CsvDialect,
  blockSize: number,
): Promise<SourceComparison> {
  if (!sameDialect(mark, dialect) || mark.blockSize !== blockSize || mark.offset > file.stamp.size) return 'differs';
  if (sameStamp(mark, file.stamp)) {
    return (await hasTail(file, mark, Buffer.from(mark.chain, 'hex'))) ? 'unchanged' : 'differs';
  }
  const chain = await chainOver(file, mark.blocks, blockSize);
  if (chain?.toString('hex') !== mark.chain || !(await hasTail(file, mark, chain))) return 'differs';
  return mark.terminated || (await endsRowAt(file, mark.offset)) ? 'same-prefix' : 'differs';
}

async function hasTail(file: CsvFile, mark: CsvMark, chain: Buffer): Promise<boolean> {
  const begin = mark.blocks * mark.blockSize;
  const tail = await readBytes(file, begin, mark.offset - begin);
  return begin + tail.length === mark.offset && tailOf(chain, tail) === mark.tail;
}

/** The chain over the first blocks of a file; null when it was cut while being read. */
async function chainOver(file: CsvFile, blocks: number, blockSize: number): Promise<Buffer | null> {
  if (blocks === 0) return CHAIN_START;
  // Two buffers: while one block is hashed, the next one is read.
  const buffers = [Buffer.allocUnsafe(blockSize), Buffer.allocUnsafe(blockSize)] as const;
  const readBlock = (block: number): Promise<number> => file.read(buffers[block % 2 === 0 ? 0 : 1], block * blockSize);
  let chain = CHAIN_START;
  let reading = readBlock(0);
  for (let block = 0; block < blocks; block++) {
    if ((await reading) < blockSize) return null;
    if (block + 1 < blocks) reading = readBlock(block + 1);
    chain = nextLink(chain, buffers[block % 2 === 0 ? 0 : 1]);
  }
  return chain;
}

/** True when the row that ended the file at `offset` is still whole: nothing or a line break follows. */
async function endsRowAt(file: CsvFile, offset: number): Promise<boolean> {
  const [next] = await readBytes(file, offset, 1);
  return next === undefined || isLineBreak(next);
}
