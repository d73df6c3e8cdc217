import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isMissing } from './faults.js';
import { ownIdentity, verdictOf } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import { openRegular } from './regular-file.js';

/** Who holds a lock or a lease, as its file says it. */
export type Owner = ProcessIdentity & {
  /** Tells this holding from every other, also of the same process. A random number, no secret. */
  readonly token: string;
  /** For people, ISO 8601 UTC. */
  readonly since: string;
};

const text = z.string().min(1);
export const ownerSchema = z.object({
  token: z.string().regex(/^[\w-]{1,64}$/),
  since: text,
  pid: z.number().int(),
  started: text.nullable(),
  host: z.string(),
  machine: text.nullable(),
  boot: text.nullable(),
  space: text.nullable(),
}) satisfies z.ZodType<Owner>;

/** A new holding of this process. The token is not taken from a port: it has to be unique whatever a test injects. */
export async function newOwner(): Promise<Owner> {
  return { token: randomUUID(), since: new Date().toISOString(), ...(await ownIdentity()) };
}

/** A lock or lease file as found. `owner` is null when its content says nothing (cut short by a power cut). */
export type OwnerFile<T extends Owner> = {
  readonly owner: T | null;
  /** Stands for this very file: the owner's token, or made from the file itself if that cannot be read. */
  readonly token: string;
  /** Time of the file system, which is not always the time of this machine. */
  readonly modifiedMs: number;
};

/** Reads an owner file; undefined: there is none. @throws the system's error */
export async function readOwnerFile<T extends Owner>(
  path: string,
  schema: z.ZodType<T>,
): Promise<OwnerFile<T> | undefined> {
  try {
    const file = await openRegular(path);
    try {
      const [stat, content] = [await file.stat({ bigint: true }), await file.readFile('utf8')];
      const owner = parseOwner(content, schema);
      const modifiedMs = Number(stat.mtimeMs);
      return { owner, modifiedMs, token: owner?.token ?? `unreadable-${stat.ino}-${stat.mtimeMs}` };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parseOwner<T extends Owner>(content: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(content));
  } catch {
    return null;
  }
}

/** How long a holder that cannot be asked for (another host, no content) is believed without a sign of life. */
export const staleAfterMs = 120_000;

/** Is whoever wrote the file gone? At once for a dead process of this machine, by the file's age for all others. */
export async function isAbandoned(file: OwnerFile<Owner>, nowMs: number): Promise<boolean> {
  const verdict = file.owner === null ? 'unknown' : await verdictOf(file.owner, await ownIdentity());
  return verdict === 'dead' || (verdict === 'unknown' && nowMs - file.modifiedMs > staleAfterMs);
}
