import { expect } from 'chai';
import {
  planOf,
  usualStatus,
  whyUnchanged,
  whyUnchangedNow,
  withAction,
  type ErrorAction,
  type UnchangedReason,
} from '../../../src/core/error-admin.js';
import { discarded, quarantined, refusedInRetry, requeued, type RetryFacts } from '../../../src/core/error-life.js';
import type { ExportErrorStatus } from '../../../src/core/export-error.js';
import { skipPaused } from '../../../src/core/skip.js';
import { accountDescribe } from '../../support/describes.js';
import { exportError, jobRecord, pausedJob } from '../../support/export-errors.js';
import { apiError } from '../../support/fake-sink.js';

const decision = { reason: 'merged by hand', user: 'ann', now: '2026-11-24T08:00:00.000Z' };
const noteOf = (word: string): string => `${word} by ann at 2026-11-24T08:00:00.000Z: merged by hand`;
const refusedAgain = (run: number, maxRetries: number): RetryFacts => ({
  describe: accountDescribe(),
  payload: null,
  payloadOmitted: null,
  errors: [apiError('REQUIRED_FIELD_MISSING')],
  run,
  now: '2026-11-25T08:00:00.000Z',
  maxRetries,
});

/** Table 4.1, row 'admin': what becomes of a row of each status, or why it stays as it is. */
const cells: readonly (readonly [ExportErrorStatus, ErrorAction, ExportErrorStatus | UnchangedReason])[] = [
  ['pending', 'discard', 'discarded'],
  ['pending', 'quarantine', 'quarantined'],
  ['pending', 'requeue', 'already-pending'],
  ['quarantined', 'discard', 'discarded'],
  ['quarantined', 'quarantine', 'already-quarantined'],
  ['quarantined', 'requeue', 'pending'],
  ...(['resolved', 'superseded', 'discarded'] as const).flatMap((status) =>
    (['discard', 'quarantine', 'requeue'] as const).map((action) => [status, action, 'settled'] as const),
  ),
];

describe('the life of an ExportError: what an admin does (design.md 4.1)', () => {
  for (const [status, action, expected] of cells) {
    it(`${status}, ${action}: ${expected}`, () => {
      const row = exportError({ status, attempts: 4, retries: 2 });
      const reason = whyUnchanged(row, action, jobRecord());
      if (reason === null) expect(withAction(row, action, decision).status).to.equal(expected);
      else expect(reason).to.equal(expected);
    });
  }

  it('discarded: closed now, with reason, user and time; the rest stays', () => {
    const row = exportError({ attempts: 4, retries: 2 });
    expect(discarded(row, decision)).to.deep.equal({
      ...row,
      status: 'discarded',
      settledAt: decision.now,
      note: noteOf('Discarded'),
    });
  });

  it('quarantined: only the status and the note change', () => {
    const row = exportError({ attempts: 4, retries: 2 });
    expect(quarantined(row, decision)).to.deep.equal({ ...row, status: 'quarantined', note: noteOf('Quarantined') });
  });

  it('requeued: attempts are kept, retries start anew', () => {
    const row = exportError({ status: 'quarantined', attempts: 4, retries: 3 });
    const expected = { ...row, status: 'pending', retries: 0, note: noteOf('Requeued') };
    expect(requeued(row, decision)).to.deep.equal(expected);
  });

  it('a requeued row has all its retries again before retry-max-attempts quarantines it', () => {
    let row = requeued(exportError({ status: 'quarantined', attempts: 4, retries: 3, run: 4 }), decision);
    const statuses = [5, 6, 7].map((run) => (row = refusedInRetry(row, refusedAgain(run, 3))).status);
    expect(statuses).to.deep.equal(['pending', 'pending', 'quarantined']);
    expect(row).to.include({ attempts: 7, retries: 3 });
  });

  it('a decision is added to earlier ones, one line each, whatever is in a reason', () => {
    const row = quarantined(exportError(), { ...decision, reason: ' waits\n for\tJune ' });
    const { note } = discarded(requeued(row, decision), decision);
    expect(note?.split('\n')).to.deep.equal([
      'Quarantined by ann at 2026-11-24T08:00:00.000Z: waits for June',
      noteOf('Requeued'),
      noteOf('Discarded'),
    ]);
  });

  it('skip adds its decision too', () => {
    const row = requeued(exportError({ status: 'quarantined' }), decision);
    const skip = skipPaused(pausedJob(row), () => row, { ...decision, discard: true });
    expect(skip?.exportError?.note).to.equal(`${noteOf('Requeued')}\n${noteOf('Skipped and discarded')}`);
  });

  it('discarding the row a job is paused on is refused; the other actions are not', () => {
    const row = exportError();
    const job = pausedJob(row);
    expect(whyUnchanged(row, 'discard', job)).to.equal('paused-on');
    expect(whyUnchanged({ ...row, status: 'quarantined' }, 'discard', job)).to.equal('paused-on');
    expect(whyUnchanged(row, 'quarantine', job)).to.equal(null);
    expect(whyUnchanged({ ...row, status: 'quarantined' }, 'requeue', job)).to.equal(null);
    expect(whyUnchanged({ ...row, id: 'other' }, 'discard', job)).to.equal(null);
    expect(whyUnchanged(row, 'discard', undefined)).to.equal(null);
  });

  it('C3: under the lease a row must still be what was asked about', () => {
    const row = exportError();
    const filter = { orgId: row.orgId, code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', status: 'open' } as const;
    const now = (changes: Parameters<typeof exportError>[0], by: typeof filter | undefined = filter) =>
      whyUnchangedNow(exportError(changes), { action: 'discard', filter: by }, jobRecord());
    expect(now({})).to.equal(null);
    expect(now({ status: 'quarantined' })).to.equal(null);
    expect(now({ status: 'resolved' })).to.equal('settled');
    expect(now({ errors: [apiError('STRING_TOO_LONG')] })).to.equal('changed');
    const byId = { action: 'discard', filter: undefined } as const;
    expect(whyUnchangedNow(exportError({ errors: [] }), byId, jobRecord())).to.equal(null);
    expect(whyUnchangedNow(undefined, byId, jobRecord())).to.equal('gone');
    expect(whyUnchangedNow(row, byId, pausedJob(row))).to.equal('paused-on');
  });

  it('plans each row by its own job', () => {
    const paused = exportError();
    const elsewhere = exportError({ id: 'b', job: 'contacts' });
    const settled = exportError({ id: 'c', status: 'resolved' });
    const plan = planOf([paused, elsewhere, settled], 'discard', [pausedJob(paused), jobRecord({ name: 'contacts' })]);
    expect(plan.changing).to.deep.equal([elsewhere]);
    expect(plan.leaving.map(({ row, reason }) => [row.id, reason])).to.deep.equal([
      [paused.id, 'paused-on'],
      ['c', 'settled'],
    ]);
  });

  it('without a status, a filter looks for rows that the action can change', () => {
    expect(usualStatus).to.deep.equal({ discard: 'open', requeue: 'quarantined', quarantine: 'pending' });
  });
});
