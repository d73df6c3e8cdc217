import { expect } from 'chai';
import fc from 'fast-check';
import {
  exitCodeFacts,
  exitCodeOf,
  exitCodeOfJob,
  exitCodeOrder,
  exitCodes,
  overallStatus,
  type ExitCode,
  type JobOutcome,
} from '../../../src/core/exit-codes.js';
import type { JobStatus, StopCode } from '../../../src/core/run-record.js';

function stopped(code: StopCode): JobOutcome {
  return { status: 'stopped', stoppedBy: { code, message: '' } };
}

function ended(status: JobStatus): JobOutcome {
  return { status, stoppedBy: null };
}

function waitingFor(awaited: Pick<JobOutcome, 'status' | 'stoppedBy'>): JobOutcome {
  return { ...ended('waiting'), waitingFor: { job: 'parents', ...awaited } };
}

const outcomes: readonly (readonly [string, JobOutcome, ExitCode])[] = [
  ['completed', ended('completed'), 0],
  ['completedWithErrors', ended('completedWithErrors'), 68],
  ['paused', ended('paused'), 69],
  ['in-doubt', ended('in-doubt'), 69],
  ['failed', ended('failed'), 1],
  ['waiting for a job that is paused', waitingFor(ended('paused')), 69],
  ['waiting for a job that failed', waitingFor(ended('failed')), 1],
  ['waiting for a job that is busy', waitingFor(stopped('busy')), 75],
  ['waiting for a job that reached the cap', waitingFor(stopped('error-cap')), 69],
  ['waiting for a job that was never run, or stopped before its end', waitingFor(ended('stopped')), 75],
  ['stopped', ended('stopped'), 75],
  ['busy', stopped('busy'), 75],
  ['budget', stopped('budget'), 75],
  ['org-limit', stopped('org-limit'), 75],
  ['unavailable', stopped('unavailable'), 75],
  ['login', stopped('login'), 77],
  ['interrupted', stopped('interrupted'), 130],
  ['error-cap', stopped('error-cap'), 69],
];

describe('X1: exit codes', () => {
  for (const [name, outcome, code] of outcomes) {
    it(`X1: a job that is ${name} ends with ${code}`, () => {
      expect(exitCodeOfJob(outcome)).to.equal(code);
      expect(exitCodeOf([outcome])).to.equal(code);
      expect(overallStatus([outcome])).to.equal(outcome.status);
    });
  }

  it('X1: each code has a meaning for help and docs, and a place in the order unless it is of usage', () => {
    for (const code of Object.values(exitCodes)) {
      expect(exitCodeFacts[code].meaning, String(code)).to.match(/^[A-Z].*\.$/);
      expect(exitCodeFacts[code].json, String(code)).to.match(/^(result|error)/);
    }
    expect([...exitCodeOrder, exitCodes.usage].sort()).to.deep.equal(Object.values(exitCodes).sort());
  });

  it('X1: of several jobs the first of 130, 77, 1, 69, 75, 68, 0 counts, whatever their order', () => {
    expect(exitCodeOf([])).to.equal(0);
    expect(overallStatus([])).to.equal('completed');
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...outcomes.map(([, outcome]) => outcome)), { minLength: 1 }), (jobs) => {
        const expected = exitCodeOrder.find((code) => jobs.some((job) => exitCodeOfJob(job) === code));
        expect(exitCodeOf(jobs)).to.equal(expected);
        expect(exitCodeOf(jobs.toReversed())).to.equal(expected);
        const status = overallStatus(jobs);
        expect(jobs.some((job) => job.status === status && exitCodeOfJob(job) === expected)).to.equal(true);
      }),
    );
  });

  it('X1: the status of the whole is that of the job that decided the code', () => {
    expect(overallStatus([ended('completedWithErrors'), ended('paused'), stopped('busy')])).to.equal('paused');
    expect(overallStatus([ended('completedWithErrors'), stopped('busy')])).to.equal('stopped');
    expect(overallStatus([waitingFor(ended('paused')), ended('paused')])).to.equal('paused');
    expect(overallStatus([ended('paused'), ended('in-doubt')])).to.equal('in-doubt');
  });
});
