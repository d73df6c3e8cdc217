import { unaffordable } from '../core/budget/estimate.js';
import type { BudgetFacts } from '../core/budget/policy.js';
import type { JobSpec } from '../core/job.js';
import { SourceFault } from '../core/ports/source.js';
import { callsToSettle } from '../core/run/calls-to-settle.js';
import type { PreparedJob } from '../core/run/prepared-job.js';
import { resolveSettings } from '../core/settings.js';
import { estimateCalls, type CallEstimate } from '../core/validate/call-estimate.js';
import { bySeverity, finding, type Finding } from '../core/validate/finding.js';
import { checkRows } from '../core/validate/job-check.js';
import { statusOf, type ValidatedJob, type ValidateResult } from '../core/validate/validate-result.js';
import { checkingOrg, type OrgCheck, type OrgCheckRequest } from './org-check.js';
import { prepareJobs } from './prepare-jobs.js';
import { problemFinding, sourceFinding } from './problem-findings.js';
import { readSample, type SourceSample } from './read-sample.js';

export type ValidateRequest = OrgCheckRequest & {
  readonly specs: readonly JobSpec[];
  /** Rows of each source to look at. */
  readonly rows: number;
};

/** Checks jobs against the org and a sample of their rows; nothing is sent. @throws OrgFault, LedgerFault */
export async function validateJobs(request: ValidateRequest): Promise<ValidateResult> {
  return checkingOrg(request, async (check) => {
    const { orgId, username, context, view } = check;
    const prepared = await prepareJobs(request.specs, context);
    const jobs: ValidatedJob[] = [];
    for (const spec of request.specs) {
      const job = prepared.jobs.find((one) => one.spec.name === spec.name);
      const problems = prepared.problems.filter((problem) => problem.job === spec.name).map(problemFinding);
      jobs.push(job === undefined ? unusable(spec, problems) : await validateJob(job, check, request.rows));
    }
    const on = resolveSettings({ rows: view.settings, orgId })['export-to-crm'].value;
    const found = on ? jobs : jobs.map((job) => withFinding(job, switchedOff(job.job)));
    const valid = found.every(({ status }) => status === 'ok' || status === 'warning');
    return { orgId, username, valid, apiCalls: context.transport.calls(), jobs: found };
  });
}

async function validateJob(job: PreparedJob, { context, budget }: OrgCheck, rows: number): Promise<ValidatedJob> {
  const { spec, describe, fields, settings } = job;
  let sample: SourceSample;
  try {
    sample = await readSample(spec.source, rows);
  } catch (fault) {
    if (!(fault instanceof SourceFault)) throw fault;
    return unusable(spec, [sourceFinding(spec.name, fault)]);
  }
  const asked = resolveSettings({ rows: context.settings, orgId: context.orgId, jobSettings: spec.settings });
  const collections = asked['collections-per-request'].value;
  // With `auto` the checks have asked already, and one collection is the answer.
  const activeTriggers =
    collections === 'auto' ? settings.collections === 1 : await context.facts.hasActiveTriggers(spec.object);
  const estimate = estimateCalls(sample.records, settings, job.apiCalls);
  const { encoder } = job.compile(sample.columns);
  const warnings = [...job.warnings, ...sample.warnings, ...budgetWarning(job, estimate, budget())];
  const findings = bySeverity([
    ...checkRows({ spec, describe, encoder, fields }, sample.rows),
    ...warnings.map((warning) => finding(spec.name, 'warning', 'check', warning)),
    ...(activeTriggers ? [triggersFinding(spec, collections)] : []),
  ]);
  return {
    ...headOf(spec),
    status: statusOf(findings),
    sampled: sample.rows.length,
    activeTriggers,
    estimate,
    findings,
  };
}

/** The same words as those of a run that would not have enough calls. */
function budgetWarning({ settings }: PreparedJob, estimate: CallEstimate, facts: BudgetFacts): string[] {
  if (estimate.requests === 0) return [];
  const { batchSize, collections, pauseOnErrors } = settings;
  const reserve = callsToSettle(batchSize * collections, batchSize, pauseOnErrors);
  const warning = unaffordable({ calls: estimate.total, exact: estimate.recordsAreExact }, reserve, facts);
  return warning === null ? [] : [warning];
}

function headOf({
  name,
  object,
  operation,
  externalId,
  source,
}: JobSpec): Pick<ValidatedJob, 'job' | 'object' | 'operation' | 'externalId' | 'source'> {
  return { job: name, object, operation, externalId, source: source.path };
}

function unusable(spec: JobSpec, findings: Finding[]): ValidatedJob {
  return { ...headOf(spec), status: 'error', sampled: 0, activeTriggers: null, estimate: null, findings };
}

function withFinding(job: ValidatedJob, more: Finding): ValidatedJob {
  const findings = bySeverity([...job.findings, more]);
  return { ...job, findings, status: statusOf(findings) };
}

function switchedOff(job: string): Finding {
  const message = 'Export to CRM is switched off for this org: a run would be refused.';
  const advice = 'Switch it on: sf crm-export settings set export-to-crm true';
  return finding(job, 'warning', 'switched-off', message, { advice });
}

function triggersFinding(spec: JobSpec, collections: 'auto' | number): Finding {
  const { name, object } = spec;
  const there = `${object} has active Apex triggers (or they cannot be seen by this user)`;
  if (collections === 'auto' || collections === 1) {
    const message = `${there}: one collection of records is sent per request, not five.`;
    return finding(name, 'info', 'triggers', message);
  }
  const message = `${there}, and collections-per-request is ${collections}: a trigger that runs once per transaction skips all but the first collection, without an error.`;
  const advice = 'Set collections-per-request to auto, unless the triggers are known to take it.';
  return finding(name, 'warning', 'triggers', message, { advice });
}
