import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExportError } from '../../src/core/export-error.js';
import type { LedgerView } from '../../src/core/ports/ledger.js';
import type { RunResult } from '../../src/core/run-result.js';
import { createLedger } from '../../src/ledger/index.js';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { systemClock, systemRandom } from '../../src/cli/clock.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const bin = join(root, 'bin', 'run.js');

/** Its outputs are read; its standard input is there if it was asked for. */
type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

export type CliResult = { code: number | null; signal: string | null; stdout: string; stderr: string };

/** What `--json` printed: a result, or an error. */
export type JsonOutput<T> = {
  status: number;
  result: T;
  warnings: string[];
  name?: string;
  message?: string;
  actions?: string[];
  data?: unknown;
  exitCode?: number;
};

/**
 * A person with a folder, a home, a ledger and an org: starts `bin/run.js` as a child process against the practice org
 * over real HTTP.
 */
export class Admin {
  public readonly store: string;
  private readonly children = new Set<ChildProcess>();

  private constructor(
    public readonly folder: string,
    public readonly org: PracticeOrg,
  ) {
    this.store = join(folder, 'store', 'crm-export-store.json');
  }

  public static async create(org = new PracticeOrg({})): Promise<Admin> {
    const folder = await mkdtemp(join(tmpdir(), 'crm-export-'));
    await org.start();
    return new Admin(folder, org);
  }

  public async end(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await this.org.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  public path(name: string): string {
    return join(this.folder, name);
  }

  public async write(name: string, content: string | Buffer): Promise<string> {
    await writeFile(this.path(name), content);
    return this.path(name);
  }

  /** A CSV file of accounts: header, then one line for each row. */
  public async accounts(rows: readonly (readonly string[])[], header = 'Ext_Id__c,Name', name = 'accounts.csv') {
    const lines = rows.map((row) => row.join(','));
    return this.write(name, `${[header, ...lines].join('\n')}\n`);
  }

  public environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { NODE_OPTIONS: _unused, ...env } = process.env;
    return {
      ...env,
      HOME: this.folder,
      USERPROFILE: this.folder,
      CI: 'true',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
      SF_ORG_INSTANCE_URL: this.org.url,
      SF_DISABLE_TELEMETRY: 'true',
      SF_DISABLE_LOG_FILE: 'true',
      SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
      SF_CRM_EXPORT_STORE: this.store,
      ...more,
    };
  }

  /** Starts a command and does not wait for it. */
  public start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    return this.launch(process.execPath, [bin, 'crm-export', ...args], env);
  }

  /** Starts any program in this person's folder and environment; its standard input is empty, or stays open. */
  public launch(
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    input: 'ignore' | 'pipe' = 'ignore',
  ) {
    const child = spawn(program, args, {
      cwd: this.folder,
      env: this.environment(env),
      stdio: [input, 'pipe', 'pipe'],
    }) as Child;
    this.children.add(child);
    const ended = new Promise<CliResult>((resolve) => {
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('close', (code, signal) => {
        this.children.delete(child);
        resolve({ code, signal, stdout, stderr });
      });
    });
    return { child, ended };
  }

  public sf(...args: readonly string[]): Promise<CliResult> {
    return this.start(args).ended;
  }

  /** A command with `--json`; its output parsed. */
  public async json<T>(
    ...args: readonly string[]
  ): Promise<{ code: number | null; output: JsonOutput<T> } & CliResult> {
    const ended = await this.sf(...args, '--json');
    try {
      return { ...ended, output: JSON.parse(ended.stdout) as JsonOutput<T> };
    } catch {
      throw new Error(`No JSON from ${args.join(' ')} (${ended.code}):\n${ended.stdout}\n${ended.stderr}`);
    }
  }

  public get orgFlags(): string[] {
    return ['--target-org', this.org.accessToken];
  }

  /** `run` of one ad-hoc file of accounts. */
  public run(file: string, ...more: readonly string[]) {
    return this.json<RunResult>('run', ...this.adHoc(file), ...more);
  }

  public adHoc(file: string): string[] {
    return ['--file', file, '--sobject', 'Account', '--external-id', 'Ext_Id__c', ...this.orgFlags];
  }

  public async ledger(): Promise<LedgerView> {
    return createLedger({ path: this.store, clock: systemClock, random: systemRandom }).read();
  }

  public async exportErrors(): Promise<readonly ExportError[]> {
    return (await this.ledger()).exportErrors;
  }

  /** Values of the key field in the order in which the org committed them. */
  public written(object = 'Account', field = 'Ext_Id__c'): unknown[] {
    return this.org.commits.filter((one) => one.object === object).map((one) => one.fields[field]);
  }
}
