import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JournalEntry } from '../../src/practice-org/index.js';
import type { Admin, CliResult } from './cli.js';

/** Where a child is killed; the n-th of its kind where one comes often. */
export type Instant =
  /** the describe has been answered, nothing is sent yet */
  | { readonly at: 'before-send' }
  /** the org has the request and has not worked on it */
  | { readonly at: 'in-flight'; readonly nth: number }
  /** the org has committed and not answered */
  | { readonly at: 'after-commit'; readonly nth: number }
  /** the journal of the job has just been written to */
  | { readonly at: 'append'; readonly nth: number }
  /** a new store is being written: a dead process's journal is folded at opening, or the own one at the end */
  | { readonly at: 'fold'; readonly nth: number }
  /** the last records are in the org, and the store is being written */
  | { readonly at: 'last-fold' }
  | { readonly at: 'random'; readonly ms: number };

/** How long the org holds a request in which a child is to be killed: longer than that takes, shorter than a new start. */
const heldMs = 500;

export const isWrite = ({ method, path }: Pick<JournalEntry, 'method' | 'path'>): boolean =>
  method === 'POST' && path.endsWith('/composite');

/** Starts a command and kills it at an instant. `killed` is false if it had ended before. */
export async function killAt(
  admin: Admin,
  args: readonly string[],
  instant: Instant,
  isLast: (admin: Admin) => boolean = () => false,
): Promise<{ killed: boolean; ended: CliResult }> {
  const before = admin.org.journal.length;
  hold(admin, instant);
  const files = await watched(admin);
  const { child, ended } = admin.start(args);
  let first: number | undefined;
  const timer = setInterval(() => {
    const entries = admin.org.journal.slice(before);
    if (entries.length > 0) first ??= performance.now();
    if (
      isThere(instant, { entries, files, sinceFirstMs: performance.now() - (first ?? Infinity), last: isLast(admin) })
    )
      child.kill('SIGKILL');
  }, 1);
  try {
    const result = await ended;
    return { killed: result.signal === 'SIGKILL', ended: result };
  } finally {
    clearInterval(timer);
    files.close();
    admin.org.faults.clear();
  }
}

type Sight = { entries: readonly JournalEntry[]; files: Files; sinceFirstMs: number; last: boolean };

function isThere(instant: Instant, { entries, files, sinceFirstMs, last }: Sight): boolean {
  switch (instant.at) {
    case 'before-send':
      return entries.some(({ path, status }) => path.endsWith('/describe') && status === 200);
    case 'in-flight':
      return entries.some(({ faults }) => faults.includes('slow'));
    case 'after-commit':
      return entries.some(({ faults, commits }) => faults.includes('slow') && commits.length > 0);
    case 'append':
      return files.appends >= instant.nth;
    case 'fold':
      return files.folds >= instant.nth;
    case 'last-fold':
      return last && files.foldsSince > 0;
    case 'random':
      return sinceFirstMs >= instant.ms;
  }
}

/** The request to kill in waits for it. */
function hold(admin: Admin, instant: Instant): void {
  if (instant.at !== 'in-flight' && instant.at !== 'after-commit') return;
  let seen = 0;
  admin.org.faults.next({
    kind: 'slow',
    ms: heldMs,
    afterCommit: instant.at === 'after-commit',
    match: (request) => isWrite(request) && (seen += 1) === instant.nth,
  });
}

type Files = { appends: number; folds: number; foldsSince: number; close: () => void };

/** Counts what happens in the folder of the store; `foldsSince` counts from the newest request on. */
async function watched(admin: Admin): Promise<Files> {
  const folder = dirname(admin.store);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let writes = 0;
  const count = { appends: 0, folds: 0, foldsSince: 0 };
  const watcher = watch(folder, (_event, name) => {
    const requests = admin.org.journal.length;
    if (requests !== writes) count.foldsSince = 0;
    writes = requests;
    if (name?.endsWith('.journal') === true) count.appends += 1;
    if (name?.includes('.write-') !== true) return;
    count.folds += 1;
    count.foldsSince += 1;
  });
  return Object.assign(count, { close: () => watcher.close() });
}
