/*
 * Preloaded (`node --import`) into a process under test: kills it inside its file operations, fills its disk, moves its
 * clock, and makes long waits short. Plain enough for Node to strip its types.
 */
import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import type { FileOperation, Mischief, MischiefPlan } from './mischief-plan.js';

let plan: MischiefPlan | undefined;
let operations = 0;
let ofKind = 0;
let diskOperations = 0;
let diskFaults = 0;
let commitFailed = false;
let jumps = 0;
let offsetMs = 0;

const mischief: Mischief = {
  arm: (next) => {
    plan = next;
    operations = ofKind = diskOperations = diskFaults = jumps = 0;
    commitFailed = false;
    offsetMs = next?.clock?.startMs ?? 0;
  },
  report: () => ({ diskFaults, commitFailed, jumps }),
};

type Meeting<T> = {
  readonly operation: FileOperation;
  readonly path: string;
  readonly real: () => Promise<T>;
  /** Does half of it. */
  readonly half?: () => Promise<T>;
};

async function meet<T>(meeting: Meeting<T>): Promise<T> {
  if (plan === undefined || !meeting.path.startsWith(plan.folder)) return meeting.real();
  operations += 1;
  const { clock } = plan;
  if (clock !== undefined && operations % clock.every === 0) {
    offsetMs += clock.byMs * (jumps % 2 === 0 ? 1 : -1.5);
    jumps += 1;
  }
  await dieIfDue(meeting);
  return failIfDue(meeting);
}

async function dieIfDue<T>({ operation, real, half }: Meeting<T>): Promise<void> {
  const { kill } = plan!;
  if (kill === undefined || (kill.operation !== 'any' && kill.operation !== operation)) return;
  ofKind += 1;
  if (ofKind !== kill.nth) return;
  if (kill.side === 'half') await half?.();
  if (kill.side === 'after') await real();
  if (kill.side === 'inside') {
    void real().catch(() => undefined);
    // The system is at it, in another thread.
    for (const until = performance.now() + (operations % 4) * 0.05; performance.now() < until;);
  }
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
}

const needsRoom: readonly FileOperation[] = ['open', 'write', 'sync', 'link', 'copy'];

async function failIfDue<T>({ operation, path, real, half }: Meeting<T>): Promise<T> {
  const { disk } = plan!;
  if (disk === undefined || !needsRoom.includes(operation)) return real();
  diskOperations += 1;
  const since = diskOperations - disk.nth;
  if (since < 0 || since >= disk.times) return real();
  diskFaults += 1;
  // A full disk takes what still fits, says so, and fails at the next byte.
  if (since === 0 && half !== undefined) return half();
  if (path.endsWith('.journal') && (operation === 'write' || operation === 'sync')) commitFailed = true;
  throw Object.assign(new Error(`${disk.code}: made by the soak test, ${operation} '${path}'`), { code: disk.code });
}

const paths = new WeakMap<object, string>();

function patchFunctions(): void {
  const { open, rename, rm, link, copyFile } = fs;
  const creates = (flags: unknown): boolean => typeof flags === 'string' && /^(wx|w|a)/.test(flags);
  Object.assign(fs, {
    open: async (...args: Parameters<typeof open>): Promise<FileHandle> => {
      const path = String(args[0]);
      const real = async (): Promise<FileHandle> => {
        const handle = await open(...args);
        paths.set(handle, path);
        return handle;
      };
      return creates(args[1]) ? meet({ operation: 'open', path, real }) : real();
    },
    rename: (from: string, to: string) => meet({ operation: 'rename', path: from, real: () => rename(from, to) }),
    rm: (...args: Parameters<typeof rm>) =>
      meet({ operation: 'remove', path: String(args[0]), real: () => rm(...args) }),
    link: (from: string, to: string) => meet({ operation: 'link', path: from, real: () => link(from, to) }),
    copyFile: (...args: Parameters<typeof copyFile>) =>
      meet({ operation: 'copy', path: String(args[0]), real: () => copyFile(...args) }),
  });
}

async function patchHandles(): Promise<void> {
  const handle = await fs.open(process.execPath, 'r');
  const methods = Object.getPrototypeOf(handle) as Pick<FileHandle, 'write' | 'sync' | 'datasync' | 'truncate'>;
  await handle.close();
  const { write, sync, datasync, truncate } = methods;
  type Write = (this: FileHandle, data: unknown, ...place: number[]) => Promise<{ bytesWritten: number }>;
  const realWrite = write as unknown as Write;
  const pathOf = (file: object): string => paths.get(file) ?? '';
  Object.assign(methods, {
    write(this: FileHandle, data: unknown, offset = 0, length = 0, position = 0) {
      const half = (): Promise<{ bytesWritten: number }> =>
        realWrite.call(this, data, offset, Math.ceil(length / 2), position);
      return meet({
        operation: 'write',
        path: pathOf(this),
        real: () =>
          Buffer.isBuffer(data)
            ? realWrite.call(this, data, offset, length, position)
            : realWrite.call(this, data, offset),
        ...(Buffer.isBuffer(data) && length > 1 ? { half } : {}),
      });
    },
    sync(this: FileHandle) {
      return meet({ operation: 'sync', path: pathOf(this), real: () => sync.call(this) });
    },
    datasync(this: FileHandle) {
      return meet({ operation: 'sync', path: pathOf(this), real: () => datasync.call(this) });
    },
    truncate(this: FileHandle, length: number) {
      return meet({ operation: 'truncate', path: pathOf(this), real: () => truncate.call(this, length) });
    },
  });
}

/** Waits for the org's sake are kept in their order and made short. */
function patchWaits(): void {
  const wait = timers.setTimeout;
  Object.assign(timers, {
    setTimeout: (ms = 0, ...rest: unknown[]) =>
      wait(ms >= 120 ? ms / 500 : ms, ...(rest as [undefined, { signal?: AbortSignal }?])),
  });
}

function patchClock(): void {
  const Real = Date;
  class Wrong extends Real {
    public constructor(...args: unknown[]) {
      if (args.length === 0) super(Real.now() + offsetMs);
      else super(...(args as [number]));
    }

    public static override now(): number {
      return Real.now() + offsetMs;
    }
  }
  globalThis.Date = Wrong as DateConstructor;
}

patchFunctions();
await patchHandles();
patchWaits();
patchClock();
syncBuiltinESMExports();
Object.assign(globalThis, { soakMischief: mischief });
const given = process.env['SOAK_MISCHIEF'];
if (given !== undefined) mischief.arm(JSON.parse(given) as MischiefPlan);
