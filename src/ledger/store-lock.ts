import { link, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerFault } from '../core/ports/ledger.js';
import { removeFile, renameOver, writeNewFile } from './durable-file.js';
import { errnoOf, writeFault } from './faults.js';
import { isAbandoned, newOwner, ownerSchema, readOwnerFile } from './owner-file.js';
import type { Owner, OwnerFile } from './owner-file.js';

/** Held around one read-change-write of the store. */
export type HeldLock = {
  /** What the file system's clock says now; ages of files are told by it alone. */
  readonly now: () => number;
  /** @throws LedgerFault `locked` when another process took the lock over */
  readonly assertHeld: () => Promise<void>;
  readonly release: () => Promise<void>;
};

export type LockOptions = {
  /** How long to wait for another holder, ms. */
  readonly waitMs?: number;
  /** A number in [0, 1): spreads the waiting processes. */
  readonly fraction?: () => number;
  /** Makes a hard link; a test puts one that fails here, as some file systems do. */
  readonly link?: typeof link;
};

const defaultWaitMs = 30_000;

/**
 * Takes the store's lock, a file that is there while somebody holds it. It survives the death of its holder without a
 * wait: a file of a dead process is taken over.
 *
 * The take-over is exclusive per dead holder. Two processes may both find the same dead holder, and the slower one
 * must not remove the lock that the faster one has got meanwhile. So whoever takes over first takes a second lock,
 * named after the dead holder's token; under it he reads the lock again and replaces it only if it is still the dead
 * one's. A dead holder of that second lock is treated in the same way.
 * @throws LedgerFault `locked` after the wait, `not-writable` or `disk-full` when no lock file can be made
 */
export async function acquireStoreLock(path: string, options: LockOptions = {}): Promise<HeldLock> {
  const { waitMs = defaultWaitMs, fraction = Math.random } = options;
  const attempt = await startAttempt(path, options.link ?? link);
  try {
    for (let pause = 2; ; pause = Math.min(pause * 1.5, 50)) {
      if (await tryTake(path, attempt)) return held(path, attempt);
      if (attempt.elapsed() >= waitMs) throw await lockedFault(path, waitMs);
      await sleep(pause * (0.5 + fraction()));
    }
  } catch (error) {
    throw writeFault(error, path);
  } finally {
    await rm(attempt.temp, { force: true }).catch(() => undefined);
  }
}

type Attempt = {
  readonly base: string;
  readonly owner: Owner;
  readonly content: string;
  readonly temp: string;
  readonly makeLink: typeof link;
  readonly elapsed: () => number;
  readonly now: () => number;
};

async function startAttempt(base: string, makeLink: typeof link): Promise<Attempt> {
  const owner = await newOwner();
  const content = JSON.stringify(owner);
  const temp = `${base}.${owner.token}.tmp`;
  try {
    await writeNewFile(temp, [content], false);
    const { mtimeMs } = await stat(temp);
    const started = performance.now();
    const elapsed = (): number => performance.now() - started;
    return { base, owner, content, temp, makeLink, elapsed, now: () => mtimeMs + elapsed() };
  } catch (error) {
    await rm(temp, { force: true }).catch(() => undefined);
    throw writeFault(error, base);
  }
}

/** One try to become the holder of a lock file: of the store's lock, or of a claim on a dead one's. */
async function tryTake(path: string, attempt: Attempt): Promise<boolean> {
  if (await tryCreate(path, attempt)) return true;
  const found = await readLock(path);
  if (found === undefined) return false;
  // A file server may have made the link and lost the answer.
  if (found.token === attempt.owner.token) return true;
  return (await isAbandoned(found, attempt.now())) && takeOver(path, found.token, attempt);
}

async function takeOver(path: string, deadToken: string, attempt: Attempt): Promise<boolean> {
  const claim = `${attempt.base}.takeover.${deadToken}`;
  if (!(await tryTake(claim, attempt))) return false;
  try {
    if ((await readLock(path))?.token !== deadToken) return false;
    const copy = `${attempt.base}.${attempt.owner.token}.new.tmp`;
    await rm(copy, { force: true });
    await writeNewFile(copy, [attempt.content], false);
    await renameOver(copy, path);
    return true;
  } finally {
    await releaseFile(claim, attempt.owner.token);
  }
}

const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR']);

/** Makes the lock file with its content in one step, so that nobody ever sees it empty. */
async function tryCreate(path: string, attempt: Attempt): Promise<boolean> {
  try {
    await attempt.makeLink(attempt.temp, path);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return false;
    // Somebody tidied a temp file that looked forgotten.
    if (errno === 'ENOENT') await writeNewFile(attempt.temp, [attempt.content], false);
    else if (errno !== undefined && noLinks.has(errno)) return createWithoutLink(path, attempt.content);
    else throw error;
    return false;
  }
}

/** Some file systems have no links (exFAT, some shares): for an instant the file may be seen empty there. */
async function createWithoutLink(path: string, content: string): Promise<boolean> {
  try {
    await writeNewFile(path, [content], false);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    await rm(path, { force: true });
    throw error;
  }
}

function readLock(path: string): Promise<OwnerFile<Owner> | undefined> {
  return readOwnerFile(path, ownerSchema);
}

function held(path: string, attempt: Attempt): HeldLock {
  const { token } = attempt.owner;
  return {
    now: attempt.now,
    assertHeld: async () => {
      if ((await readLock(path))?.token !== token) {
        throw new LedgerFault('locked', `Another process took over the lock ${path}`, { path });
      }
    },
    release: () => releaseFile(path, token),
  };
}

async function releaseFile(path: string, token: string): Promise<void> {
  if ((await readLock(path))?.token === token) await removeFile(path);
}

async function lockedFault(path: string, waitedMs: number): Promise<LedgerFault> {
  const owner = (await readLock(path))?.owner;
  const who = owner ? `process ${owner.pid} on ${owner.host} since ${owner.since}` : 'another process';
  const facts = { path, waitedMs, pid: owner?.pid, host: owner?.host, since: owner?.since };
  return new LedgerFault('locked', `The ledger is locked by ${who}: ${path}`, facts);
}
