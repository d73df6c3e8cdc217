import { readFile, utimes, writeFile } from 'node:fs/promises';
import { newOwner } from '../../src/ledger/owner-file.js';
import type { Owner } from '../../src/ledger/owner-file.js';

/** An owner that lived on this machine and is gone: its start time is none that our system ever gives. */
export async function deadOwner(): Promise<Owner> {
  return { ...(await newOwner()), started: 'long ago' };
}

export async function foreignOwner(): Promise<Owner> {
  return { ...(await newOwner()), host: 'elsewhere', machine: 'another' };
}

export async function writeOwner(path: string, owner: Owner | object | string): Promise<void> {
  await writeFile(path, typeof owner === 'string' ? owner : JSON.stringify(owner));
}

/** Changes an owner file in its place. */
export async function changeOwner(path: string, change: Partial<Owner>): Promise<void> {
  await writeOwner(path, { ...(JSON.parse(await readFile(path, 'utf8')) as Owner), ...change });
}

export async function age(path: string, ms: number): Promise<void> {
  const time = new Date(Date.now() - ms);
  await utimes(path, time, time);
}
