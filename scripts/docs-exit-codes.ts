import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { exitCodeFacts, exitCodeOfStop, exitCodeOrder, exitCodes } from '../src/core/exit-codes.js';

/** Writes `docs/exit-codes.md` from the one map of codes; with `--check` it fails if the page is not what that gives. */
const page = new URL('../docs/exit-codes.md', import.meta.url);

const rows = Object.values(exitCodes).map((code) => {
  const { meaning, json } = exitCodeFacts[code];
  return `| ${code} | ${meaning} | ${json} |`;
});
const stops = Object.entries(exitCodeOfStop).map(([stop, code]) => `| \`${stop}\` | ${code} |`);

const text = `<!-- Made by scripts/docs-exit-codes.ts from src/core/exit-codes.ts; don't edit. -->

# Exit codes

| code | meaning | \`--json\` holds |
| --- | --- | --- |
${rows.join('\n')}

If several jobs ran, the code is the first that applies of ${exitCodeOrder.join(', ')}.

A job that stopped says why in \`stoppedBy.code\`:

| stopped by | code |
| --- | --- |
${stops.join('\n')}
`;

const made = await format(text, { parser: 'markdown' });
if (process.argv.includes('--check')) {
  const present = await readFile(page, 'utf8').catch(() => '');
  if (present !== made) {
    process.stderr.write('docs/exit-codes.md is not up to date: run tsx scripts/docs-exit-codes.ts\n');
    process.exitCode = 1;
  }
} else {
  await writeFile(page, made);
}
