import { randomUUID } from 'node:crypto';
import { lstat, rm } from 'node:fs/promises';
import { Messages, type SfError } from '@salesforce/core';
import { replaceFile, writeNewFile } from '../ledger/durable-file.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors');

/**
 * Is there a file already, so that somebody must be asked?
 * @throws SfError something is there that no file may replace (a folder, a pipe, a device)
 */
export async function isTaken(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw notWritten(path, error);
  });
  if (found === undefined || found.isFile() || found.isSymbolicLink()) return found !== undefined;
  throw messages.createError('error.outputNoFile', [path]);
}

/**
 * Writes a file that only its owner can read, from the first byte on (S1). An old file is replaced as a whole or stays
 * as it was; a link is replaced, never written through: whoever laid it out does not choose what is overwritten.
 * @param replace false: the file must not be there
 * @throws SfError
 */
export async function writeOutputFile(path: string, text: Iterable<string>, replace: boolean): Promise<void> {
  try {
    if (replace) await replaceFile(path, text, { temp: `${path}.${randomUUID()}.tmp` });
    else await writeNewOutput(path, text);
  } catch (error) {
    throw notWritten(path, error);
  }
}

async function writeNewOutput(path: string, text: Iterable<string>): Promise<void> {
  try {
    await writeNewFile(path, text);
  } catch (error) {
    // Half a file would look like a whole one; but what appeared meanwhile is somebody else's.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}

function notWritten(path: string, error: unknown): SfError {
  return messages.createError('error.outputNotWritten', [path, error instanceof Error ? error.message : String(error)]);
}
