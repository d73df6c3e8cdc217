import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/**
 * Opens a file to read it. A folder that others can write to, or a cache that was unpacked, may hold anything under
 * our names: a pipe without a writer would hold us up for ever, a device would never end.
 * @throws the system's error, or an Error that says that it is no regular file
 */
export async function openRegular(path: string): Promise<FileHandle> {
  // Opened so, a pipe does not wait for its writer. Windows knows no such pipes among files, and not the flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`it is ${stat.isDirectory() ? 'a folder' : 'not a regular file'}`);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The text of a regular file. @throws as `openRegular` */
export async function readRegular(path: string): Promise<string> {
  const file = await openRegular(path);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
