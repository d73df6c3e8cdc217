import { z } from 'zod';

const apiName = /^[A-Za-z]\w*$/;
export const jobNamePattern = /^[A-Za-z0-9][\w.-]{0,79}$/;
const mappingKey = /^[A-Za-z]\w*(?:\.[A-Za-z]\w*)?$/;

/** Operations that later versions bring: known, so that the message can say so. */
const laterOperations = ['insert', 'update', 'delete'];

const jobName = z
  .string()
  .regex(jobNamePattern, 'a job name has 1 to 80 letters, digits, "_", "." or "-", and begins with a letter or digit')
  .meta({ description: 'Name of the job. Its state is kept under it.' });

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], 'give a text, a number, true, false or null');

const columnEntry = z.strictObject({
  column: z
    .string()
    .min(1, 'name a column')
    .meta({ description: 'Column of the source; upper and lower case are the same.' }),
  values: z
    .record(z.string(), scalar)
    .optional()
    .meta({ description: 'Exact text of a cell, and what is sent instead. Other cells are sent as they are.' }),
});

const constantEntry = z.strictObject({
  constant: scalar.meta({ description: 'The same value for each record; null clears the field.' }),
});

const mappingEntry = z.union([z.string().min(1, 'name a column'), columnEntry, constantEntry]);

const mapping = z
  .record(
    z.string().regex(mappingKey, 'name a field, or Relation.Field__c for a lookup by the external ID of the parent'),
    mappingEntry,
  )
  .refine((entries) => Object.keys(entries).length > 0, 'map at least one field, or leave "mapping" out')
  .meta({
    description:
      'Field, or Relation.Field__c, to the column its value comes from. Without it, column names are field names.',
  });

const source = z
  .strictObject({
    type: z.literal('csv', 'the only kind of source is "csv"').meta({ description: 'Kind of source.' }),
    path: z.string().min(1, 'name a file').meta({ description: 'Path of the file, relative to this definition file.' }),
    delimiter: z
      .string()
      .regex(/^[^"\r\n]$/, 'a delimiter is one character, such as "," or ";" or "\\t"')
      .optional()
      .meta({ description: 'Character between cells; a comma if left out.' }),
    absent: z.string().optional().meta({ description: 'Cell that leaves a field alone; the empty cell if left out.' }),
    null: z.string().optional().meta({ description: 'Cell that clears a field; #N/A if left out.' }),
  })
  // Without "absent", a "null" of "" is clear: the empty cell clears the field, and no cell is absent.
  .refine((value) => value.absent === undefined || value.absent !== (value.null ?? '#N/A'), {
    message: 'this text means null already ("null" is "#N/A" if left out); the two must differ',
    path: ['absent'],
  })
  .meta({ description: 'Where the records come from.' });

const settings = z.strictObject({
  'pause-on-export-errors': z
    .boolean('give true or false, without quotes')
    .optional()
    .meta({ description: 'true: the job stays on the first refused record. false: it logs it and goes on.' }),
  'batch-size': z
    .int('give a whole number from 1 to 200')
    .min(1, 'at least 1')
    .max(200, 'at most 200')
    .optional()
    .meta({ description: 'Records per collection, 1 to 200.' }),
  'collections-per-request': z
    .literal(['auto', 1, 2, 3, 4, 5], 'give "auto" or a whole number from 1 to 5')
    .optional()
    .meta({ description: 'Collections per request, 1 to 5, or "auto".' }),
});

const operation = z
  .literal('upsert', {
    error: ({ input }) =>
      typeof input === 'string' && laterOperations.includes(input)
        ? `"${input}" comes with a later version; the only operation so far is "upsert"`
        : 'the only operation is "upsert"',
  })
  .default('upsert')
  .meta({ description: 'What is done with each record.' });

const job = z.strictObject({
  name: jobName,
  object: z
    .string()
    .regex(apiName, 'give the API name of an object, such as Account or Invoice__c')
    .meta({ description: 'API name of the object.' }),
  operation,
  externalId: z
    .string()
    .regex(apiName, 'give the API name of an external ID field, such as Ext_Id__c')
    .meta({ description: 'API name of the external ID field by which records are found.' }),
  source,
  mapping: mapping.optional(),
  settings: settings.optional().meta({ description: 'Settings of this job; they stand before those of the org.' }),
  formerly: z
    .array(jobName)
    .optional()
    .meta({ description: 'Earlier names of the job; its state moves to the new name once.' }),
  after: z
    .array(jobName)
    .optional()
    .meta({ description: 'Jobs above this one that must have completed, in the same run or before, for it to start.' }),
});

/** The definition file. What is read from outside is checked by it once; the JSON Schema for editors is made from it. */
export const definitionSchema = z
  .strictObject({
    $schema: z.string().optional(),
    jobs: z.array(job).min(1, 'define at least one job'),
  })
  .meta({ title: 'sf crm-export definition file' });

export const jobSchema = job;
export type JobInput = z.output<typeof job>;

/** The keys that may stand at a place of the file, for near misses. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const last = path[path.length - 1];
  if (path.length === 0) return Object.keys(definitionSchema.shape);
  if (last === 'source') return Object.keys(source.shape);
  if (last === 'settings') return Object.keys(settings.shape);
  if (path[path.length - 2] === 'mapping') return ['column', 'values', 'constant'];
  return Object.keys(job.shape);
}
