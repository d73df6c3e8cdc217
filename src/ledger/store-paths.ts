import { createHash } from 'node:crypto';
import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { JobId } from '../core/job.js';
import { isMissing } from './faults.js';

/** The files of one ledger. All lie beside the store and begin with its name. */
export type StorePaths = {
  readonly store: string;
  readonly folder: string;
  readonly lock: string;
  /** Temp files of the store begin with it and end in `.tmp`. */
  readonly temp: (token: string) => string;
  readonly lease: (id: JobId) => string;
  readonly journal: (id: JobId) => string;
  readonly backup: (label: string) => string;
  /** What kind of file of this ledger a name in the folder is; undefined: none. */
  readonly kindOf: (name: string) => LedgerFileKind | undefined;
};

export type LedgerFileKind = 'lease' | 'journal' | 'backup' | 'store-temp' | 'lock-temp' | 'lock-claim' | 'lease-temp';

const kinds: readonly (readonly [RegExp, LedgerFileKind])[] = [
  [/^\.job-[0-9a-f]{32}\.lease$/, 'lease'],
  [/^\.job-[0-9a-f]{32}\.journal$/, 'journal'],
  [/^\.job-[0-9a-f]{32}\.lease\.[\w-]+\.tmp$/, 'lease-temp'],
  [/^\.backup-\d{4}-\d{2}-\d{2}(-v\d+)?$/, 'backup'],
  [/^\.write-[\w-]+\.tmp$/, 'store-temp'],
  [/^\.lock\.takeover\.[\w-]+$/, 'lock-claim'],
  [/^\.lock\.[\w.-]+\.tmp$/, 'lock-temp'],
];

export function storePaths(store: string): StorePaths {
  const base = basename(store);
  return {
    store,
    folder: dirname(store),
    lock: `${store}.lock`,
    temp: (token) => `${store}.write-${token}.tmp`,
    lease: (id) => `${store}.job-${jobHash(id)}.lease`,
    journal: (id) => `${store}.job-${jobHash(id)}.journal`,
    backup: (label) => `${store}.backup-${label}`,
    kindOf: (name) =>
      name.startsWith(base) ? kinds.find(([pattern]) => pattern.test(name.slice(base.length)))?.[1] : undefined,
  };
}

/**
 * The file name of a job: never made of the raw name. Names that differ only in case share a lease: they look the
 * same to people and to case-insensitive file systems, where their sources may be one file.
 */
function jobHash({ orgId, name }: JobId): string {
  return createHash('sha256').update(`${orgId}\n${name.toLowerCase()}`).digest('hex').slice(0, 32);
}

/** The file a path leads to, so that lock and journals lie beside the real file whichever link names it. */
export async function realStorePath(path: string): Promise<string> {
  let current = resolve(path);
  for (let links = 0; links < 40; links++) {
    try {
      return await realpath(current);
    } catch (error) {
      if (!isMissing(error)) return current;
    }
    // Missing, or a link to a file that does not exist yet.
    const target = await readlink(current).catch(() => undefined);
    if (target === undefined) return join(await realFolder(dirname(current)), basename(current));
    current = resolve(dirname(current), target);
  }
  return current;
}

async function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}
