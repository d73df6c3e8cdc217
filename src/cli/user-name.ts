import { userInfo } from 'node:os';

/** Who decides, for notes. A container may run under a number that no user has. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? `user ${process.getuid?.() ?? ''}`.trim();
  }
}
