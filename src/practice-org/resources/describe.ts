import { conditional, objectOf, ok } from '../http/call.js';
import type { Answer, Call } from '../http/call.js';
import { describeGlobal, describeObject } from '../schema/describe.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { JsonObject } from '../values.js';

const lastModified = (seconds: number): Record<string, string> => ({
  'Last-Modified': new Date(seconds * 1000).toUTCString(),
});

/** Describe Global (facts 2.2), with `Last-Modified` and 304 (facts 2.3). */
export const describeAll = (call: Call): Answer => {
  const modified = call.org.schema.lastModified();
  return conditional(call, modified) ?? ok(describeGlobal(call.org.schema, call.base), lastModified(modified));
};

const MASTER = '012000000000000AAA';

const recordTypes = ({ org }: Call, object: ObjectSchema): JsonObject[] => {
  const own = org.schema.object('RecordType')
    ? org.database
        .table('RecordType')
        .rows()
        .filter((row) => row.SobjectType === object.name)
    : [];
  const info = (name: unknown, developerName: unknown, recordTypeId: unknown, master: boolean): JsonObject => ({
    active: true,
    available: true,
    defaultRecordTypeMapping: master,
    developerName,
    master,
    name,
    recordTypeId,
    urls: {},
  });
  return [
    ...own.map(({ Name, DeveloperName, Id }) => info(Name, DeveloperName, Id, false)),
    info('Master', 'Master', MASTER, true),
  ];
};

/** sObject Describe (facts 2.2), with `Last-Modified` and 304 (facts 2.3). */
export const describe = (call: Call): Answer => {
  const object = objectOf(call, call.params.object ?? '');
  const modified = call.org.schema.lastModified(object.name);
  const unchanged = conditional(call, modified);
  if (unchanged) return unchanged;
  return ok(describeObject(call.org.schema, object, call.base, recordTypes(call, object)), lastModified(modified));
};

/** `GET …/sobjects/S`: the object's facts, and recent items (always none here). */
export const describeBasic = (call: Call): Answer => {
  const object = objectOf(call, call.params.object ?? '');
  const all = describeGlobal(call.org.schema, call.base).sobjects as JsonObject[];
  return ok({ objectDescribe: all.find(({ name }) => name === object.name), recentItems: [] });
};
