/** `faults` of the control route (apps/auth-api/control/faults.ts, which validates what comes). */
export interface StandInFaults {
  /** Milliseconds before anything happens. */
  latency: number;
  /** Share of calls, 0 to 1, that fail with `errorStatus`. */
  errorRate: number;
  errorStatus: number;
  /** Seconds. */
  retryAfter: number | null;
  outage: boolean;
  /** Share of calls, 0 to 1, whose work is done and whose answer never leaves. */
  lostReplies: number;
  operations: StandInOperation[] | null;
  allowRefreshReplay: boolean;
  /** AADSTS number by username; null lifts it. */
  refusals: Record<string, number | null>;
  shape: Partial<StandInShape>;
}

export interface StandInShape {
  naming: 'snake_case' | 'camelCase';
  nesting: 'flat' | 'data';
  user: boolean;
  idToken: boolean;
  refreshToken: boolean;
  extraField: boolean;
  expiresIn: 'number' | 'string' | 'absent';
  accessToken: 'jwt' | 'opaque';
  tenant: 'own' | 'other';
  audience: 'own' | 'other';
  body: 'json' | 'html' | 'empty' | 'cut' | 'truncated' | 'redirect' | 'oversized';
}

export type StandInOperation =
  'login' | 'refresh' | 'validate' | 'userInfo' | 'logout' | 'jwks' | 'discovery';

export interface StandInPerson {
  username: string;
  password: string;
  name: string;
  email?: string | null;
  unsignedEmail?: string | null;
  userPrincipalName?: string;
  oid?: string;
  refusal?: number;
}

export interface StandInGrant {
  access_token: string;
  refresh_token: string;
}

export interface StandInState {
  faults: StandInFaults;
  calls: Record<StandInOperation, number>;
  /** TCP connections accepted. */
  connections: number;
  redirectsFollowed: number;
  /** Refresh tokens that were presented after their use. */
  replays: number;
  /** Answers that never left, by `lostReplies`. */
  repliesLost: number;
  /** Ids of the published keys, the signing one first. */
  keys: string[];
  people: { upn: string; name: string; email: string | null; oid: string; refusal: number | null }[];
}

/** Typed calls of the stand-in's control route. */
export class StandInControl {
  constructor(private readonly url: string) {}

  state = () => this.change('GET', '/control');
  setFaults = (change: Partial<StandInFaults>) => this.change('PUT', '/control/faults', change);
  resetFaults = () => this.change('DELETE', '/control/faults');
  resetCounts = () => this.change('DELETE', '/control/counts');
  putPeople = (...people: StandInPerson[]) => this.change('PUT', '/control/people', { people });
  resetPeople = () => this.change('DELETE', '/control/people');
  rotateKeys = (options: { forgetOld?: boolean } = {}) =>
    this.change('POST', '/control/keys/rotate', options);

  /** Opens grants as so many sign-ins would. */
  async openGrants(username: string, count: number): Promise<StandInGrant[]> {
    const body = { username, count };
    return (await this.ask<{ grants: StandInGrant[] }>('POST', '/control/grants', body)).grants;
  }

  /** Faults, counts and people as after a start. */
  async reset(): Promise<void> {
    await this.resetFaults();
    await this.resetPeople();
    await this.resetCounts();
  }

  private change = (method: string, path: string, body?: unknown) =>
    this.ask<StandInState>(method, path, body);

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = {
      connection: 'close',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await fetch(this.url + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(`${method} ${path} of the stand-in: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
