import { SfError, type Org } from '@salesforce/core';
import { shownUsername } from '../core/access-token.js';
import { toId18 } from '../core/mapping/salesforce-id.js';

export type ConnectedOrg = { readonly orgId: string; readonly username: string | null };

/**
 * Identity of the org behind a login; a login by access token gives its id with 15 characters (design.md 10). Where the
 * token itself was given in place of a login, core calls it the username: it must not be shown (S1).
 */
export function orgOfConnection(org: Org): ConnectedOrg {
  const username = shownUsername(org.getUsername());
  const orgId = toId18(org.getOrgId());
  if (orgId === undefined) throw new SfError(`The login ${username ?? 'by access token'} names no org.`);
  return { orgId, username };
}
