import { expect } from 'chai';
import type { JobRecord } from '../../../src/core/job.js';
import { restingStatus, standsAt } from '../../../src/core/job-status.js';
import { skipPaused } from '../../../src/core/skip.js';
import { exportError, jobRecord, pausedJob } from '../../support/export-errors.js';

const decision = { reason: 'merging', discard: false, user: 'ann', now: '2026-11-24T08:00:00.000Z' };

describe('skip: moving a paused job past its record', () => {
  const row = exportError({ attempts: 4 });
  const find = (id: string) => (id === row.id ? row : undefined);

  it('stands behind the record as it was when it was refused: no other can be passed over in its place', () => {
    const paused = pausedJob(row);
    const mark = { offset: 9_100 };
    const job = { ...paused, pausedOn: { ...paused.pausedOn!, mark } };
    const after: JobRecord = { ...job, ...skipPaused(job, find, decision)!.change.job };
    expect(after).to.deep.include({ phase: 'open', pausedOn: null, skipRows: 0 });
    expect(after.checkpoint).to.deep.equal({ row: 437, line: job.pausedOn.line, mark });
    expect(standsAt(after)).to.deep.equal({ row: 437, line: job.pausedOn.line });
  });

  it('without a mark of the record (an older store): keeps the one before it and passes over one row', () => {
    const job = pausedJob(row);
    const skip = skipPaused(job, find, decision)!;
    expect(skip.change.job).to.deep.equal({ phase: 'open', pausedOn: null, skipRows: 1, updatedAt: decision.now });
    const after: JobRecord = { ...job, ...skip.change.job };
    expect(after.checkpoint).to.deep.equal(job.checkpoint);
    expect(standsAt(after)).to.deep.equal({ row: 437, line: null });
    expect(restingStatus(after, 1)).to.equal('stopped');
  });

  it('passes over all rows up to the record if an earlier skip left the mark behind', () => {
    const job = pausedJob(row, { checkpoint: { row: 434, line: 435, mark: null }, skipRows: 2 });
    expect(skipPaused(job, find, decision)!.change.job?.skipRows).to.equal(3);
  });

  it('H3: the row stays the one row, open, with all it has and a note', () => {
    const { exportError: noted, change } = skipPaused(pausedJob(row), find, decision)!;
    expect(noted).to.deep.equal({ ...row, note: 'Skipped by ann at 2026-11-24T08:00:00.000Z: merging' });
    expect(change.errors).to.deep.equal([noted]);
  });

  it('discards the row if asked to', () => {
    const { exportError: noted } = skipPaused(pausedJob(row), find, { ...decision, discard: true })!;
    expect(noted).to.include({ status: 'discarded', settledAt: decision.now, attempts: 4 });
    expect(noted?.note).to.equal('Skipped and discarded by ann at 2026-11-24T08:00:00.000Z: merging');
  });

  it('leaves a row alone that was settled meanwhile, and works without the row', () => {
    const settled = { ...row, status: 'resolved' as const };
    expect(skipPaused(pausedJob(row), () => settled, decision)?.exportError).to.equal(settled);
    const without = skipPaused(pausedJob(row), () => undefined, decision)!;
    expect(without.exportError).to.equal(null);
    expect(without.change.errors).to.deep.equal([]);
  });

  it('is refused for a job that is not paused', () => {
    expect(skipPaused(jobRecord(), find, decision)).to.equal(undefined);
    expect(skipPaused(jobRecord({ phase: 'completed' }), find, decision)).to.equal(undefined);
  });
});
