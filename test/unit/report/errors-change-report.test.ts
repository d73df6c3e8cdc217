import { expect } from 'chai';
import { planOf, type ErrorsChangeResult } from '../../../src/core/error-admin.js';
import { plainText } from '../../../src/report/blocks.js';
import { planQuestion, renderErrorsChange, renderErrorsPlan } from '../../../src/report/errors-change-report.js';
import { exportError, pausedJob, testOrgId } from '../../support/export-errors.js';

const context = { orgId: testOrgId, username: 'ann@example.com', store: null };
const rows = Array.from({ length: 12 }, (_, n) =>
  exportError({ id: `${n}`.padStart(8, '0'), row: n + 1, job: n < 5 ? 'accounts' : `job-${n}` }),
);

function shown(changes: Partial<ErrorsChangeResult>, action: 'discard' | 'requeue' | 'quarantine' = 'discard'): string {
  const result = { orgId: testOrgId, username: null, changed: [], unchanged: [], busy: [], ...changes };
  return plainText(renderErrorsChange(result, action, context));
}

describe('report of a change of ExportErrors', () => {
  it('before: how many rows of which jobs, the first few, what is left alone, and what it means', () => {
    const settled = exportError({ id: 'settled', status: 'resolved' });
    const paused = exportError({ id: 'paused' });
    const plan = planOf([...rows, settled, paused], 'discard', [pausedJob(paused)]);
    const text = plainText(
      renderErrorsPlan(
        plan,
        rows.map(({ id }) => id),
      ),
    );
    expect(text).to.include('12 ExportErrors to discard: 5 of accounts, 1 of job-5,');
    expect(text).to.include('3 of 3 other jobs. Shown: the first 5.');
    expect(text.match(/FIELD_CUSTOM_VALIDATION_EXCEPTION/g)).to.have.length(5);
    expect(text).to.include('Left alone: 1 ExportError (settled already).');
    expect(text).to.include('Left alone: 1 ExportError (a job is paused on this record).');
    expect(text).to.include('Discarded rows are closed');
  });

  it('S1: the question is one line without control characters', () => {
    const hostile = exportError({ job: 'x\u001b[2J\n', status: 'quarantined' });
    expect(planQuestion(planOf([hostile], 'requeue', []))).to.equal('Requeue 1 ExportError: 1 of x\\x1b[2J\\n?');
  });

  it('after: what was changed, what was not and why, and the next commands', () => {
    const unchanged = [{ id: 'p', job: 'accounts', reason: 'paused-on' as const }];
    const text = shown({ changed: rows.slice(0, 2), unchanged, busy: ['contacts'] });
    expect(text).to.include('Discarded 2 ExportErrors: 2 of accounts.');
    expect(text).to.include(
      'sf crm-export skip --job accounts --discard --reason "why it may be left out" --target-org',
    );
    expect(text).to.include('sf crm-export status --target-org ann@example.com');
    expect(shown({ changed: rows.slice(4, 6) }, 'requeue')).to.include(
      'sf crm-export retry --job accounts --job job-5 --target-org ann@example.com',
    );
    expect(shown({ changed: rows.slice(0, 1) }, 'quarantine')).to.equal('Quarantined 1 ExportError: 1 of accounts.\n');
    expect(shown({ unchanged: [{ id: 'a', job: 'accounts', reason: 'settled' }] })).to.include('Nothing was changed.');
    expect(shown({})).to.equal('No ExportErrors found: nothing to change.');
  });
});
