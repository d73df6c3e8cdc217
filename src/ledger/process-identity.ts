import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { errnoOf } from './faults.js';

/** What tells a process from every other, also from one that gets its pid later. null: cannot be known here. */
export type ProcessIdentity = {
  readonly pid: number;
  /** When the process started, in the words of the system: comparable on one boot of one machine only. */
  readonly started: string | null;
  /** For people. Not proof of anything: containers and laptops share names. */
  readonly host: string;
  /** Digest of the machine's id. */
  readonly machine: string | null;
  /** Id of the boot: pids and start times mean nothing beyond it. */
  readonly boot: string | null;
  /** Id of the pid namespace: two containers of one machine number their processes apart. */
  readonly space: string | null;
};

/** `unknown`: the process cannot be asked for from here; its files' age has to decide. */
export type Verdict = 'alive' | 'dead' | 'unknown';

/** What the system knows of a pid; undefined: no such process (a zombie is none: it will do nothing any more). */
export type InspectProcess = (pid: number) => Promise<{ readonly started: string | null } | undefined>;

/** Does the process still live, as seen from `self`? */
export async function verdictOf(
  identity: ProcessIdentity,
  self: ProcessIdentity,
  inspect: InspectProcess = inspectProcess,
): Promise<Verdict> {
  if (identity.host !== self.host || differ(identity.machine, self.machine)) return 'unknown';
  if (differ(identity.boot, self.boot)) return sameMachine(identity, self) ? 'dead' : 'unknown';
  if (differ(identity.space, self.space)) return 'unknown';
  const found = await inspect(identity.pid);
  if (found === undefined || differ(found.started, identity.started)) return 'dead';
  // Without start times the pid may belong to somebody else by now.
  return found.started === null || identity.started === null ? 'unknown' : 'alive';
}

function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}

/** A new boot proves the death of an old process only on a machine that is known to be the same. */
function sameMachine(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.machine !== null && a.machine === b.machine;
}

let own: Promise<ProcessIdentity> | undefined;

/** Identity of this process; read once. */
export function ownIdentity(): Promise<ProcessIdentity> {
  own ??= readOwnIdentity();
  return own;
}

async function readOwnIdentity(): Promise<ProcessIdentity> {
  const [self, machine, boot, space] = await Promise.all([
    inspectProcess(process.pid),
    readText('/etc/machine-id'),
    readText('/proc/sys/kernel/random/boot_id'),
    readlink('/proc/self/ns/pid').catch(() => null),
  ]);
  return {
    pid: process.pid,
    started: self?.started ?? null,
    host: hostname(),
    machine: machine === null ? null : digest(machine),
    boot,
    space,
  };
}

/** The machine's id is confidential (`man machine-id`): only a digest made for this purpose is stored. */
function digest(machineId: string): string {
  return createHash('sha256').update(`crm-export ledger ${machineId}`).digest('hex').slice(0, 16);
}

async function readText(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() === '' ? null : text.trim();
}

/** Asks the system for a process. */
export const inspectProcess: InspectProcess = async (pid) => {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !exists(pid)) return undefined;
  if (process.platform === 'linux') return inspectLinux(pid);
  if (process.platform === 'win32') return { started: null };
  return inspectByPs(pid);
};

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It exists, and belongs to another user.
    return errnoOf(error) === 'EPERM';
  }
}

async function inspectLinux(pid: number): ReturnType<InspectProcess> {
  const stat = await readText(`/proc/${pid}/stat`);
  return stat === null ? inspectByPs(pid) : parseLinuxStat(stat);
}

/** From `/proc/<pid>/stat` (`man proc_pid_stat`): state is field 3, start time in ticks since the boot field 22. */
export function parseLinuxStat(stat: string): { readonly started: string | null } | undefined {
  // The second field is the program's name, which may hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  return { started: fields[19] ?? null };
}

async function inspectByPs(pid: number): ReturnType<InspectProcess> {
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env });
    return parsePs(stdout);
  } catch (error) {
    // `ps` ends with 1 when there is no such process; without `ps` nothing more is known than that the pid is in use.
    return error instanceof Error && 'code' in error && error.code === 1 ? undefined : { started: null };
  }
}

/** From `ps -o stat=,lstart=`: `Ss   Mon Nov 23 19:00:00 2026`. */
export function parsePs(line: string): { readonly started: string | null } | undefined {
  const [state, ...started] = line.trim().split(/\s+/);
  if (state === undefined || state === '' || state.startsWith('Z')) return undefined;
  return { started: started.length === 0 ? null : started.join(' ') };
}
