import { type BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

import { SourceFault } from '../core/ports/source.js';

/** What tells one state of a file from another without reading it. */
export type FileStamp = {
  readonly size: number;
  /** Nanoseconds since 1970, as decimal digits. */
  readonly mtimeNs: string;
  readonly inode: string;
};

/** A file as it was when it was opened: what is appended later does not belong to it. */
export type CsvFile = {
  readonly path: string;
  readonly stamp: FileStamp;
  /**
   * Fills `target` from byte `position` on. Returns how many bytes there were: fewer than asked for only where the
   * file ends (as it was at opening, or sooner if it was cut since).
   */
  read(target: Uint8Array, position: number): Promise<number>;
  /** True when neither the open file nor what the path names now differs from the file at opening. */
  isAsOpened(): Promise<boolean>;
  /** Lets the file go; a second call does nothing. */
  close(): Promise<void>;
};

/**
 * @throws SourceFault `not-found`, `not-a-file` (a folder, a pipe, a device), `not-readable`, `unreadable`
 */
export async function openFile(path: string): Promise<CsvFile> {
  // Asked before opening, for the opening of a pipe waits for a writer.
  const found = await orFault(path, stat(path, { bigint: true }));
  if (!found.isFile()) {
    const what = found.isDirectory() ? 'a folder' : 'not a regular file';
    throw new SourceFault('not-a-file', `${path} is ${what}; a CSV file is needed.`, { path });
  }
  const handle = await orFault(path, open(path, 'r'));
  try {
    return fileOf(path, handle, stampOf(await orFault(path, handle.stat({ bigint: true }))));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function fileOf(path: string, handle: FileHandle, stamp: FileStamp): CsvFile {
  let closed: Promise<void> | null = null;
  const isSame = (now: BigIntStats): boolean => {
    const { size, mtimeNs, inode } = stampOf(now);
    return size === stamp.size && mtimeNs === stamp.mtimeNs && inode === stamp.inode;
  };
  return {
    path,
    stamp,
    read: (target, position) => orFault(path, readFully(handle, target, position, stamp.size)),
    async isAsOpened(): Promise<boolean> {
      if (!isSame(await orFault(path, handle.stat({ bigint: true })))) return false;
      // Programs that save by renaming leave the open file as it was and put another in its place.
      return stat(path, { bigint: true }).then(isSame, () => false);
    },
    close: () => (closed ??= handle.close()),
  };
}

async function readFully(handle: FileHandle, target: Uint8Array, position: number, size: number): Promise<number> {
  const wanted = Math.min(target.length, Math.max(0, size - position));
  let filled = 0;
  while (filled < wanted) {
    const { bytesRead } = await handle.read(target, filled, wanted - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function stampOf(stats: BigIntStats): FileStamp {
  return { size: Number(stats.size), mtimeNs: String(stats.mtimeNs), inode: String(stats.ino) };
}

async function orFault<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw faultOf(path, cause);
  }
}

function faultOf(path: string, cause: unknown): SourceFault {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const facts = { path, systemCode: code };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SourceFault('not-found', `There is no file ${path}.`, facts, { cause });
    case 'EISDIR':
      return new SourceFault('not-a-file', `${path} is a folder; a CSV file is needed.`, facts, { cause });
    case 'EACCES':
    case 'EPERM':
      return new SourceFault('not-readable', `You have no permission to read ${path}.`, facts, { cause });
    default: {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return new SourceFault('unreadable', `${path} cannot be read: ${reason}`, facts, { cause });
    }
  }
}
