import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliResult, JsonOutput } from './cli.js';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** A home folder without an org: commands that only need the ledger run in it as child processes. */
export type Desk = {
  readonly home: string;
  readonly store: string;
  sf(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult>;
  /** With `--json`; the output parsed. */
  json<T>(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult & { output: JsonOutput<T> }>;
  /** A login as `sf org login` leaves it, as far as finding the org by it goes. */
  login(username: string, orgId: string, alias?: string): Promise<void>;
  end(): Promise<void>;
};

export async function makeDesk(): Promise<Desk> {
  const home = await mkdtemp(join(tmpdir(), 'crm-export-desk-'));
  const { NODE_OPTIONS: _options, SF_CRM_EXPORT_STORE: _store, SF_TARGET_ORG: _org, ...inherited } = process.env;
  const fixed = {
    HOME: home,
    USERPROFILE: home,
    SF_DISABLE_TELEMETRY: 'true',
    SF_DISABLE_LOG_FILE: 'true',
    SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
  };
  // In CI the terminal library would colour a pipe.
  const plain = { NO_COLOR: '1', FORCE_COLOR: '0' };
  const sf: Desk['sf'] = (args, env = {}) => run(args, home, { ...inherited, ...fixed, ...plain, ...env });
  return {
    home,
    store: join(home, 'ledger', 'store.json'),
    sf,
    json: async (args, env) => {
      const ended = await sf([...args, '--json'], env);
      return { ...ended, output: JSON.parse(ended.stdout) };
    },
    login: async (username, orgId, alias) => {
      const state = join(home, '.sfdx');
      await mkdir(state, { recursive: true });
      const auth = { username, orgId, accessToken: `${orgId}!secret`, instanceUrl: 'https://example.invalid' };
      await writeFile(join(state, `${username}.json`), JSON.stringify(auth));
      if (alias !== undefined)
        await writeFile(join(state, 'alias.json'), JSON.stringify({ orgs: { [alias]: username } }));
    },
    end: () => rm(home, { recursive: true, force: true }),
  };
}

function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<CliResult> {
  const child = spawn(process.execPath, [bin, 'crm-export', ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
