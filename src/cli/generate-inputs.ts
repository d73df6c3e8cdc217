import { Messages } from '@salesforce/core';
import type { ObjectDescribe } from '../core/describe.js';
import { exitCodes } from '../core/exit-codes.js';
import type { SourceSpec } from '../core/job.js';
import { didYouMean, nearMiss } from '../core/mapping/near-miss.js';
import type { OrgFacts } from '../core/ports/org.js';
import { SourceFault } from '../core/ports/source.js';
import { escapeText } from '../report/escape.js';
import type { Prompter } from './prompter.js';
import { readSample, withDelimiter, type SourceSample } from './read-sample.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.job.generate');

/** Rows that are looked at. */
const sampleRows = 1000;

/** The source that a flag names, or a person. @throws SourceFault, SfError (2) nobody named one */
export async function sourceOf(
  flag: string | undefined,
  prompter: Prompter | undefined,
): Promise<{ readonly source: SourceSpec; readonly sample: SourceSample }> {
  const path = flag ?? (await askFor('file', prompter, problemOfFile));
  const source = await withDelimiter({ type: 'csv', path });
  return { source, sample: await readSample(source, sampleRows) };
}

async function problemOfFile(path: string): Promise<string | undefined> {
  try {
    await withDelimiter({ type: 'csv', path });
    return undefined;
  } catch (fault) {
    if (fault instanceof SourceFault) return fault.message;
    throw fault;
  }
}

/** The object that a flag names, or a person, described. @throws OrgFault, SfError there is none, or nobody named one (2) */
export async function objectOf(
  flag: string | undefined,
  prompter: Prompter | undefined,
  describeObject: OrgFacts['describe'],
): Promise<ObjectDescribe> {
  const unknown = (name: string): string => messages.getMessage('error.noObject', [name]);
  const problem = async (name: string): Promise<string | undefined> =>
    name !== '' && (await describeObject(name)) !== undefined ? undefined : unknown(name);
  const name = flag ?? (await askFor('sobject', prompter, problem));
  const describe = await describeObject(name);
  if (describe === undefined) throw messages.createError('error.noObject', [escapeText(name)]);
  return describe;
}

/** A flag that is needed, from a person. @throws SfError (2) there is nobody to ask */
function askFor(
  flag: 'file' | 'sobject',
  prompter: Prompter | undefined,
  problem: (text: string) => Promise<string | undefined>,
): Promise<string> {
  if (prompter === undefined) throw messages.createError('error.flagNeeded', [flag], [], exitCodes.usage);
  return prompter.text(messages.getMessage(`question.${flag}`), '', problem);
}

/**
 * `COLUMN=FIELD`, and `COLUMN=` to leave a column out, as decisions.
 * @throws SfError (2) no such form, or no such column
 */
export function decisionsOf(maps: readonly string[], columns: readonly string[]): Map<string, string | null> {
  return new Map(
    maps.map((text) => {
      // A field's name has no "=", a column's may have one.
      const at = text.lastIndexOf('=');
      if (at < 1) throw messages.createError('error.map', [escapeText(text)], [], exitCodes.usage);
      const [column, target] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
      if (!columns.some((name) => name.toLowerCase() === column.toLowerCase())) {
        const hint = escapeText(didYouMean(nearMiss(column, columns)));
        throw messages.createError(
          'error.noColumn',
          [escapeText(column), hint],
          [columns.map(escapeText).join(', ')],
          exitCodes.usage,
        );
      }
      return [column.toLowerCase(), target === '' ? null : target] as const;
    }),
  );
}
