/*
 * Preloaded into a CLI process (`node --import`): adds up the time that the process waits for each method of the
 * ledger, and writes it
 * to the file named by BENCH_LEDGER_CLOCK when it ends. Beside it, the time from the first call of the ledger to the end:
 * the whole without the start of the CLI.
 */
import { writeFileSync } from 'node:fs';
import { createLedger } from '../lib/ledger/index.js';
import { FileJobLedger } from '../lib/ledger/job-ledger.js';

const spent = {};
let depth = 0;
let first;

function timed(name, method) {
  return function (...args) {
    const start = performance.now();
    first ??= start;
    depth += 1;
    const stop = () => {
      depth -= 1;
      // A call within a call is part of it.
      if (depth === 0) spent[name] = (spent[name] ?? 0) + performance.now() - start;
    };
    let result;
    try {
      result = method.apply(this, args);
    } catch (error) {
      stop();
      throw error;
    }
    if (!(result instanceof Promise)) {
      stop();
      return result;
    }
    return result.finally(stop);
  };
}

const ledger = Object.getPrototypeOf(createLedger({ path: 'none', clock: {}, random: {} }));
for (const prototype of [ledger, FileJobLedger.prototype]) {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name !== 'constructor' && typeof value === 'function') prototype[name] = timed(name, value);
  }
}

process.on('exit', () => {
  const wholeMs = performance.now() - (first ?? 0);
  writeFileSync(process.env.BENCH_LEDGER_CLOCK, JSON.stringify({ spent, wholeMs }));
});
