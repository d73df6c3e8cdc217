import { createCsvSource } from '../../../src/sources/csv-source.js';

/** Reads the file named by its argument with a mark per 1,000 rows, and prints what it saw and its largest memory. */
const open = await createCsvSource({ type: 'csv', path: process.argv[2]! }).open();
const lag = Number(process.argv[3]);
const started = performance.now();
let rows = 0;
let fault: unknown = null;
const ends: number[] = [];
try {
  for await (const row of open.rows()) {
    rows++;
    if (lag < 0 || rows % 1000 !== 0) continue;
    ends.push(row.end);
    if (ends.length > lag) await open.mark(ends.shift()!);
  }
} catch (error) {
  fault = error;
}
await open.close();
process.stdout.write(
  JSON.stringify({
    rows,
    fault: fault instanceof Error ? { code: (fault as { code?: string }).code, message: fault.message } : null,
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    ms: Math.round(performance.now() - started),
  }),
);
