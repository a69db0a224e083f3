import type { AuthMode, ProblemCode } from '@cutover/contracts';

/** What a browser and its person met with. */
export interface SignInAnswer {
  /** The side that let the person in; `null` where nobody was. */
  side: AuthMode | null;
  code: ProblemCode | 'no_answer' | null;
  /** Milliseconds. */
  took: number;
}

/** Milliseconds after which a person gives up. */
const PATIENCE = 30_000;
const DEVICE = /^cutover_device=([^;]+)/;

/**
 * The browsers of the sample: each person has one of their own that remembers them, so that the guardrail tells them from
 * strangers. Connections are kept alive.
 */
export class PortalClient {
  private readonly devices = new Map<string, string>();
  /** Changes when the API is started again. */
  url = '';

  constructor(private readonly aborted: AbortSignal) {}

  async signIn(username: string, password: string): Promise<SignInAnswer> {
    const startedAt = performance.now();
    const { side, code } = await this.attempt(username, password);
    return { side, code, took: performance.now() - startedAt };
  }

  /** The version of the decision in force as an administrator sees it: the API has read it then. */
  async decisionSeenBy(username: string, password: string): Promise<boolean> {
    const { body } = await this.post(username, password);
    if (typeof body['accessToken'] !== 'string') return false;
    const response = await fetch(`${this.url}/api/admin/rollout`, {
      headers: { authorization: `Bearer ${body['accessToken']}` },
      signal: this.signal(),
    });
    await response.arrayBuffer();
    return response.ok;
  }

  private async attempt(username: string, password: string): Promise<Pick<SignInAnswer, 'side' | 'code'>> {
    try {
      const { ok, body } = await this.post(username, password);
      return ok
        ? { side: body['authMode'] as AuthMode, code: null }
        : { side: null, code: (body['code'] as ProblemCode | undefined) ?? 'no_answer' };
    } catch (error) {
      this.aborted.throwIfAborted();
      if (error instanceof Error) return { side: null, code: 'no_answer' };
      throw error;
    }
  }

  private async post(
    username: string,
    password: string,
  ): Promise<{ ok: boolean; body: Record<string, unknown> }> {
    const device = this.devices.get(username);
    const response = await fetch(`${this.url}/api/auth/login`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(device !== undefined && { cookie: `cutover_device=${device}` }),
      },
      body: JSON.stringify({ username, password }),
      signal: this.signal(),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, value] = DEVICE.exec(cookie) ?? [];
      if (value) this.devices.set(username, value);
    }
    return { ok: response.ok, body: (await response.json()) as Record<string, unknown> };
  }

  private signal = () => AbortSignal.any([this.aborted, AbortSignal.timeout(PATIENCE)]);
}
