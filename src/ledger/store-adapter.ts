import { randomUUID } from 'node:crypto';
import type { Adapter } from 'lowdb';
import { keepBackup, newestBackup } from './backups.js';
import { replaceFile } from './durable-file.js';
import { corruptFault, isMissing, readFault, writeFault } from './faults.js';
import { currentPlan, stepsFrom } from './migrations.js';
import type { VersionPlan } from './migrations.js';
import { readRegular } from './regular-file.js';
import { isPlainObject, problemOf, storeSchema } from './schema.js';
import type { StoreData } from './store-data.js';
import type { StorePaths } from './store-paths.js';

export type AdapterOptions = {
  /** ISO 8601 UTC; for the name of the day's backup. */
  readonly now: () => string;
  /** Last word before the store is replaced: throws to keep it. */
  readonly beforeReplace?: () => Promise<void>;
  readonly plan?: VersionPlan;
};

/**
 * lowdb's way to the store file. lowdb's own adapters do not sync, take no lock, replace whatever is there, and end in a
 * bare SyntaxError on a broken file; this one gives whole, checked data or a `LedgerFault`, and writes so that a kill, a
 * power cut or a full disk leaves the old file. One adapter serves one read and then one write, under the store lock.
 */
export class StoreAdapter implements Adapter<StoreData> {
  readonly #paths: StorePaths;
  readonly #options: AdapterOptions;
  #migratedFrom: number | undefined;

  public constructor(paths: StorePaths, options: AdapterOptions) {
    this.#paths = paths;
    this.#options = options;
  }

  /** @returns null: there is no store yet. @throws LedgerFault `not-readable`, `corrupt`, `newer-version` */
  public async read(): Promise<StoreData | null> {
    const { store } = this.#paths;
    let text: string;
    try {
      text = await readRegular(store);
    } catch (error) {
      if (isMissing(error)) return null;
      throw readFault(error, store);
    }
    return this.#parse(text);
  }

  /** @throws LedgerFault `not-writable`, `disk-full`; the old file is still there */
  public async write(data: StoreData): Promise<void> {
    const { store } = this.#paths;
    const token = randomUUID();
    try {
      const now = this.#options.now();
      await keepBackup(this.#paths, { now, token, migratedFrom: this.#migratedFrom });
      const { beforeReplace } = this.#options;
      await replaceFile(store, storeText(data), { temp: this.#paths.temp(token), beforeReplace });
    } catch (error) {
      throw writeFault(error, store);
    }
  }

  async #parse(text: string): Promise<StoreData> {
    const path = this.#paths.store;
    const plan = this.#options.plan ?? currentPlan;
    const refuse = async (problem: string, at?: string, cause?: unknown): Promise<never> => {
      throw corruptFault({ path, at, problem, backup: await newestBackup(this.#paths) }, cause);
    };
    if (text.trim() === '') return refuse('the file is empty');
    let store: unknown;
    try {
      // Some editors put a byte order mark in front.
      store = JSON.parse(text.replace(/^\uFEFF/, ''));
    } catch (error) {
      return refuse(`not JSON (${error instanceof Error ? error.message : 'unknown'})`, undefined, error);
    }
    if (!isPlainObject(store)) return refuse('not a ledger: an object was expected');
    const steps = stepsFrom(store['version'], path, plan);
    if (steps === undefined) return refuse('must be the number of a version', 'version');
    if (steps.length > 0) this.#migratedFrom = store['version'] as number;
    const migrated = steps.reduce((older, step) => ({ ...step.store(older), version: step.to }), store);
    const problem = problemOf(storeSchema, migrated);
    return problem === undefined ? (migrated as StoreData) : refuse(problem.problem, problem.at);
  }
}

const chunkSize = 1 << 20;

/** The store as JSON with one row on each line, in pieces: quick to write, and kind to those who look into it. */
export function* storeText(data: StoreData): Generator<string> {
  const { version, ...tables } = data;
  let piece = `{\n"version": ${version}`;
  for (const [name, rows] of Object.entries(tables)) {
    piece += `,\n"${name}": [`;
    for (const [index, row] of rows.entries()) {
      piece += `${index === 0 ? '' : ','}\n${JSON.stringify(row)}`;
      if (piece.length >= chunkSize) {
        yield piece;
        piece = '';
      }
    }
    piece += rows.length === 0 ? ']' : '\n]';
  }
  yield `${piece}\n}\n`;
}
