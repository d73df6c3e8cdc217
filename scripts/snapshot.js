/**
 * Generates or compares what users of the plugin rely on: flags and commands (command-snapshot.json) and the shape of
 * `--json` results (schemas/). `node scripts/snapshot.js generate|compare`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [mode] = process.argv.slice(2);
if (mode !== 'generate' && mode !== 'compare') throw new Error('generate or compare?');
const cwd = fileURLToPath(new URL('..', import.meta.url));
for (const what of ['snapshot', 'schema']) {
  const args = ['--import', 'tsx', 'bin/dev.js', `${what}:${mode}`];
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
