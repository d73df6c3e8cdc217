import type { PracticeOrg } from '../practice-org.js';
import type { ObjectDefinition } from '../schema/definitions.js';
import type { ObjectPermissions } from '../schema/schema.js';
import { isJsonObject } from '../values.js';
import type { FieldValue, JsonObject } from '../values.js';
import type { DuplicateRule, AssignmentRule } from '../write/automation.js';
import { faultFrom, ruleFrom, triggerFrom } from './declarations.js';

type Step = (org: PracticeOrg, value: unknown) => unknown;

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

const entriesOf = (value: unknown): Array<[string, unknown]> => (isJsonObject(value) ? Object.entries(value) : []);

const namesOf = (value: unknown): string[] => listOf(value).map(String);

type Named = { enable(name: string): void; disable(name: string): void; remove(name: string): boolean };

/** Rules and triggers share their names' switches: a name is looked for in both. */
const onNamed = (org: PracticeOrg, value: unknown, act: (board: Named, name: string) => unknown): void => {
  for (const name of namesOf(value)) {
    const boards = [org.rules, org.triggers, org.duplicateRules, org.assignmentRules];
    const board = boards.find(({ all }) => (all as Array<{ name: string }>).some((item) => item.name === name));
    if (!board) throw new Error(`No rule or trigger named ${name}`);
    act(board, name);
  }
};

const secure = (org: PracticeOrg, value: unknown): void => {
  for (const [path, access] of entriesOf(value)) {
    const [object = '', field = ''] = path.split('.');
    if (access === 'hidden') org.fields.hide(object, field);
    else if (access === 'readOnly') org.fields.readOnly(object, field);
    else org.fields.editable(object, field);
  }
};

const seed = (org: PracticeOrg, value: unknown): Record<string, string[]> =>
  Object.fromEntries(
    entriesOf(value).map(([object, rows]) => [
      object,
      org.seed(object, listOf(rows) as Array<Record<string, FieldValue>>),
    ]),
  );

const setLimits = (org: PracticeOrg, value: unknown): void => {
  for (const [name, limit] of entriesOf(value)) {
    org.limits[name] = { ...(org.limits[name] ?? { Max: 0, Remaining: 0 }), ...(isJsonObject(limit) ? limit : {}) };
  }
};

const addRules = (org: PracticeOrg, value: unknown): string[] =>
  listOf(value).map((raw) => {
    const rule = ruleFrom(raw);
    org.rules.add(rule);
    return rule.name;
  });

/** What a config may say, in the order in which it is carried out. */
const STEPS: Record<string, Step> = {
  objects: (org, value) => listOf(value).forEach((object) => org.setObject(object as ObjectDefinition)),
  behaviour: (org, value) => void Object.assign(org.behaviour, value),
  apexLimits: (org, value) => void Object.assign(org.apexLimits, value),
  limits: setLimits,
  seed,
  rules: addRules,
  triggers: (org, value) => listOf(value).forEach((raw) => org.triggers.add(triggerFrom(raw))),
  duplicateRules: (org, value) => listOf(value).forEach((raw) => org.duplicateRules.add(raw as DuplicateRule)),
  assignmentRules: (org, value) => listOf(value).forEach((raw) => org.assignmentRules.add(raw as AssignmentRule)),
  fields: secure,
  permissions: (org, value) =>
    entriesOf(value).forEach(([object, rights]) => org.setPermissions(object, rights as Partial<ObjectPermissions>)),
  enable: (org, value) => onNamed(org, value, (board, name) => board.enable(name)),
  disable: (org, value) => onNamed(org, value, (board, name) => board.disable(name)),
  remove: (org, value) => onNamed(org, value, (board, name) => board.remove(name)),
  clearFaults: (org) => org.faults.clear(),
  faults: (org, value) => listOf(value).forEach((raw) => void org.faults.next(faultFrom(raw))),
  expireSession: (org) => org.expireSession(),
  login: (org) => org.login(),
  clearJournal: (org) => org.clearJournal(),
};

/**
 * Carries out a JSON config on an org, at start or through the control endpoint.
 *
 * @returns what the steps gave, by name: Ids of seeded rows, names of rules, a new token
 * @throws Error on an unknown name or a bad declaration; steps before it have been carried out
 */
export const configure = (org: PracticeOrg, config: JsonObject): JsonObject => {
  const unknown = Object.keys(config).filter((name) => !Object.hasOwn(STEPS, name));
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. Known: ${Object.keys(STEPS).join(', ')}`);
  const results: JsonObject = {};
  for (const [name, step] of Object.entries(STEPS)) {
    if (Object.hasOwn(config, name)) results[name] = step(org, config[name]) ?? true;
  }
  return results;
};
