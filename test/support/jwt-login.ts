import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Admin } from './cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs in a process of its own: core finds the home folder once. */
const script = `
import { AuthInfo } from '@salesforce/core';
const [username, loginUrl, privateKeyFile] = process.argv.slice(1);
const options = { clientId: 'any', loginUrl, privateKeyFile };
const login = await AuthInfo.create({ username, oauth2Options: options });
await login.save();
`;

/** A login as \`sf org login jwt\` leaves it in the admin's home: one that refreshes itself. Returns its username. */
export async function loginByJwt(admin: Admin): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = await admin.write('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { username, url } = admin.org;
  const args = ['--input-type=module', '-e', script, '--', username, url, key];
  await promisify(execFile)(process.execPath, args, { cwd: root, env: admin.environment() });
  return username;
}
