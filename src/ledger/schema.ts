import { z } from 'zod';
import type { ErrorCategory } from '../core/api-error.js';
import { openStatuses, settledStatuses } from '../core/export-error.js';
import type { ExportError } from '../core/export-error.js';
import type { JobPhase, JobRecord, JobSpec, Operation, SourceMark } from '../core/job.js';
import type { ApiUseBucket, OrgUsageAt } from '../core/ports/ledger.js';
import type { Payload } from '../core/record.js';
import type { BudgetSetting, JobStatus, RunRecord, StopCode } from '../core/run-record.js';
import type { SettingRow } from '../core/settings.js';
import type { FoldedJournal, StoreData, StoredChange } from './store-data.js';

/*
 * The shape of rows at rest. The schemas only judge: what was read is used as it was parsed, never zod's copy, because
 * a copy of an object with a key `__proto__` would lose it. The `satisfies` clauses stop the compiler when a core type
 * grows a field or a word that is missing here; a new *required* field also needs a migration.
 */

/** The words of a union, complete by its type. */
function words<T extends string>(all: Record<T, true>): z.ZodType<T> {
  return z.enum(Object.keys(all) as T[]);
}

const operation = words<Operation>({ upsert: true });
const phase = words<JobPhase>({ new: true, open: true, paused: true, completed: true });
const category = words<ErrorCategory>({
  data: true,
  automation: true,
  permission: true,
  limit: true,
  transient: true,
  unknown: true,
});
const jobStatus = words<JobStatus>({
  completed: true,
  completedWithErrors: true,
  paused: true,
  'in-doubt': true,
  stopped: true,
  waiting: true,
  failed: true,
});
const stopCode = words<StopCode>({
  busy: true,
  budget: true,
  'org-limit': true,
  unavailable: true,
  login: true,
  interrupted: true,
  'error-cap': true,
});

const budgetSetting = words<BudgetSetting>({ 'daily-api-limit': true, 'api-reserve': true });

const text = z.string();
const name = z.string().min(1);
const count = z.number().int().min(0);
const line = count.nullable();

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  const kind = typeof value;
  return kind === 'string' || kind === 'number' || kind === 'boolean' || value === null;
}

function isPayload(value: unknown): boolean {
  return isPlainObject(value) && Object.values(value).every((field) => isScalar(field) || isPayload(field));
}

const payload = z.custom<Payload>(isPayload, 'must be an object of fields');
const mark = z.custom<SourceMark>(
  (value) => isPlainObject(value) && Object.values(value).every(isScalar),
  'must be an object of plain values',
);

const scalar = z.union([text, z.number(), z.boolean(), z.null()]);

/** `retry` works from it: its types are judged here, its meaning (columns, fields, rights) against source and org. */
const snapshot = z.object({
  name,
  object: text,
  operation,
  externalId: text,
  source: z.object({
    type: z.literal('csv'),
    path: text,
    delimiter: text.optional(),
    absent: text.optional(),
    null: text.optional(),
  }),
  mapping: z
    .record(
      text,
      z.union([z.object({ column: text, values: z.record(text, scalar).optional() }), z.object({ constant: scalar })]),
    )
    .optional(),
  settings: z.object({
    'pause-on-export-errors': z.boolean().optional(),
    'batch-size': z.number().optional(),
    'collections-per-request': z.union([z.literal('auto'), z.number()]).optional(),
  }),
  formerly: z.array(text),
  definitionFile: text.optional(),
  after: z.array(text).optional(),
}) satisfies z.ZodType<JobSpec>;

export const settingRow = z.object({
  scope: name,
  name,
  value: z.union([text, z.number(), z.boolean()]),
}) satisfies z.ZodType<SettingRow>;

