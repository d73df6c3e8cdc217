import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, isMissing } from './faults.js';

/** Only the owner may read or write a file of the ledger (S1). */
export const ownerOnly = 0o600;

export type WriteOptions = {
  /** A name beside the file, used by nobody else. */
  readonly temp: string;
  /** Last word before the old file is replaced: throws to keep it. */
  readonly beforeReplace?: () => Promise<void>;
};

/**
 * Replaces a file as one step that survives a kill and a power cut: the old content stays until the new one is wholly
 * on disk, whatever happens (a full disk included). The temp file is removed when something fails.
 * @throws the system's error
 */
export async function replaceFile(path: string, chunks: Iterable<string>, options: WriteOptions): Promise<void> {
  const { temp, beforeReplace } = options;
  try {
    await writeNewFile(temp, chunks);
    await beforeReplace?.();
    await renameOver(temp, path);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Writes and syncs a file that must not exist yet, and checks that all of it is there. Without `sync` it may be empty
 * after a power cut: enough for what means nothing after one.
 */
export async function writeNewFile(path: string, chunks: Iterable<string>, sync = true): Promise<void> {
  const file = await open(path, 'wx', ownerOnly);
  try {
    // The mode above passes through the umask, which may take the owner's own rights away.
    await file.chmod(ownerOnly);
    let expected = 0;
    for (const chunk of chunks) {
      const bytes = Buffer.from(chunk, 'utf8');
      await writeAll(file, bytes, expected);
      expected += bytes.length;
    }
    if (sync) await file.sync();
    const { size } = await file.stat();
    if (size !== expected) throw new Error(`${path} has ${size} bytes instead of ${expected}`);
  } finally {
    await file.close();
  }
}

/** Writes all bytes at a place; a full disk shows as a short write first, and only then as an error. */
export async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

const busyOnWindows = new Set(['EPERM', 'EBUSY', 'EACCES']);
const windowsPatienceMs = 5000;

/** Renames over a file. On Windows a reader or a virus scanner keeps a file busy for a moment. */
export async function renameOver(from: string, to: string): Promise<void> {
  await withWindowsPatience(() => rename(from, to));
}

/** Removes a file; it is no error if it is not there. */
export async function removeFile(path: string): Promise<void> {
  await withWindowsPatience(() => rm(path, { force: true }));
}

export async function withWindowsPatience(
  action: () => Promise<void>,
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  const start = performance.now();
  for (let pause = 5; ; pause = Math.min(pause * 2, 200)) {
    try {
      return await action();
    } catch (error) {
      const mayPass = platform === 'win32' && busyOnWindows.has(errnoOf(error) ?? '');
      if (!mayPass || performance.now() - start > windowsPatienceMs) throw error;
      await sleep(pause);
    }
  }
}

/** Makes names in a folder (new, renamed, removed files) survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows has no way to sync a folder; NTFS journals its names.
  if (process.platform === 'win32') return;
  let folder: FileHandle;
  try {
    folder = await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) throw error;
    // A folder that may be written but not listed cannot be opened, and so not be synced.
    return;
  }
  try {
    await folder.sync();
  } catch (error) {
    // Some file systems (network shares among them) cannot sync a folder and say so.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF', 'EISDIR'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await folder.close();
  }
}
