import type { JobRecord, JobSpec } from '../core/job.js';
import { compileMapping, relatedObjects } from '../core/mapping/compile-mapping.js';
import type { MappingProblem } from '../core/mapping/problem.js';
import { findField, type ObjectDescribe } from '../core/describe.js';
import type { SettingRow, SettingValues } from '../core/settings.js';
import { resolveSettings } from '../core/settings.js';
import type { OrgFacts } from '../core/ports/org.js';
import { SourceFault, type RecordSource } from '../core/ports/source.js';
import type { OrgTransport } from '../core/ports/transport.js';
import type { CompiledMapping, JobRunSettings, PreparedJob } from '../core/run/prepared-job.js';
import { createCompositeSink } from '../sinks/composite-sink.js';
import { createCsvSource } from '../sources/csv-source.js';

/** Why a job may not run; nothing of any job is sent while one has a problem (design.md 4). */
export type JobProblem = { readonly job: string; readonly message: string } & (
  | { readonly kind: 'source'; readonly fault: SourceFault }
  | { readonly kind: 'mapping'; readonly problem: MappingProblem }
  | { readonly kind: 'object'; readonly object: string }
  | { readonly kind: 'identity'; readonly known: string; readonly asked: string }
);

export type PrepareContext = {
  readonly transport: OrgTransport;
  readonly facts: OrgFacts;
  /** One describe per object and run (design.md 3.2). */
  readonly describe: OrgFacts['describe'];
  readonly orgId: string;
  readonly settings: readonly SettingRow[];
  readonly flags: Partial<SettingValues>;
  readonly jobs: readonly JobRecord[];
  readonly monotonicMs: () => number;
  /** Retry: what stands for the columns of a source that cannot be read. */
  readonly columnsWithoutSource?: (spec: JobSpec) => readonly string[];
};

export type Prepared = { readonly jobs: readonly PreparedJob[]; readonly problems: readonly JobProblem[] };

/** Checks every job (definition, file, describe, rights) before the first record of any is sent. @throws OrgFault */
export async function prepareJobs(specs: readonly JobSpec[], context: PrepareContext): Promise<Prepared> {
  const jobs: PreparedJob[] = [];
  const problems: JobProblem[] = [];
  for (const spec of specs) {
    const prepared = await prepareJob(spec, context);
    if ('problems' in prepared) problems.push(...prepared.problems);
    else jobs.push(prepared);
  }
  return { jobs, problems };
}

async function prepareJob(asked: JobSpec, context: PrepareContext): Promise<PreparedJob | { problems: JobProblem[] }> {
  const { describe } = context;
  const callsBefore = context.transport.calls();
  const identity = identityProblem(asked, context);
  const source = createCsvSource(asked.source);
  const columns = await columnsOf(asked, source, context);
  const object = await describe(asked.object);
  if (object === undefined) {
    const message = `The org has no object "${asked.object}", or this user may not see it.`;
    const unknown: JobProblem = { job: asked.name, kind: 'object', object: asked.object, message };
    return { problems: [...identity, ...('fault' in columns ? [columns] : []), unknown] };
  }
  if ('fault' in columns) return { problems: [...identity, columns] };
  const spec = inWordsOf(object, asked);
  const related = await relatedDescribes(spec, columns.names, object, describe);
  const compile = (names: readonly string[]): ReturnType<typeof compileMapping> =>
    compileMapping({ spec, columns: names, describe: object, relatedDescribe: (name) => related.get(name) });
  const compiled = compile(columns.names);
  const problems = [...identity, ...('problems' in compiled ? mappingProblems(spec, compiled.problems) : [])];
  if ('problems' in compiled || problems.length > 0) return { problems };
  const settings = await runSettings(spec, context);
  return {
    spec,
    source,
    describe: object,
    settings,
    sink: createCompositeSink(
      context.transport,
      { object: spec.object, externalId: spec.externalId },
      context.monotonicMs,
    ),
    compile: (names): CompiledMapping => {
      const again = compile(names);
      if ('problems' in again)
        throw new SourceFault('unreadable', again.problems[0]?.message ?? '', { path: source.name });
      return again;
    },
    apiCalls: context.transport.calls() - callsBefore,
    warnings: compiled.warnings,
    relatedDescribe: (name) => (name === object.name ? object : related.get(name)),
    fields: compiled.fields,
  };
}

async function columnsOf(
  spec: JobSpec,
  source: RecordSource,
  context: PrepareContext,
): Promise<{ names: readonly string[] } | Extract<JobProblem, { kind: 'source' }>> {
  try {
    const open = await source.open();
    await open.close();
    return { names: open.columns };
  } catch (fault) {
    if (!(fault instanceof SourceFault)) throw fault;
    if (context.columnsWithoutSource !== undefined) return { names: context.columnsWithoutSource(spec) };
    return { job: spec.name, kind: 'source', fault, message: fault.message };
  }
}

async function relatedDescribes(
  spec: JobSpec,
  columns: readonly string[],
  object: ObjectDescribe,
  describe: OrgFacts['describe'],
): Promise<Map<string, ObjectDescribe>> {
  const related = new Map<string, ObjectDescribe>();
  for (const name of relatedObjects({ spec, columns, describe: object })) {
    const found = await describe(name);
    if (found !== undefined) related.set(name, found);
  }
  return related;
}

/** A job's name with another object, operation or key is another job: its checkpoint would be a lie (design.md 2). */
function identityProblem(spec: JobSpec, context: PrepareContext): JobProblem[] {
  const names = [spec.name, ...spec.formerly];
  const ofOrg = context.jobs.filter((job) => job.orgId === context.orgId);
  const known = names.flatMap((name) => ofOrg.find((job) => job.name === name) ?? [])[0];
  if (known === undefined) return [];
  const identity = (of: Pick<JobSpec, 'object' | 'operation' | 'externalId'>): string =>
    `${of.operation} of ${of.object} by ${of.externalId}`;
  if (identity(known).toLowerCase() === identity(spec).toLowerCase()) return [];
  const message = `The name "${known.name}" belongs to a job that does ${identity(known)}, not ${identity(spec)}.`;
  return [{ job: spec.name, kind: 'identity', known: identity(known), asked: identity(spec), message }];
}

async function runSettings(spec: JobSpec, context: PrepareContext): Promise<JobRunSettings> {
  const resolved = resolveSettings({
    rows: context.settings,
    orgId: context.orgId,
    jobSettings: spec.settings,
    flags: context.flags,
  });
  const collections = resolved['collections-per-request'].value;
  return {
    pauseOnErrors: resolved['pause-on-export-errors'].value,
    batchSize: resolved['batch-size'].value,
    collections: collections === 'auto' ? await automaticCollections(spec.object, context) : collections,
    maxExportErrors: resolved['max-export-errors'].value,
  };
}

/** A trigger's static guard would skip all but the first 200 of 1,000 records without an error (design.md 3.1). */
async function automaticCollections(object: string, context: PrepareContext): Promise<number> {
  return (await context.facts.hasActiveTriggers(object)) ? 1 : 5;
}

function mappingProblems(spec: JobSpec, problems: readonly MappingProblem[]): JobProblem[] {
  return problems.map((problem) => ({ job: spec.name, kind: 'mapping', problem, message: problem.message }));
}

/** The job with object and key spelt as the org spells them: payloads and results go by these names. */
function inWordsOf(object: ObjectDescribe, spec: JobSpec): JobSpec {
  return { ...spec, object: object.name, externalId: findField(object, spec.externalId)?.name ?? spec.externalId };
}