export const jobRecord = z.object({
  orgId: name,
  name,
  object: text,
  operation,
  externalId: text,
  phase,
  checkpoint: z.object({ row: count, line, mark: mark.nullable() }),
  pausedOn: z
    .object({ row: count, line, key: text, exportErrorId: name, since: text, mark: mark.optional() })
    .nullable(),
  learned: z.object({ records: count.nullable(), cleanWindows: count }),
  skipRows: count.optional(),
  sourceDiffered: z.boolean().optional(),
  run: count,
  snapshot: snapshot.nullable(),
  updatedAt: text,
}) satisfies z.ZodType<JobRecord>;

export const exportError = z.object({
  id: name,
  orgId: name,
  job: name,
  object: text,
  operation,
  externalId: text,
  key: text,
  canonicalKey: text,
  source: text,
  row: count,
  line,
  firstRow: count,
  payload: payload.nullable(),
  payloadOmitted: z.object({ bytes: count, sha256: text, fields: z.array(text) }).nullable(),
  olderFields: z.array(text),
  newerRow: count.nullable().default(null),
  errors: z.array(z.object({ statusCode: text, message: text, fields: z.array(text) })),
  category,
  status: z.enum([...openStatuses, ...settledStatuses]),
  attempts: count,
  retries: count,
  run: count,
  firstFailedAt: text,
  lastFailedAt: text,
  settledAt: text.nullable(),
  recordId: text.nullable(),
  note: text.nullable(),
}) satisfies z.ZodType<ExportError>;

export const runRecord = z.object({
  id: name,
  orgId: name,
  job: name,
  kind: z.enum(['run', 'retry']),
  run: count,
  startedAt: text,
  endedAt: text.nullable(),
  status: jobStatus.nullable(),
  stoppedBy: z.object({ code: stopCode, message: text, setting: budgetSetting.optional() }).nullable(),
  read: count,
  exported: count,
  created: count,
  updated: count,
  failed: count,
  superseded: count,
  apiCalls: count,
  durationMs: z.number(),
}) satisfies z.ZodType<RunRecord>;

const hour = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}$/);
const orgUsage = z.object({ used: count, max: count, at: text }) satisfies z.ZodType<OrgUsageAt>;

export const storeSchema = z.object({
  version: z.number().int(),
  settings: z.array(settingRow),
  jobs: z.array(jobRecord),
  exportErrors: z.array(exportError),
  runs: z.array(runRecord),
  apiUse: z.array(
    z.object({ orgId: name, hour, calls: count, org: orgUsage.optional() }) satisfies z.ZodType<ApiUseBucket>,
  ),
  folded: z.array(z.object({ orgId: name, job: name, journal: name, seq: count }) satisfies z.ZodType<FoldedJournal>),
}) satisfies z.ZodType<StoreData>;

export const storedChange = z.object({
  job: jobRecord.optional(),
  errors: z.array(exportError).optional(),
  run: runRecord.optional(),
  apiUse: z.object({ hour, calls: count, org: orgUsage.optional() }).optional(),
}) satisfies z.ZodType<StoredChange>;

/** `at`: the place in the value; undefined: it is about the whole. */
export type Problem = { readonly at?: string; readonly problem: string };

/** Levels below a store; its rows have eight at most. What nests without end would overflow whoever walks it. */
const deepest = 20;

/** Each value of a store comes by here, so it makes no lists. */
function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) {
    const inner: unknown = value[key as keyof typeof value];
    if (typeof inner === 'object' && nestsDeeper(inner, levels - 1)) return true;
  }
  return false;
}

/** What is wrong with a value, in words, at its first place; undefined: nothing. */
export function problemOf(schema: z.ZodType, value: unknown): Problem | undefined {
  if (nestsDeeper(value, deepest)) return { problem: `values are nested in more than ${deepest} levels` };
  const result = schema.safeParse(value);
  if (result.success) return undefined;
  const [issue] = result.error.issues;
  return { at: placeOf(issue?.path ?? []), problem: issue?.message ?? 'not understood' };
}

/** `exportErrors[3].attempts` */
function placeOf(path: readonly PropertyKey[]): string {
  const joined = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return joined.replace(/^\./, '');
}
