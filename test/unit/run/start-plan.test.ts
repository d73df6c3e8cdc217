import { expect } from 'chai';
import type { JobPhase, JobRecord, PausedOn } from '../../../src/core/job.js';
import type { SourceComparison } from '../../../src/core/ports/source.js';
import { planStart, type StartPlan } from '../../../src/core/run/start-plan.js';

const pausedOn: PausedOn = { row: 5, line: 6, key: 'e', exportErrorId: 'x', since: '2026-01-01T00:00:00.000Z' };

function job(phase: JobPhase): JobRecord {
  return {
    orgId: '00D000000000001EAA',
    name: 'accounts',
    object: 'Account',
    operation: 'upsert',
    externalId: 'Ext_Id__c',
    phase,
    checkpoint: { row: 4, line: 5, mark: { offset: 100 } },
    pausedOn: phase === 'paused' ? pausedOn : null,
    learned: { records: null, cleanWindows: 0 },
    run: 1,
    snapshot: null,
    updatedAt: '2026-01-01T00:00:00.000Z',
  };
}

const goOn: StartPlan = { kind: 'continue', reattempt: null };
const again: StartPlan = { kind: 'from-start', warnChanged: false };
const warned: StartPlan = { kind: 'from-start', warnChanged: true };

/** The table of design.md 7, row by row. */
const table: [JobPhase, SourceComparison, StartPlan][] = [
  ['open', 'unchanged', goOn],
  ['open', 'same-prefix', goOn],
  ['open', 'differs', warned],
  ['paused', 'unchanged', { kind: 'continue', reattempt: pausedOn }],
  ['paused', 'same-prefix', { kind: 'continue', reattempt: pausedOn }],
  ['paused', 'differs', warned],
  ['completed', 'unchanged', goOn],
  ['completed', 'same-prefix', goOn],
  ['completed', 'differs', again],
];

describe('what a run does with its source (design.md 7)', () => {
  for (const [phase, comparison, plan] of table) {
    it(`${phase}, source ${comparison}: ${plan.kind}`, () => {
      expect(planStart({ job: job(phase), comparison, restart: false, fromRow: undefined })).to.deep.equal(plan);
    });
    it(`${phase}, source ${comparison}: --restart starts at row 1, --from-row at its row`, () => {
      expect(planStart({ job: job(phase), comparison, restart: true, fromRow: undefined })).to.deep.equal(again);
      const fromRow = planStart({ job: job(phase), comparison, restart: false, fromRow: 9 });
      expect(fromRow).to.deep.equal({ kind: 'from-row', row: 9 });
    });
  }

  it('a job that is new starts at row 1', () => {
    expect(planStart({ job: undefined, comparison: undefined, restart: false, fromRow: undefined })).to.deep.equal(
      again,
    );
  });

  it('a job paused on row 1 has nothing before it that could have changed: row 1 alone', () => {
    const first = { ...job('paused'), checkpoint: { row: 0, line: null, mark: null } };
    expect(planStart({ job: first, comparison: undefined, restart: false, fromRow: undefined })).to.deep.equal({
      kind: 'continue',
      reattempt: pausedOn,
    });
  });
});
