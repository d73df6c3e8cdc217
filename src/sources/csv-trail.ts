import { createHash, type Hash } from 'node:crypto';

import type { PrefixMark } from './csv-mark.js';
import { countLineBreaks, isLineBreak } from './line-breaks.js';

/** What is known where a block starts: the chain over all blocks before it, the line, and the byte before it. */
type BlockStart = { readonly chain: Buffer; readonly line: number; readonly previous: number };

/** How far the newest mark has come within its block, so that a byte is hashed once for all marks of the block. */
type TailProgress = { readonly block: number; readonly hash: Hash; length: number; line: number };

/** Where the chain starts, before any block. */
export const CHAIN_START: Buffer = Buffer.alloc(32);

/** One link: SHA-256 over the chain so far and the block. */
export function nextLink(chain: Buffer, block: Uint8Array): Buffer {
  return createHash('sha256').update(chain).update(block).digest();
}

/** What a mark says about the bytes between its last whole block and its offset. */
export function tailOf(chain: Buffer, tail: Uint8Array): string {
  return createHash('sha256').update(chain).update(tail).digest('hex');
}

export type TrailStart = {
  readonly block: number;
  readonly chain: Buffer;
  readonly line: number;
  readonly previous: number;
};

/**
 * The trail of what was read: it makes the marks, from the bytes as they were read. Reading runs ahead of marks, so the
 * last blocks are kept; where a mark lags further behind, `reread` fetches its block again, and the chain proves that it
 * still is what was read. Memory: `keep` blocks, and 100 bytes for each block since the last mark.
 */
export class CsvTrail {
  private readonly starts: BlockStart[];
  private readonly kept = new Map<number, Buffer>();
  /** Number of the block that `starts[0]` belongs to. */
  private first: number;
  private block: number;
  private current: Buffer;
  private filled = 0;
  private progress: TailProgress | null = null;

  public constructor(
    start: TrailStart,
    private readonly blockSize: number,
    private readonly keep: number,
    private readonly reread: (position: number, length: number) => Promise<Buffer>,
  ) {
    this.first = this.block = start.block;
    this.starts = [{ chain: start.chain, line: start.line, previous: start.previous }];
    this.current = Buffer.allocUnsafe(blockSize);
  }

  /** Bytes read so far, from the start of the file. */
  public get position(): number {
    return this.block * this.blockSize + this.filled;
  }

  /** Takes the next bytes of the file; copies them. */
  public append(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const part = Math.min(bytes.length - from, this.blockSize - this.filled);
      this.current.set(bytes.subarray(from, from + part), this.filled);
      this.filled += part;
      from += part;
      if (this.filled === this.blockSize) this.finishBlock();
    }
  }

  /**
   * The mark for everything before `end`. Ends must not go backwards, and have been read.
   * @throws Error for an end that breaks this rule, or when `reread` does
   */
  public async mark(end: number): Promise<PrefixMark> {
    const block = Math.floor(end / this.blockSize);
    const length = end - block * this.blockSize;
    if (end > this.position || block < this.first) throw new RangeError(`No mark can be made at ${end}.`);
    const start = this.starts[block - this.first]!;
    const bytes = length === 0 ? this.current : await this.bytesOf(block);
    const progress = this.progressTo(block, length, start, bytes);
    this.forgetBefore(block);
    const last = length === 0 ? start.previous : bytes[length - 1];
    return {
      offset: end,
      line: progress.line,
      terminated: isLineBreak(last),
      blockSize: this.blockSize,
      blocks: block,
      chain: start.chain.toString('hex'),
      tail: progress.hash.copy().digest('hex'),
    };
  }

  private progressTo(block: number, length: number, start: BlockStart, bytes: Buffer): TailProgress {
    let progress = this.progress;
    if (progress === null || progress.block !== block || progress.length > length) {
      progress = { block, hash: createHash('sha256').update(start.chain), length: 0, line: start.line };
    }
    progress.hash.update(bytes.subarray(progress.length, length));
    progress.line += countLineBreaks(bytes, progress.length, length, start.previous);
    progress.length = length;
    return (this.progress = progress);
  }

  private async bytesOf(block: number): Promise<Buffer> {
    const kept = block === this.block ? this.current : this.kept.get(block);
    if (kept !== undefined) return kept;
    const bytes = await this.reread(block * this.blockSize, this.blockSize);
    const start = this.starts[block - this.first];
    const next = this.starts[block - this.first + 1];
    if (start === undefined || next === undefined || !nextLink(start.chain, bytes).equals(next.chain)) {
      throw new Error('The file was changed while it was read.');
    }
    return bytes;
  }

  private finishBlock(): void {
    const start = this.starts[this.block - this.first]!;
    const bytes = this.current;
    this.starts.push({
      chain: nextLink(start.chain, bytes),
      line: start.line + countLineBreaks(bytes, 0, bytes.length, start.previous),
      previous: bytes[bytes.length - 1]!,
    });
    this.kept.set(this.block, bytes);
    const dropped = this.block - this.keep;
    // The memory of a block that is dropped takes the next one.
    this.current = this.kept.get(dropped) ?? Buffer.allocUnsafe(this.blockSize);
    this.kept.delete(dropped);
    this.block++;
    this.filled = 0;
  }

  private forgetBefore(block: number): void {
    for (; this.first < block; this.first++) {
      this.starts.shift();
      this.kept.delete(this.first);
    }
  }
}

/** Where the trail of a run that goes on behind a mark starts: at the last whole block before it. */
export function trailStartOf(mark: PrefixMark, tail: Uint8Array, previous: number): TrailStart {
  const before = countLineBreaks(tail, 0, tail.length, previous);
  return { block: mark.blocks, chain: Buffer.from(mark.chain, 'hex'), line: mark.line - before, previous };
}

export const FILE_START: TrailStart = { block: 0, chain: CHAIN_START, line: 1, previous: 0 };
