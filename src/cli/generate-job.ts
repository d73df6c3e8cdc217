import { dirname, relative, resolve, sep } from 'node:path';
import { Messages } from '@salesforce/core';
import type { ObjectDescribe } from '../core/describe.js';
import { exitCodes } from '../core/exit-codes.js';
import { sampledColumns } from '../core/generate/columns.js';
import { columnsOf, mappingOf, proposalFindings } from '../core/generate/draft.js';
import type { GeneratedJob, GenerateResult } from '../core/generate/generate-result.js';
import { objectsToDescribe } from '../core/generate/lookup-keys.js';
import type { Proposal } from '../core/generate/propose.js';
import type { SourceSpec } from '../core/job.js';
import { checkRows } from '../core/validate/job-check.js';
import { bySeverity, type Finding } from '../core/validate/finding.js';
import { defaultJobName, parseDefinition } from '../jobs/definition.js';
import { planJob, writeDefinition, type DefinitionChange } from '../jobs/definition-write.js';
import { findingLines } from '../report/finding-lines.js';
import { proposeAndAsk } from './generate-answers.js';
import { decisionsOf, objectOf, sourceOf } from './generate-inputs.js';
import { checkingOrg, type OrgCheck, type OrgCheckRequest } from './org-check.js';
import { prepareJobs } from './prepare-jobs.js';
import { problemFinding } from './problem-findings.js';
import type { Prompter } from './prompter.js';
import type { SourceSample } from './read-sample.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.job.generate');

export type GenerateRequest = OrgCheckRequest & {
  readonly definitionFile: string;
  readonly file: string | undefined;
  readonly sobject: string | undefined;
  readonly externalId: string | undefined;
  readonly name: string | undefined;
  /** `COLUMN=FIELD`, one for each column a person decides on. */
  readonly map: readonly string[];
  /** A job of the same name may be replaced. */
  readonly replace: boolean;
  /** undefined: there is nobody to ask. */
  readonly prompter: Prompter | undefined;
  /** Shows the job before it is written. */
  readonly preview: (result: GenerateResult) => void;
};

/**
 * Makes a job from a source and the describe of an object, checks it as a run would, and puts it into a definition
 * file. Nothing is sent to the org.
 * @throws SfError what cannot be decided without a person, or a job that could not run: nothing is written
 */
export async function generateJob(request: GenerateRequest): Promise<GenerateResult> {
  return checkingOrg(request, async (check) => {
    const { prompter } = request;
    const { source, sample } = await sourceOf(request.file, prompter);
    const describe = await objectOf(request.sobject, prompter, check.context.describe);
    const proposal = await proposalOf(request, sample, describe, check);
    const job = jobOf(request, source, describe, proposal);
    const { change, named } = await placeOf(request, job);
    const result = await checked({ change, job: named, proposal, sample }, check);
    request.preview(result);
    const consent = messages.getMessage(`question.${change.kind}`, [named.name, change.file]);
    if (prompter !== undefined && !(await prompter.yes(consent, true))) throw messages.createError('error.declined');
    await writeDefinition(change);
    return result;
  });
}

async function proposalOf(
  { externalId, map, prompter }: GenerateRequest,
  sample: SourceSample,
  describe: ObjectDescribe,
  { context }: OrgCheck,
): Promise<Proposal & { readonly externalId: string }> {
  const columns = sampledColumns(sample.columns, sample.rows);
  const decided = decisionsOf(map, sample.columns);
  const targets = [...decided.values()].flatMap((target) => target ?? []);
  const parents = new Map<string, ObjectDescribe | undefined>([[describe.name, describe]]);
  for (const name of objectsToDescribe(columns, targets, describe)) {
    parents.set(name, await context.describe(name));
  }
  const related = (name: string): ObjectDescribe | undefined => parents.get(name);
  const decisions = { externalId, columns: decided };
  const proposal = await proposeAndAsk({ columns, describe, related, decisions }, prompter);
  return { ...proposal, externalId: keyOf(proposal, describe) };
}

