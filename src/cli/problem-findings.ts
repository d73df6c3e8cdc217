import { Messages } from '@salesforce/core';
import type { SourceFault } from '../core/ports/source.js';
import { finding, type Finding } from '../core/validate/finding.js';
import { mappingFinding } from '../core/validate/mapping-advice.js';
import type { JobProblem } from './prepare-jobs.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors');

/** What keeps a job from running, as a finding. */
export function problemFinding(problem: JobProblem): Finding {
  switch (problem.kind) {
    case 'mapping':
      return mappingFinding(problem.job, problem.problem);
    case 'source':
      return sourceFinding(problem.job, problem.fault);
    case 'object':
      return finding(problem.job, 'error', 'object-not-visible', problem.message, {
        advice: messages.getMessage('advice.object'),
      });
    case 'identity':
      return finding(problem.job, 'error', 'name-of-another-job', problem.message, {
        advice: messages.getMessage('advice.identity'),
      });
  }
}

export function sourceFinding(job: string, fault: SourceFault): Finding {
  const advice = messages.getMessages(`source.${fault.code}.actions`).join(' ');
  const { line, column } = fault.facts;
  const found = finding(job, 'error', `source-${fault.code}`, fault.message, { advice, column: column ?? null });
  return { ...found, line: line ?? null };
}
