import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty folder; `remove` is for `afterEach`. */
export async function tempFolder(name = 'crm-export-'): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(await realpath(tmpdir()), name));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
