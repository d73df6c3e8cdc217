import { randomBytes } from 'node:crypto';

const random = (): string => randomBytes(16).toString('hex');

/** Access and refresh tokens of the one user of a practice org. */
export class Session {
  public readonly username: string;
  public readonly refreshToken = `practice.${random()}`;
  readonly #prefix: string;
  readonly #valid = new Set<string>();
  #current = '';

  public constructor(orgId: string, username: string) {
    this.username = username;
    this.#prefix = orgId.slice(0, 15);
    this.issue();
  }

  /** The token given out last. */
  public get accessToken(): string {
    return this.#current;
  }

  /** A new valid token, of the shape that the CLI accepts: org id, `!`, letters, digits, `_` and `.` (facts 1.1). */
  public issue(): string {
    this.#current = `${this.#prefix}!practice.${random()}`;
    this.#valid.add(this.#current);
    return this.#current;
  }

  /** Makes every access token invalid. The refresh token and JWT logins give out new ones. */
  public expire(): void {
    this.#valid.clear();
  }

  public isValid(token: string): boolean {
    return this.#valid.has(token);
  }

  public isRefreshToken(token: string): boolean {
    return token === this.refreshToken;
  }
}
