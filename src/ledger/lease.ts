import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { JobId } from '../core/job.js';
import { LedgerFault } from '../core/ports/ledger.js';
import type { LeaseHolder } from '../core/ports/ledger.js';
import { removeFile, replaceFile } from './durable-file.js';
import { isMissing, readFault, writeFault } from './faults.js';
import { isAbandoned, newOwner, ownerSchema, readOwnerFile } from './owner-file.js';
import type { Owner, OwnerFile } from './owner-file.js';
import type { StorePaths } from './store-paths.js';

/** A lease file: one process runs one job. It lies beside the store, never in it: a store travels in CI caches. */
export type LeaseRecord = Owner & JobId;

const leaseSchema = ownerSchema.extend({ orgId: z.string(), name: z.string() }) satisfies z.ZodType<LeaseRecord>;

/** A sign of life for other hosts, which cannot ask for our process. */
const heartbeatMs = 15_000;

export type LeaseOptions = {
  readonly heartbeatMs?: number;
  readonly log?: (message: string) => void;
};

/** A lease that this process holds, or held. */
export class Lease {
  readonly #path: string;
  readonly #id: JobId;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    path: string,
    id: JobId,
    public readonly token: string,
    options: LeaseOptions,
  ) {
    this.#path = path;
    this.#id = id;
    const beat = (): void =>
      void this.#beat().catch((error: unknown) => options.log?.(`lease ${path}: ${String(error)}`));
    // A process that has nothing else to do may end.
    this.#timer = setInterval(beat, options.heartbeatMs ?? heartbeatMs).unref();
  }

  /** Makes the lease ours. Only under the store lock, and only where `livingHolder` found none. */
  public static async take(paths: StorePaths, id: JobId, options: LeaseOptions = {}): Promise<Lease> {
    const owner = await newOwner();
    const path = paths.lease(id);
    const record: LeaseRecord = { orgId: id.orgId, name: id.name, ...owner };
    try {
      await replaceFile(path, [JSON.stringify(record)], { temp: `${path}.${owner.token}.tmp` });
    } catch (error) {
      throw writeFault(error, path);
    }
    return new Lease(path, id, owner.token, options);
  }

  /** @throws LedgerFault `lease-lost` */
  public async assertHeld(): Promise<void> {
    const found = await readLease(this.#path);
    if (found?.token === this.token) return;
    clearInterval(this.#timer);
    const { orgId, name } = this.#id;
    const holder = found?.owner ? holderOf(found.owner) : undefined;
    const by = holder === undefined ? '' : ` to process ${holder.pid} on ${holder.host}`;
    const facts = { path: this.#path, orgId, job: name, holder };
    throw new LedgerFault('lease-lost', `Job ${name} was taken over${by}; this process must stop`, facts);
  }

  /** A sign of life, now. @throws LedgerFault `lease-lost`; `disk-full`, `not-writable` */
  public async renew(): Promise<void> {
    await this.assertHeld();
    try {
      await this.#beat();
    } catch (error) {
      throw writeFault(error, this.#path);
    }
  }

  /** Gives the lease back; if it is somebody else's by now, it stays. */
  public async release(): Promise<void> {
    this.stop();
    if ((await readLease(this.#path))?.token === this.token) await removeFile(this.#path);
  }

  /** Ends the signs of life. */
  public stop(): void {
    clearInterval(this.#timer);
  }

  /** Writes the first byte again: so the file server, whose clock all hosts compare with, sets the time. */
  async #beat(): Promise<void> {
    if ((await readLease(this.#path))?.token !== this.token) return this.stop();
    const file = await open(this.#path, 'r+');
    try {
      await file.write('{', 0);
    } finally {
      await file.close();
    }
  }
}

/** Who holds the lease of a job and still lives. @param nowMs the file system's time */
export async function livingHolder(path: string, nowMs: number): Promise<LeaseRecord | 'unreadable' | undefined> {
  const found = await readLease(path);
  if (found === undefined || (await isAbandoned(found, nowMs))) return undefined;
  return found.owner ?? 'unreadable';
}

/** All leases of a ledger whose holders live. */
export async function livingHolders(paths: StorePaths, nowMs: number): Promise<LeaseHolder[]> {
  const holders: LeaseHolder[] = [];
  for (const name of await folderNames(paths)) {
    if (paths.kindOf(name) !== 'lease') continue;
    const holder = await livingHolder(join(paths.folder, name), nowMs);
    if (holder !== undefined && holder !== 'unreadable') holders.push(holderOf(holder));
  }
  return holders;
}

/** Names of the files in the store's folder; none if there is no folder. @throws LedgerFault `not-readable` */
export async function folderNames(paths: StorePaths): Promise<string[]> {
  try {
    return await readdir(paths.folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw readFault(error, paths.folder);
  }
}

export function holderOf({ orgId, name, host, pid, since }: LeaseRecord): LeaseHolder {
  return { orgId, name, host, pid, since };
}

function readLease(path: string): Promise<OwnerFile<LeaseRecord> | undefined> {
  return readOwnerFile(path, leaseSchema).catch((error: unknown) => {
    throw readFault(error, path);
  });
}
