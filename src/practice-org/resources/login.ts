import type { OrgState } from '../org-state.js';
import type { Answer } from '../http/call.js';
import { ok } from '../http/call.js';
import type { Session } from '../http/session.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const refused = (error: string, description: string): Answer => ({
  status: 400,
  body: { error, error_description: description },
});

/** The user name that a JWT was made for; signature and expiry are not checked (facts 1.2). */
const subjectOf = (assertion: string): string | undefined => {
  try {
    const [, payload = ''] = assertion.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { sub?: unknown };
    return typeof claims.sub === 'string' ? claims.sub : undefined;
  } catch {
    return undefined;
  }
};

/**
 * `POST /services/oauth2/token` for JWT bearer and refresh token (facts 1.2, 1.3). Each answer carries a new token; those
 * given out before stay valid until they are expired.
 */
export const token = (org: OrgState, session: Session, url: string, form: URLSearchParams): Answer => {
  const grant = form.get('grant_type');
  if (grant === JWT_BEARER) {
    const subject = subjectOf(form.get('assertion') ?? '');
    if (subject === undefined) return refused('invalid_grant', 'invalid assertion');
    if (subject.toLowerCase() !== session.username.toLowerCase()) {
      return refused('invalid_grant', "user hasn't approved this consumer");
    }
  } else if (grant === 'refresh_token') {
    if (!session.isRefreshToken(form.get('refresh_token') ?? '')) {
      return refused('invalid_grant', 'expired access/refresh token');
    }
  } else return refused('unsupported_grant_type', 'grant type not supported');
  return ok({
    access_token: session.issue(),
    instance_url: url,
    id: `${url}/id/${org.orgId}/${org.userId}`,
    token_type: 'Bearer',
    issued_at: String(org.now().getTime()),
    signature: '',
    scope: 'api',
  });
};

/** `GET /services/oauth2/userinfo` and the identity URL (facts 1.1). */
export const userInfo = (org: OrgState, session: Session, url: string): Answer =>
  ok({
    sub: `${url}/id/${org.orgId}/${org.userId}`,
    user_id: org.userId,
    organization_id: org.orgId,
    preferred_username: session.username,
    username: session.username,
    email: String(org.database.table('User').get(org.userId)?.Email ?? ''),
    name: String(org.database.table('User').get(org.userId)?.Name ?? ''),
    active: true,
    urls: { rest: `${url}/services/data/v{version}/`, sobjects: `${url}/services/data/v{version}/sobjects/` },
  });
