import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Messages, SfProject } from '@salesforce/core';
import type { JobSpec } from '../core/job.js';
import { adHocJob, loadDefinition } from '../jobs/definition.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.run');

export const usualDefinition = 'crm-export.json';

export type DefinitionFlags = {
  readonly 'definition-file'?: string;
  readonly job?: readonly string[];
  readonly file?: string;
  readonly sobject?: string;
  readonly 'external-id'?: string;
  readonly name?: string;
};

/**
 * The jobs that flags ask for: one ad-hoc job, or those of the definition file, all or the named ones in its order.
 * @throws SfError no definition file, no such job
 * @throws DefinitionFault
 */
export async function jobsOf(flags: DefinitionFlags): Promise<JobSpec[]> {
  const { file, sobject, 'external-id': externalId } = flags;
  if (file !== undefined && sobject !== undefined && externalId !== undefined) {
    return [adHocJob({ file, sobject, externalId, ...(flags.name === undefined ? {} : { name: flags.name }) })];
  }
  const path = flags['definition-file'] ?? (await findDefinition());
  const specs = await loadDefinition(path);
  const names = flags.job ?? [];
  const unknown = names.filter((name) => !specs.some((spec) => spec.name === name));
  if (unknown.length > 0) {
    const known = specs.map((spec) => spec.name).join(', ');
    throw messages.createError('error.unknownJob', [unknown.join(', '), path, known]);
  }
  return names.length === 0 ? specs : specs.filter((spec) => names.includes(spec.name));
}

/** In the current folder, then in the root of the DX project. */
async function findDefinition(): Promise<string> {
  const places = [resolve(usualDefinition)];
  try {
    places.push(resolve(await SfProject.resolveProjectPath(), usualDefinition));
  } catch {
    // Not within a DX project: the current folder is the only place.
  }
  for (const place of places) {
    try {
      await access(place);
      return place;
    } catch {
      continue;
    }
  }
  throw messages.createError('error.noDefinition', [places.join(' or ')]);
}

/** The jobs of a definition file that stand before the stored ones; none without a file. @throws DefinitionFault */
export async function definitionOverrides(path: string | undefined): Promise<JobSpec[]> {
  return path === undefined ? [] : loadDefinition(path);
}
