import {
  AuthInfo,
  ConfigAggregator,
  Connection,
  Messages,
  OrgConfigProperties,
  SfError,
  StateAggregator,
} from '@salesforce/core';
import { shownUsername } from '../core/access-token.js';
import { toId18 } from '../core/mapping/salesforce-id.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'errors');

export type ConnectedOrg = {
  readonly orgId: string;
  /** null: the org was given by an access token. */
  readonly username: string | null;
  readonly connection: Connection;
  /** No API version was named, and none is known from before: the org's newest is to be asked for. */
  readonly askVersion: boolean;
  /** Keeps the org's newest version with its login, as the CLI does. */
  readonly onVersion: (version: string) => Promise<void>;
};

/** Stands for the version until the org is asked. */
const anyVersion = '60.0';
const versionKeptMs = 24 * 3_600_000;

/**
 * The login of this name or alias, or of the default org, on this machine. Nothing is asked of the org: core would ask
 * several things here, in its own time and with its own errors, and an org that is down is to be told as such, soon.
 * @throws SfError there is no such login
 */
export async function connectOrg(named: string | undefined, apiVersion: string | undefined): Promise<ConnectedOrg> {
  const name = named ?? (await defaultOrg());
  if (name === undefined) throw messages.createError('error.noTargetOrg');
  const logins = await StateAggregator.getInstance();
  const authInfo = await AuthInfo.create({ username: logins.aliases.resolveUsername(name) });
  const version = apiVersion ?? keptVersion(authInfo);
  const connection = await Connection.create({ authInfo, connectionOptions: { version: version ?? anyVersion } });
  // A login by access token gives its id with 15 characters (design.md 10); and core calls the token itself the
  // username: it must not be shown (S1).
  const username = shownUsername(authInfo.getUsername());
  const orgId = toId18(authInfo.getFields().orgId ?? '');
  if (orgId === undefined) throw new SfError(`The login ${username ?? 'by access token'} names no org.`);
  return {
    orgId,
    username,
    connection,
    askVersion: version === undefined,
    onVersion: (found) => keep(authInfo, found),
  };
}

export async function defaultOrg(): Promise<string | undefined> {
  const config = await ConfigAggregator.create();
  const value = config.getPropertyValue(OrgConfigProperties.TARGET_ORG);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The newest version as the CLI keeps it with a login, for a day. */
function keptVersion(authInfo: AuthInfo): string | undefined {
  const { instanceApiVersion, instanceApiVersionLastRetrieved } = authInfo.getFields();
  const age = Date.now() - Date.parse(instanceApiVersionLastRetrieved ?? '');
  return age < versionKeptMs && /^\d+\.0$/.test(instanceApiVersion ?? '') ? instanceApiVersion : undefined;
}

async function keep(authInfo: AuthInfo, version: string): Promise<void> {
  if (authInfo.isUsingAccessToken()) return;
  const kept = { instanceApiVersion: version, instanceApiVersionLastRetrieved: new Date().toLocaleString() };
  // A login file that cannot be written now costs one more question tomorrow, no more.
  await authInfo.save(kept).catch(() => undefined);
}
