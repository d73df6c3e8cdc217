import { Faults } from './http/faults.js';
import type { Latency } from './http/org-server.js';
import { IdSequence, toId18 } from './ids.js';
import { DEFAULT_BEHAVIOUR } from './org-state.js';
import type { Behaviour, OrgState } from './org-state.js';
import type { ObjectDefinition } from './schema/definitions.js';
import { Schema } from './schema/schema.js';
import { standardObjects, systemObjects } from './schema/standard-objects.js';
import { Database } from './store/database.js';
import { APEX_LIMITS } from './write/apex-limits.js';
import type { ApexLimitValues } from './write/apex-limits.js';
import { Switchboard } from './write/automation.js';
import type { AssignmentRule, DuplicateRule, Trigger, ValidationRule } from './write/automation.js';

export type PracticeOrgOptions = {
  /** 15 or 18 characters; default 00D000000000001EAA */
  orgId?: string;
  /** default admin@practice.example */
  username?: string;
  /** default standardObjects(); User, Organization and RecordType are always there */
  objects?: ObjectDefinition[];
  latency?: Latency;
  behaviour?: Partial<Behaviour>;
  apexLimits?: Partial<ApexLimitValues>;
  /** default: the system clock */
  now?: () => Date;
};

const DEFAULT_ORG_ID = '00D000000000001EAA';

/** Lists the objects, system objects first, where the caller's own definition wins. */
const withSystemObjects = (objects: ObjectDefinition[]): ObjectDefinition[] => {
  const own = new Set(objects.map(({ name }) => name));
  return [...systemObjects().filter(({ name }) => !own.has(name)), ...objects];
};

/** An empty org: objects, but no rows yet. @throws Error if `orgId` is no Id */
export const newOrgState = (options: PracticeOrgOptions): OrgState => {
  const now = options.now ?? ((): Date => new Date());
  const orgId = toId18(options.orgId ?? DEFAULT_ORG_ID);
  if (orgId === undefined) throw new Error(`Not a Salesforce Id: ${String(options.orgId)}`);
  const schema = new Schema(withSystemObjects(options.objects ?? standardObjects()), now);
  const ids = new IdSequence();
  return {
    orgId,
    userId: ids.next('005'),
    schema,
    database: new Database(schema),
    ids,
    rules: new Switchboard<ValidationRule>(),
    triggers: new Switchboard<Trigger>(),
    duplicateRules: new Switchboard<DuplicateRule>(),
    assignmentRules: new Switchboard<AssignmentRule>(),
    faults: new Faults(),
    behaviour: { ...DEFAULT_BEHAVIOUR, ...options.behaviour },
    apexLimits: { ...APEX_LIMITS, ...options.apexLimits },
    limits: { DailyApiRequests: { Max: 15_000, Remaining: 15_000 }, DataStorageMB: { Max: 5, Remaining: 5 } },
    recentlyViewed: [],
    autoNumbers: new Map(),
    queryLocators: new Map(),
    now,
  };
};
