import { expect } from 'chai';
import { countsOf, skippedOf, type SkipReason } from '../../../src/core/retry/retry-result.js';
import type { ExportErrorStatus } from '../../../src/core/export-error.js';
import { exportError } from '../../support/export-errors.js';

function rows(...statuses: ExportErrorStatus[]) {
  return statuses.map((status, index) => exportError({ id: `e${index}`, status }));
}

describe('what a retry counts (X1)', () => {
  it('each row once: by its status, by whether it was tried, by why it was left alone', () => {
    const all = rows('resolved', 'superseded', 'pending', 'quarantined', 'pending', 'pending', 'quarantined');
    const left = new Map<string, SkipReason>([['e4', 'no-data']]);
    expect(countsOf(all, { tried: new Set(['e0', 'e2', 'e3']), left })).to.deep.equal({
      resolved: 1,
      superseded: 1,
      stillFailing: 1,
      quarantined: 1,
      skipped: [
        { reason: 'no-data', count: 1 },
        { reason: 'stopped', count: 2 },
      ],
    });
  });

  it('a row that an admin closed meanwhile is in none of the counts', () => {
    const counts = countsOf(rows('discarded'), { tried: new Set(), left: new Map() });
    expect(counts).to.deep.equal({ resolved: 0, superseded: 0, stillFailing: 0, quarantined: 0, skipped: [] });
  });

  it('rows left alone are added up over the jobs, by reason', () => {
    const counts = { resolved: 0, superseded: 0, stillFailing: 0, quarantined: 0 };
    const of = (reason: SkipReason, count: number) => ({ ...counts, skipped: [{ reason, count }] });
    expect(skippedOf([of('busy', 2), of('limit', 1), of('busy', 3)])).to.deep.equal([
      { reason: 'busy', count: 5 },
      { reason: 'limit', count: 1 },
    ]);
  });
});
