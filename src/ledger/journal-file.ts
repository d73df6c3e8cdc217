import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JobId } from '../core/job.js';
import { LedgerFault } from '../core/ports/ledger.js';
import { ownerOnly, removeFile, syncFolder, writeAll } from './durable-file.js';
import { isMissing, readFault, writeFault } from './faults.js';
import { decodeJournal, encodeEntry, encodeHeader } from './journal-codec.js';
import type { Journal } from './journal-codec.js';
import { readRegular } from './regular-file.js';

/** A journal as found beside a store. */
export type FoundJournal = Journal & { readonly path: string };

/** @returns undefined: it is gone (folded meanwhile). @throws LedgerFault `corrupt`, `newer-version`, `not-readable` */
export async function readJournal(path: string): Promise<FoundJournal | undefined> {
  try {
    return { path, ...decodeJournal(await readRegular(path), path) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw readFault(error, path);
  }
}

/** The journal of a lease while its job runs. Its lines are on disk when `append` returns. */
export class JournalWriter {
  readonly #file: FileHandle;
  readonly #headerBytes: number;
  #bytes: number;
  #seq = 0;
  #broken: LedgerFault | undefined;

  private constructor(
    public readonly path: string,
    file: FileHandle,
    headerBytes: number,
  ) {
    this.#file = file;
    this.#headerBytes = headerBytes;
    this.#bytes = headerBytes;
  }

  /** Makes the journal of a new lease; no journal of the job may be there. @throws LedgerFault */
  public static async create(path: string, id: JobId, lease: string): Promise<JournalWriter> {
    const header = Buffer.from(encodeHeader(id, lease), 'utf8');
    try {
      const file = await open(path, 'wx', ownerOnly);
      try {
        await file.chmod(ownerOnly);
        await writeAll(file, header, 0);
        await file.datasync();
        await syncFolder(dirname(path));
      } catch (error) {
        await file.close();
        await removeFile(path);
        throw error;
      }
      return new JournalWriter(path, file, header.length);
    } catch (error) {
      throw writeFault(error, path);
    }
  }

  /** Why it takes no more lines; undefined: it does. */
  public get broken(): LedgerFault | undefined {
    return this.#broken;
  }

  /** Sequence number of the last line. */
  public get seq(): number {
    return this.#seq;
  }

  /** Bytes of commits. */
  public get size(): number {
    return this.#bytes - this.#headerBytes;
  }

  /**
   * Appends one commit and syncs it.
   * @throws LedgerFault `disk-full`, `not-writable`: the commit is not in the journal
   */
  public async append(change: string): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const line = Buffer.from(encodeEntry(this.#seq + 1, change), 'utf8');
    try {
      await writeAll(this.#file, line, this.#bytes);
    } catch (error) {
      await this.#takeBack(error);
    }
    try {
      await this.#file.datasync();
    } catch (error) {
      // After a failed sync nobody knows what is on disk, and a second sync may wrongly succeed: no more of this file.
      this.#broken = writeFault(error, this.path);
      await this.#takeBack(error);
    }
    this.#bytes += line.length;
    this.#seq += 1;
  }

  /** Empties the journal when its lines are in the store. Numbers go on, so that a kill in here is harmless. */
  public async clear(): Promise<void> {
    try {
      await this.#file.truncate(this.#headerBytes);
      await this.#file.sync();
      this.#bytes = this.#headerBytes;
    } catch (error) {
      this.#broken = writeFault(error, this.path);
      throw this.#broken;
    }
  }

  /** Closes the file and leaves it where it is. */
  public async close(): Promise<void> {
    this.#broken ??= new LedgerFault('lease-lost', `The journal ${this.path} is closed`, { path: this.path });
    await this.#file.close();
  }

  /** A line that was half written must not stand before the next one. */
  async #takeBack(error: unknown): Promise<never> {
    const fault = writeFault(error, this.path);
    try {
      await this.#file.truncate(this.#bytes);
    } catch {
      this.#broken = fault;
    }
    throw fault;
  }
}
