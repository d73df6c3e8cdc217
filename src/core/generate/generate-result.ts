import type { Operation } from '../job.js';
import type { Finding } from '../validate/finding.js';
import type { LeftOutReason, MatchedBy } from './match.js';

/** A job as it is written into a definition file. */
export type GeneratedJob = {
  name: string;
  object: string;
  operation: Operation;
  externalId: string;
  source: { type: 'csv'; path: string; delimiter?: string };
  mapping: { [target: string]: string };
};

export type GeneratedColumn = {
  column: string;
  /** Field or Relation.Field__c that it sets; null: none. */
  target: string | null;
  matchedBy: MatchedBy | null;
  /** Why it sets nothing. */
  reason: LeftOutReason | null;
  /** What it may have meant, where it sets nothing. */
  candidates: string[];
};

export type GenerateResult = {
  orgId: string;
  /** null: the org was given by an access token, not by a login. */
  username: string | null;
  definitionFile: string;
  /** What was done to the definition file. */
  change: 'created' | 'added' | 'replaced';
  job: GeneratedJob;
  columns: GeneratedColumn[];
  /** Rows of the source that were looked at. */
  sampled: number;
  findings: Finding[];
  apiCalls: number;
};
