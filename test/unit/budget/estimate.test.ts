import { expect } from 'chai';
import { estimateCalls, estimateRest } from '../../../src/core/budget/estimate.js';
import type { BudgetFacts } from '../../../src/core/budget/policy.js';
import type { Window } from '../../../src/core/run/window.js';
import { prepared } from '../../support/fake-sink.js';

/** A window of rows of 10 bytes behind a header of 10. */
function window(records: number, ended = false, from = 1): Window {
  const entries = Array.from({ length: records }, (_, index) => {
    const row = from + index;
    return { ...prepared(row), end: 10 + row * 10 };
  });
  return { entries, ended };
}
const sizeOf = (rows: number): number => 10 + rows * 10;

describe('API budget: the estimate before a run', () => {
  it('A1 a window that is all there is: one call, exactly; none without records', () => {
    expect(estimateCalls(window(7, true), sizeOf(7))).to.deep.equal({ calls: 1, exact: true });
    expect(estimateCalls(window(0, true), sizeOf(0))).to.deep.equal({ calls: 0, exact: true });
  });

  for (const [rows, calls] of [
    [1_001, 2],
    [10_000, 10],
    [10_001, 11],
    [1_000_000, 1_000],
  ] as const) {
    it(`A1 ${rows} rows of one length take about ${calls} calls`, () => {
      expect(estimateCalls(window(1_000), sizeOf(rows))).to.deep.equal({ calls, exact: false });
    });
  }

  it('A1 from the middle of a source, only the rest counts', () => {
    expect(estimateCalls(window(1_000, false, 8_001), sizeOf(10_000))?.calls).to.equal(2);
  });

  it('A1 nothing is said where nothing is known', () => {
    expect(estimateCalls(window(1_000), null)).to.equal(undefined);
    expect(estimateCalls(window(1), sizeOf(10))).to.equal(undefined);
    expect(estimateCalls(window(0), sizeOf(10))).to.equal(undefined);
  });

  const of = (facts: Partial<BudgetFacts>, alone = false) =>
    estimateRest({
      window: window(1_000),
      extent: sizeOf(10_000),
      alone,
      reserve: 18,
      budget: { facts: () => ({ limit: null, used: 0, reserve: 10, org: null, ...facts }) },
    });

  it('A1 a paused record that goes out alone first is a call more', () => {
    expect(of({}, true)).to.deep.equal({ calls: 11, exact: false, left: null, fits: true, warning: null });
  });

  it('A1 fits while the last window may still be begun', () => {
    expect(of({ limit: 27 })).to.deep.equal({ calls: 10, exact: false, left: 27, fits: true, warning: null });
    expect(of({ limit: 26 })).to.deep.include({ left: 26, fits: false });
  });

  it('A1 X1 the warning has the figures, and says what will happen', () => {
    expect(of({ limit: 100, used: 95 })?.warning).to.equal(
      'About 10 API calls are needed to the end of the source, and 5 are left today (the setting daily-api-limit allows 100 in 24 hours, 95 are used). A run stops before that is used up, and a later one goes on from there.',
    );
    expect(of({ org: { used: 95, max: 100 } })?.warning).to.include('the org has used 95 of its 100 API calls');
  });
});
