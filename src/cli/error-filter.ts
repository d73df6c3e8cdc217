import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';
import type { ErrorFilter } from '../core/error-query.js';
import { openStatuses, settledStatuses } from '../core/export-error.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.errors.list');

/** Which rows a command gives out; open ones if nothing is said. Give them to `errorFilterOf`. */
export const errorFilterFlags = {
  job: Flags.string({ char: 'j', summary: messages.getMessage('flags.job.summary') }),
  status: Flags.option({
    options: ['open', ...openStatuses, ...settledStatuses, 'all'] as const,
    default: 'open' as const,
    summary: messages.getMessage('flags.status.summary'),
  })(),
  code: Flags.string({ summary: messages.getMessage('flags.code.summary') }),
  object: Flags.string({ summary: messages.getMessage('flags.object.summary') }),
  key: Flags.string({ summary: messages.getMessage('flags.key.summary') }),
  limit: Flags.integer({ min: 1, summary: messages.getMessage('flags.limit.summary') }),
};

/** The filter that flags say, without their limit. */
export function errorFilterOf(flags: Omit<ErrorFilter, 'orgId'>, orgId: string): ErrorFilter {
  const { job, status, code, object, key } = flags;
  return { orgId, job, status, code, object, key };
}
