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
  oid?: string;
  refusal?: number;
}

export interface StandInState {
  faults: StandInFaults;
  calls: Record<StandInOperation, number>;
  /** TCP connections accepted. */
  connections: number;
  redirectsFollowed: number;
  /** Ids of the published keys, the signing one first. */
  keys: string[];
  people: { upn: string; name: string; email: string | null; oid: string; refusal: number | null }[];
}

/** Typed calls of the stand-in's control route. */
export class StandInControl {
  constructor(private readonly url: string) {}

  state = () => this.ask('GET', '/control');
  setFaults = (change: Partial<StandInFaults>) => this.ask('PUT', '/control/faults', change);
  resetFaults = () => this.ask('DELETE', '/control/faults');
  resetCounts = () => this.ask('DELETE', '/control/counts');
  putPeople = (...people: StandInPerson[]) => this.ask('PUT', '/control/people', { people });
  resetPeople = () => this.ask('DELETE', '/control/people');
  rotateKeys = (options: { forgetOld?: boolean } = {}) => this.ask('POST', '/control/keys/rotate', options);

  /** Faults, counts and people as after a start. */
  async reset(): Promise<void> {
    await this.resetFaults();
    await this.resetPeople();
    await this.resetCounts();
  }

  private async ask(method: string, path: string, body?: unknown): Promise<StandInState> {
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
    return (await response.json()) as StandInState;
  }
}
