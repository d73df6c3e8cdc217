import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefinitionFault } from '../../../src/jobs/definition-fault.js';
import { loadDefinition } from '../../../src/jobs/definition.js';

/** The smallest job that is right. */
export const minimal = {
  name: 'accounts',
  object: 'Account',
  externalId: 'Ext_Id__c',
  source: { type: 'csv', path: 'a.csv' },
};

type DefinitionFiles = {
  /** A path in the folder of the definition file. */
  readonly path: (name: string) => string;
  readonly file: (content: unknown, name?: string) => Promise<string>;
  readonly fault: (content: unknown) => Promise<DefinitionFault>;
  /** All problems of these jobs as `path: message`. */
  readonly problems: (...jobs: unknown[]) => Promise<string[]>;
};

/** A folder for definition files, made before the tests of this block and removed after them. */
export function definitionFiles(): DefinitionFiles {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crm-export-definition-'));
  });
  after(async () => rm(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  const file = async (content: unknown, name = 'crm-export.json'): Promise<string> => {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(path(name), isRaw ? content : JSON.stringify(content, null, 2));
    return path(name);
  };
  const fault = async (content: unknown): Promise<DefinitionFault> => faultOf(await file(content));
  const problems = async (...jobs: unknown[]): Promise<string[]> =>
    (await fault({ jobs })).problems.map((problem) => `${problem.path}: ${problem.message}`);
  return { path, file, fault, problems };
}

export async function faultOf(path: string): Promise<DefinitionFault> {
  const error: unknown = await loadDefinition(path).catch((thrown: unknown) => thrown);
  if (!(error instanceof DefinitionFault)) throw new Error(`no fault: ${JSON.stringify(error)}`);
  return error;
}
