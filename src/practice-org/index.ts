export { PracticeOrg } from './practice-org.js';
export type { PracticeOrgOptions } from './new-org-state.js';
export type { Behaviour, Limit } from './org-state.js';
export { configure } from './control/configure.js';
export { ExactNumber } from './exact-number.js';
export { toId18 } from './ids.js';
export type { Fault, FaultHandle, FaultMatch, FaultRequest, RecordFault, RequestFault } from './http/faults.js';
export type { JournalEntry } from './http/journal.js';
export type { Latency } from './http/org-server.js';
export type { FieldDefinition, FieldType, ObjectDefinition } from './schema/definitions.js';
export { standardObjects, systemObjects } from './schema/standard-objects.js';
export type { Commit } from './store/transaction.js';
export type { DraftRow, FieldValue, Row } from './values.js';
export { ApexLimitError } from './write/apex-limits.js';
export type { ApexLimits, ApexLimitValues } from './write/apex-limits.js';
export type {
  AssignmentRule,
  DuplicateRule,
  RuleContext,
  Trigger,
  TriggerContext,
  TriggerEvent,
  ValidationRule,
} from './write/automation.js';
