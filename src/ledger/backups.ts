import { constants } from 'node:fs';
import { copyFile, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownerOnly, removeFile, syncFolder } from './durable-file.js';
import { isMissing } from './faults.js';
import type { StorePaths } from './store-paths.js';

/** Backups of days that are kept; those made before a migration are never removed. */
const keptDays = 5;

/** The newest backup of a store, for people whose store is broken. */
export async function newestBackup(paths: StorePaths): Promise<string | undefined> {
  const newest = (await backupNames(paths)).at(-1);
  return newest === undefined ? undefined : join(paths.folder, newest);
}

/** Names in the folder, oldest first: dates sort as text. */
async function backupNames(paths: StorePaths): Promise<string[]> {
  const names = await readdir(paths.folder).catch(() => []);
  return names.filter((name) => paths.kindOf(name) === 'backup').sort();
}

export type BackupOptions = {
  /** ISO 8601 UTC. */
  readonly now: string;
  /** Version of the store as it is on disk, if it is about to be migrated. */
  readonly migratedFrom?: number;
  /** For the temp file. */
  readonly token: string;
};

/**
 * Keeps the store as it is before it is written: once a day, and before a migration. To be called under the store lock,
 * after the store was read without fault: so a broken store never becomes a backup.
 */
export async function keepBackup(paths: StorePaths, options: BackupOptions): Promise<void> {
  const day = options.now.slice(0, 10);
  const label = options.migratedFrom === undefined ? day : `${day}-v${options.migratedFrom}`;
  const names = await backupNames(paths);
  const path = paths.backup(label);
  if (names.some((name) => join(paths.folder, name) === path)) return;
  if (!(await copy(paths.store, path, paths.temp(`${options.token}-backup`)))) return;
  const days = names.filter((name) => /-\d{2}$/.test(name));
  for (const old of days.slice(0, Math.max(0, days.length + 1 - keptDays))) await removeFile(join(paths.folder, old));
}

/** @returns false when there is no store yet */
async function copy(from: string, to: string, temp: string): Promise<boolean> {
  try {
    // A file system that can share blocks between files makes this free.
    await copyFile(from, temp, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const file = await open(temp, 'r+');
    try {
      await file.chmod(ownerOnly);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temp, to);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => undefined);
    if (isMissing(error)) return false;
    throw error;
  }
  await syncFolder(dirname(to));
  return true;
}
