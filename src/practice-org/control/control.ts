import type { IncomingMessage } from 'node:http';
import { parseJson } from '../json.js';
import { jsonReply } from '../http/reply.js';
import type { Reply } from '../http/reply.js';
import type { WireRequest } from '../http/wire-request.js';
import type { Control } from '../http/org-server.js';
import type { PracticeOrg } from '../practice-org.js';
import { isJsonObject } from '../values.js';
import type { JsonObject } from '../values.js';
import { configure } from './configure.js';

const PREFIX = '/practice-org';
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** State for a script to look at. */
const stateOf = (org: PracticeOrg): JsonObject => ({
  url: org.url,
  accessToken: org.accessToken,
  refreshToken: org.refreshToken,
  orgId: org.orgId,
  username: org.username,
  userId: org.userId,
  apiCalls: org.apiCalls,
  requests: org.journal.length,
  commits: org.commits.length,
  limits: org.limits,
  behaviour: org.behaviour,
  apexLimits: org.apexLimits,
  rules: org.rules.all.map(({ predicate: _, ...rule }) => rule),
  triggers: org.triggers.all.map(({ run: _, ...trigger }) => trigger),
  duplicateRules: org.duplicateRules.all,
  faults: org.faults.pending,
  recentlyViewed: org.recentlyViewed,
});

/** A web page must not reach the org through the browser of its user: no Origin, and a loopback Host. */
const isLocal = (request: WireRequest, message: IncomingMessage): boolean => {
  const address = message.socket.remoteAddress ?? '';
  const fromLoopback = address === '::1' || address.replace(/^::ffff:/, '').startsWith('127.');
  return fromLoopback && request.headers.origin === undefined && LOOPBACK_HOST.test(request.headers.host ?? '');
};

const read = (org: PracticeOrg, what: string, request: WireRequest): Reply => {
  const after = Number(request.query.get('after') ?? 0);
  if (what === 'state') return jsonReply(200, stateOf(org));
  if (what === 'journal')
    return jsonReply(
      200,
      org.journal.filter(({ n }) => n > after),
    );
  if (what === 'commits')
    return jsonReply(
      200,
      org.commits.filter(({ n }) => n > after),
    );
  if (what.startsWith('records/')) return jsonReply(200, org.records(decodeURIComponent(what.slice(8))));
  return jsonReply(404, { error: `Nothing to read at ${PREFIX}/${what}` });
};

/** A body under one of these names is what `configure` takes under the same name: POST /practice-org/rules [..]. */
const change = (org: PracticeOrg, what: string, body: unknown): Reply => {
  const config = what === '' || what === 'configure' ? body : { [what]: what === 'seed' ? body : body };
  if (!isJsonObject(config)) return jsonReply(400, { error: 'The body must be a JSON object' });
  return jsonReply(200, configure(org, config));
};

/**
 * The control endpoint: lets a test in another process, a shell script or the demo drive the org. Loopback only, no token,
 * and neither journaled nor counted.
 */
export const control =
  (org: PracticeOrg): Control =>
  (request, message) => {
    if (request.path !== PREFIX && !request.path.startsWith(`${PREFIX}/`)) return undefined;
    if (!isLocal(request, message)) return jsonReply(403, { error: 'Loopback only' });
    const what = request.path.slice(PREFIX.length + 1);
    try {
      if (request.method === 'GET') return read(org, what || 'state', request);
      if (request.method === 'POST') return change(org, what, parseJson(request.bodyText || '{}'));
      return jsonReply(405, { error: 'GET or POST' });
    } catch (error) {
      return jsonReply(400, { error: error instanceof Error ? error.message : String(error) });
    }
  };
