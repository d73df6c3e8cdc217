import { join, resolve } from 'node:path';
import { Global } from '@salesforce/core';
import type { Ledger } from '../core/ports/ledger.js';
import { createLedger } from '../ledger/index.js';
import { systemClock, systemRandom } from './clock.js';

/** Moves the ledger; the flag `--store` stands before it. */
export const storeVariable = 'SF_CRM_EXPORT_STORE';

const usualName = 'crm-export-store.json';

/**
 * Where the ledger is: what the flag `--store` (or its environment variable, which oclif puts into the flag) says, else
 * in the CLI's own state folder. That folder is asked for at run time: it follows HOME.
 */
export function storePath(flag: string | undefined): string {
  return flag === undefined || flag === '' ? join(Global.SF_DIR, usualName) : resolve(flag);
}

export function openLedger(flag: string | undefined): Ledger {
  return createLedger({ path: storePath(flag), clock: systemClock, random: systemRandom });
}
