import { randomBytes } from 'node:crypto';

/** Access tokens that say nothing to whoever bears them: each stands for a JWT that only the stand-in knows. */
export class OpaqueTokens {
  private readonly jwts = new Map<string, string>();

  standFor(jwt: string): string {
    const token = randomBytes(32).toString('base64url');
    this.jwts.set(token, jwt);
    return token;
  }

  /** The JWT behind a token; a JWT is its own. */
  behind(token: string): string {
    return this.jwts.get(token) ?? token;
  }
}
