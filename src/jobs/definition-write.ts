import { randomUUID } from 'node:crypto';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { indexOfJob, newDefinition, withJobAdded, withJobReplaced, type JobText } from './definition-edit.js';
import { DefinitionFault } from './definition-fault.js';
import { parseDefinition, readText } from './definition.js';

const byteOrderMark = '\uFEFF';

export type DefinitionChange = {
  /** Absolute; paths in it are relative to its folder, as a run reads them. */
  readonly file: string;
  /** What the file is to hold. */
  readonly text: string;
  readonly kind: 'created' | 'added' | 'replaced';
  /** What it holds now; undefined: there is none. */
  readonly before: string | undefined;
};

/**
 * How a definition file will look with this job in it. Nothing is written.
 * @returns `taken`: there is a job of this name, and `replace` is not set
 * @throws DefinitionFault the file that is there cannot be used, or could not be with this job
 */
export async function planJob(path: string, job: JobText, replace: boolean): Promise<DefinitionChange | 'taken'> {
  const file = resolve(path);
  const before = await presentText(file);
  if (before === undefined) return checked({ file, text: newDefinition(job), kind: 'created', before });
  parseDefinition(before, file);
  const index = indexOfJob(before, job.name);
  if (index < 0) return checked({ file, text: withJobAdded(before, job), kind: 'added', before });
  return replace ? checked({ file, text: withJobReplaced(before, index, job), kind: 'replaced', before }) : 'taken';
}

function checked(change: DefinitionChange): DefinitionChange {
  parseDefinition(change.text, change.file);
  return change;
}

/**
 * Writes the file in one step: a reader, or a crash, meets the old text or the new one.
 * @throws DefinitionFault it cannot be written, or somebody else changed it since it was read
 */
export async function writeDefinition({ file, text, before }: DefinitionChange): Promise<void> {
  if ((await presentText(file)) !== before) {
    throw new DefinitionFault('changed', `The definition file ${file} was changed meanwhile.`, { path: file });
  }
  // Behind a link stands the file itself: the link stays.
  const target = await realpath(file).catch(() => file);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    const marked = before === undefined ? false : await hasMark(file);
    const mode = before === undefined ? undefined : (await stat(target)).mode;
    const content = `${marked ? byteOrderMark : ''}${text}`;
    await writeFile(temporary, content, { flag: 'wx', flush: true, ...(mode === undefined ? {} : { mode }) });
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const message = `The definition file ${file} cannot be written.`;
    throw new DefinitionFault('not-writable', message, { path: file }, [], { cause });
  }
}

async function presentText(file: string): Promise<string | undefined> {
  try {
    return await readText(file);
  } catch (fault) {
    if (fault instanceof DefinitionFault && fault.code === 'not-found') return undefined;
    throw fault;
  }
}

/** `readText` drops the mark that some editors put in front. */
async function hasMark(file: string): Promise<boolean> {
  return (await readFile(file, 'utf8')).startsWith(byteOrderMark);
}
