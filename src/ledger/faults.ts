import { LedgerFault } from '../core/ports/ledger.js';

/** The code of a system error (`ENOENT`, …), if it is one. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function isMissing(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT';
}

/** No room: the disk, the user's quota, or the largest file the process may write. */
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** What a failed write means to the ledger; a `LedgerFault` passes as it is. */
export function writeFault(error: unknown, path: string): LedgerFault {
  if (error instanceof LedgerFault) return error;
  const errno = errnoOf(error);
  return errno !== undefined && fullCodes.has(errno)
    ? new LedgerFault('disk-full', `No space left to write ${path}`, { path, errno }, { cause: error })
    : new LedgerFault('not-writable', `Cannot write ${path}: ${reasonOf(error)}`, { path, errno }, { cause: error });
}

/** What a failed read means to the ledger; a `LedgerFault` passes as it is. */
export function readFault(error: unknown, path: string): LedgerFault {
  if (error instanceof LedgerFault) return error;
  const facts = { path, errno: errnoOf(error) };
  return new LedgerFault('not-readable', `Cannot read ${path}: ${reasonOf(error)}`, facts, { cause: error });
}

export type CorruptPlace = {
  /** The file that cannot be understood. */
  readonly path: string;
  /** Place in the file: `exportErrors[3].attempts`, or `line 7` of a journal. */
  readonly at?: string;
  readonly problem: string;
  /** Newest backup of the store. */
  readonly backup?: string;
};

/** A file of the ledger that cannot be understood. It stays as it is: the fault says what a person can do (C4). */
export function corruptFault(place: CorruptPlace, cause?: unknown): LedgerFault {
  const where = place.at === undefined ? place.path : `${place.path}, at ${place.at}`;
  const wayOut =
    place.backup === undefined
      ? 'There is no backup: repair the file, or move it away to start with an empty ledger.'
      : `Repair the file, or put the backup ${place.backup} in its place.`;
  const message = `The ledger cannot be read: ${where}: ${place.problem}. Nothing was changed. ${wayOut}`;
  return new LedgerFault('corrupt', message, { ...place }, { cause });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
