import { Messages, StateAggregator } from '@salesforce/core';
import { isAccessToken } from '../core/access-token.js';
import { exitCodes } from '../core/exit-codes.js';
import { toId18 } from '../core/mapping/salesforce-id.js';
import { defaultOrg } from './connected-org.js';
import { escapeText } from '../report/escape.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors');

/** Which org's part of the ledger a command works on. `username` is null when this machine has no single login for it. */
export type LocalOrg = { readonly orgId: string; readonly username: string | null };

export type OrgFlags = { readonly 'target-org'?: string; readonly 'org-id'?: string };

/**
 * The org that flags or configuration name, found in the logins on this machine. Commands that only read the ledger
 * work without a network this way, also when the org's login has expired.
 */
export async function localOrg(flags: OrgFlags): Promise<LocalOrg> {
  const orgId = flags['org-id'];
  if (orgId !== undefined) return orgOfId(orgId);
  const named = flags['target-org'] ?? (await defaultOrg());
  if (named === undefined) throw messages.createError('error.noOrg');
  // The token itself goes nowhere from here, not even into a message (S1); it begins with the org's Id.
  return isAccessToken(named) ? orgOfId(named.slice(0, Math.max(named.indexOf('!'), 0))) : orgOfLogin(named);
}

async function orgOfLogin(named: string): Promise<LocalOrg> {
  const logins = await StateAggregator.getInstance();
  const username = logins.aliases.resolveUsername(named);
  const fields = await logins.orgs.read(username);
  const orgId = toId18(fields?.orgId ?? '');
  if (orgId === undefined) throw messages.createError('error.noLogin', [escapeText(named)]);
  return { orgId, username };
}

/** An org's id with 18 characters. @throws SfError (2) it is none */
export function orgIdOf(text: string): string {
  const orgId = toId18(text);
  if (orgId?.startsWith('00D') === true) return orgId;
  throw messages.createError('error.orgId', [escapeText(text)], [], exitCodes.usage);
}

async function orgOfId(text: string): Promise<LocalOrg> {
  const orgId = orgIdOf(text);
  const logins = await (await StateAggregator.getInstance()).orgs.readAll();
  const ofOrg = logins.filter((login) => toId18(login.orgId ?? '') === orgId).map((login) => login.username);
  // An access token that was given in place of a login counts as one to core; its name is the token (S1).
  const names = ofOrg.filter((name) => name !== undefined && !isAccessToken(name));
  return { orgId, username: names.length === 1 ? (names[0] ?? null) : null };
}
