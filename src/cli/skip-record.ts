import { Messages, type SfError } from '@salesforce/core';
import { exitCodes } from '../core/exit-codes.js';
import type { JobRecord } from '../core/job.js';
import { pausedOnOf, type PausedOnDetails } from '../core/job-status.js';
import { skipPaused, type Skip } from '../core/skip.js';
import { commandLine } from '../report/command-line.js';
import { systemClock } from './clock.js';
import type { LedgerCommand } from './ledger-command.js';
import { userName } from './user-name.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.skip');

export type SkipRequest = LedgerCommand & {
  readonly job: string;
  readonly reason: string;
  readonly discard: boolean;
  /**
   * Asks about the record; throws if the answer is no.
   * @param lost fields that earlier refused rows of its key are still owed, and that are discarded with it
   */
  readonly consent: (record: PausedOnDetails, lost: readonly string[]) => Promise<void>;
};

export type SkipDone = Skip & { readonly job: JobRecord; readonly record: PausedOnDetails };

/**
 * Moves a paused job past its record. The question is asked before the lease is taken, so that no run waits for a
 * person; under the lease the job must still be paused on that record.
 */
export async function skipRecord(request: SkipRequest): Promise<SkipDone> {
  const { ledger, context, job: name } = request;
  if (request.reason.trim() === '') throw messages.createError('error.reason', [], [], exitCodes.usage);
  const view = await ledger.read();
  const seen = view.jobs.find((job) => job.orgId === context.orgId && job.name === name);
  if (seen === undefined) throw noJob(request);
  const rows = new Map(view.exportErrors.map((row) => [row.id, row]));
  const record = pausedOnOf(seen, rows);
  if (seen.phase !== 'paused' || record === null) throw notPaused(request);
  const row = request.discard ? rows.get(record.exportErrorId) : undefined;
  await request.consent(record, row?.olderFields.filter((field) => field !== row.externalId) ?? []);
  return skipUnderLease(request, record);
}

async function skipUnderLease(request: SkipRequest, record: PausedOnDetails): Promise<SkipDone> {
  const { ledger, context, reason, discard } = request;
  const held = await ledger.openJob({ orgId: context.orgId, name: request.job });
  try {
    const job = held.job();
    const decision = { reason: reason.trim(), discard, user: userName(), now: systemClock.now() };
    const skip = job && skipPaused(job, (id) => held.exportError(id), decision);
    if (!job || !skip) throw notPaused(request);
    if (skip.passed.exportErrorId !== record.exportErrorId) throw movedOn(request);
    await held.assertHeld();
    await held.commit(skip.change);
    return { ...skip, job, record };
  } finally {
    await held.close();
  }
}

function noJob({ context, job }: SkipRequest): SfError {
  return messages.createError('error.noJob', [job, context.orgId], [commandLine(context, ['status'], 'ledger')]);
}

function notPaused({ context, job }: SkipRequest): SfError {
  return messages.createError('error.notPaused', [job], [commandLine(context, ['status'], 'ledger')]);
}

function movedOn({ context, job }: SkipRequest): SfError {
  return messages.createError('error.movedOn', [job], [commandLine(context, ['status'], 'ledger')]);
}
