import type { ObjectDescribe } from '../describe.js';

/** What the org says of itself. One describe per object and run, never kept between runs (design.md 3.2). */
export type OrgFacts = {
  /** undefined: no such object, or not visible to this user. @throws OrgFault */
  describe(object: string): Promise<ObjectDescribe | undefined>;
  /** Are there active Apex triggers on the object? true when it cannot be known (design.md 3.1). */
  hasActiveTriggers(object: string): Promise<boolean>;
};
