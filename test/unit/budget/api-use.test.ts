import { expect } from 'chai';
import { apiUseOf, freeAt, lastOrgUsage } from '../../../src/core/budget/api-use.js';
import { testOrgId } from '../../support/export-errors.js';

const now = '2026-11-24T08:30:00.000Z';
const bucket = (hour: string, calls: number) => ({ orgId: testOrgId, hour, calls });

describe('API budget: hourly buckets', () => {
  it('A1 counts the hour that runs and the 23 before it', () => {
    const all = [bucket('2026-11-23T08', 1), bucket('2026-11-23T09', 10), bucket('2026-11-24T08', 100)];
    expect(apiUseOf(all, testOrgId, now).last24Hours).to.equal(110);
    expect(apiUseOf(all, '00D000000000002EAA', now).last24Hours).to.equal(0);
  });

  it('A1 a clock that ran ahead a little counts, one that ran ahead by days holds no job up', () => {
    const all = [bucket('2026-11-24T09', 1), bucket('2027-01-01T00', 1_000)];
    expect(apiUseOf(all, testOrgId, now).last24Hours).to.equal(1);
  });

  const hours = [bucket('2026-11-24T01', 5), bucket('2026-11-23T20', 10), bucket('2026-11-24T08', 100)];
  for (const [calls, time] of [
    [1, '2026-11-24T20:00:00.000Z'],
    [10, '2026-11-24T20:00:00.000Z'],
    [11, '2026-11-25T01:00:00.000Z'],
    [15, '2026-11-25T01:00:00.000Z'],
    [16, '2026-11-25T08:00:00.000Z'],
    [500, '2026-11-25T08:00:00.000Z'],
  ] as const) {
    it(`A1 ${calls} calls will have left the 24 hours at ${time}, and then they are not counted`, () => {
      expect(freeAt(hours, calls, now)).to.equal(time);
      if (calls > 115) return;
      const before = apiUseOf(hours, testOrgId, now).last24Hours;
      expect(before - apiUseOf(hours, testOrgId, time).last24Hours).to.be.at.least(calls);
    });
  }

  it("A1 the org's own count is the one that was seen last", () => {
    const seen = (at: string, used: number) => ({ ...bucket(at.slice(0, 13), 1), org: { used, max: 10, at } });
    const all = [seen('2026-11-24T08:10:00.000Z', 7), seen('2026-11-24T07:10:00.000Z', 3), bucket('2026-11-24T09', 1)];
    expect(lastOrgUsage(all, testOrgId)).to.deep.equal({ used: 7, max: 10, at: '2026-11-24T08:10:00.000Z' });
    expect(lastOrgUsage([bucket('2026-11-24T09', 1)], testOrgId)).to.equal(null);
  });
});
