export { createLedger } from './file-ledger.js';
export type { LedgerOptions } from './file-ledger.js';
export { createMemoryLedger } from './memory-ledger.js';
export type { MemoryLedgerOptions } from './memory-ledger.js';
export { prune } from './prune.js';
export type { PruneOptions } from './prune.js';
