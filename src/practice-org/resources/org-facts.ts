import { ok } from '../http/call.js';
import type { Answer, Call } from '../http/call.js';

const SEASONS = ['Spring', 'Summer', 'Winter'];
const OLDEST = 31;
const NEWEST = 67;

/** 66.0 is Spring '26: three releases a year, and Winter carries the number of the year to come. */
const labelOf = (version: number): string => {
  const season = SEASONS[version % 3] ?? '';
  const year = Math.floor(version / 3) + (season === 'Winter' ? 5 : 4);
  return `${season} '${year}`;
};

/** `GET /services/data`: no login needed, not counted (facts 2.1). */
export const versions = (): Answer => {
  const list = Array.from({ length: NEWEST - OLDEST + 1 }, (_, at) => OLDEST + at);
  return ok(list.map((n) => ({ label: labelOf(n), url: `/services/data/v${n}.0`, version: `${n}.0` })));
};

/** `GET /services/data/vXX.X`: name and path of each resource; the identity is a whole URL. */
export const resourceList = ({ base, org, headers }: Call): Answer =>
  ok({
    sobjects: `${base}/sobjects`,
    query: `${base}/query`,
    queryAll: `${base}/queryAll`,
    composite: `${base}/composite`,
    limits: `${base}/limits`,
    tooling: `${base}/tooling`,
    identity: `http://${headers.host ?? 'localhost'}/id/${org.orgId}/${org.userId}`,
  });

/** `GET …/limits` (facts 2.5). */
export const limits = ({ org }: Call): Answer => ok(org.limits);
