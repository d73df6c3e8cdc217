import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { configure } from './control/configure.js';
import { parseJson } from './json.js';
import { PracticeOrg } from './practice-org.js';
import { isJsonObject } from './values.js';
import type { JsonObject } from './values.js';

/**
 * Runs a practice org as a process of its own:
 * `serve.js [--config file.json | --config -] [--port n] [--parent]`. Prints one line of JSON,
 * `{url, accessToken, refreshToken, orgId, username, pid}`, when it is ready, and ends on SIGTERM, SIGINT or, with
 * `--parent`, when its standard input is closed, so that it never outlives the test that started it.
 */

const START_OPTIONS = ['orgId', 'username', 'latency'];

const readConfig = (path: string | undefined): JsonObject => {
  if (path === undefined) return {};
  const config = parseJson(readFileSync(path === '-' ? 0 : path, 'utf8'));
  if (!isJsonObject(config)) throw new Error('The config must be a JSON object');
  return config;
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { config: { type: 'string' }, port: { type: 'string' }, parent: { type: 'boolean', default: false } },
  });
  const { port, ...config } = readConfig(values.config);
  const options = Object.fromEntries(START_OPTIONS.flatMap((name) => (name in config ? [[name, config[name]]] : [])));
  const rest = Object.fromEntries(Object.entries(config).filter(([name]) => !START_OPTIONS.includes(name)));
  const org = new PracticeOrg(options);
  configure(org, rest);
  const { url, accessToken } = await org.start({ port: Number(values.port ?? port ?? 0) });
  const { refreshToken, orgId, username } = org;
  process.stdout.write(`${JSON.stringify({ url, accessToken, refreshToken, orgId, username, pid: process.pid })}\n`);
  const end = (): void => void org.stop().then(() => process.exit(0));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (values.parent) process.stdin.on('end', end).resume();
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