/** @throws SfError (2) the external ID, or the column that holds it, is not clear */
function keyOf({ externalId, keyFields, matches }: Proposal, describe: ObjectDescribe): string {
  const names = keyFields.map(({ field }) => field.name).join(', ');
  if (keyFields.length === 0) throw messages.createError('error.noKeyField', [describe.name]);
  if (externalId === undefined) {
    throw messages.createError('error.whichKey', [describe.name, names], [], exitCodes.usage);
  }
  const isKey = keyFields.some(({ field }) => field.name === externalId);
  const isSet = matches.some(({ target }) => target === externalId);
  // A name that is no key field is told by the checks of the mapping, with what may have been meant.
  if (isKey && !isSet) throw messages.createError('error.noKeyColumn', [externalId], [externalId], exitCodes.usage);
  return externalId;
}

function jobOf(
  request: GenerateRequest,
  { path, delimiter }: SourceSpec,
  describe: ObjectDescribe,
  { externalId, matches }: Proposal & { readonly externalId: string },
): GeneratedJob {
  const fromFolder = relative(dirname(resolve(request.definitionFile)), resolve(path))
    .split(sep)
    .join('/');
  return {
    name: request.name ?? defaultJobName(describe.name, path),
    object: describe.name,
    operation: 'upsert',
    externalId,
    source: { type: 'csv', path: fromFolder, ...(delimiter === undefined ? {} : { delimiter }) },
    mapping: mappingOf(matches),
  };
}

/** Where the job goes in the definition file, under a name that is free or may be taken. */
async function placeOf(
  { definitionFile, name, replace, prompter }: GenerateRequest,
  job: GeneratedJob,
): Promise<{ readonly change: DefinitionChange; readonly named: GeneratedJob }> {
  let named = job;
  let mayReplace = replace;
  if (prompter !== undefined && name === undefined) named = { ...job, name: await askName(prompter, job.name) };
  for (;;) {
    const change = await planJob(definitionFile, named, mayReplace);
    if (change !== 'taken') return { change, named };
    if (prompter === undefined) throw messages.createError('error.taken', [definitionFile, named.name]);
    mayReplace = await prompter.yes(messages.getMessage('question.taken', [definitionFile, named.name]), false);
    if (!mayReplace) named = { ...named, name: await askName(prompter, named.name) };
  }
}

function askName(prompter: Prompter, proposed: string): Promise<string> {
  const valid = /^[A-Za-z0-9][\w.-]{0,79}$/;
  const problem = async (text: string): Promise<string | undefined> =>
    valid.test(text) ? undefined : messages.getMessage('problem.name');
  return prompter.text(messages.getMessage('question.name'), proposed, problem);
}

type Made = {
  readonly change: DefinitionChange;
  readonly job: GeneratedJob;
  readonly proposal: Proposal;
  readonly sample: SourceSample;
};

/** The job goes through the checks of a run: what is written can be run at once. @throws SfError it could not */
async function checked({ change, job, proposal, sample }: Made, check: OrgCheck): Promise<GenerateResult> {
  const { orgId, username, context } = check;
  const spec = parseDefinition(change.text, change.file).find(({ name }) => name === job.name)!;
  const { jobs, problems } = await prepareJobs([spec], context);
  const errors = problems.map(problemFinding);
  const prepared = jobs[0];
  const findings: Finding[] =
    prepared === undefined
      ? errors
      : checkRows({ ...prepared, encoder: prepared.compile(sample.columns).encoder }, sample.rows);
  const result: GenerateResult = {
    orgId,
    username,
    definitionFile: change.file,
    change: change.kind,
    job,
    columns: columnsOf(sample.columns, proposal),
    sampled: sample.rows.length,
    findings: bySeverity([...findings, ...proposalFindings(job.name, proposal)]),
    apiCalls: context.transport.calls(),
  };
  if (prepared !== undefined) return result;
  const error = messages.createError('error.cannotRun', [findingLines(errors).join('\n')], [], exitCodes.failed);
  error.setData(result);
  throw error;
}
