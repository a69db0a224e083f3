import type { ProblemCode, Session } from '@cutover/contracts';

export interface Answer {
  status: number;
  headers: Headers;
  /** The parsed JSON body; `null` where there is none. */
  body: Record<string, unknown>;
  text: string;
  /** The problem's code; `null` on success. */
  code: ProblemCode | null;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** The bytes of the body, where JSON would be too well-formed. */
  raw?: string;
}

/** What a browser keeps between two requests: its cookies and, in memory, the access token. */
export class Client {
  /** The session's. */
  cookie: string | null = null;
  /** The one that marks a device known. */
  deviceCookie: string | null = null;
  /** The one that a link token is bound to. */
  linkCookie: string | null = null;
  accessToken: string | null = null;

  constructor(private readonly url: () => string) {}

  async call(method: string, path: string, { body, headers = {}, raw }: CallOptions = {}): Promise<Answer> {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(this.url() + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...this.cookieHeader(),
        ...(this.accessToken !== null && { authorization: `Bearer ${this.accessToken}` }),
        ...headers,
      },
      ...(payload !== undefined && { body: payload }),
    });
    this.keepCookie(response.headers);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
    return {
      status: response.status,
      headers: response.headers,
      body: parsed,
      text,
      code: response.ok ? null : ((parsed['code'] as ProblemCode) ?? null),
    };
  }

  async signIn(username: string, password: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.keepToken(
      await this.call('POST', '/api/auth/login', { body: { username, password }, headers }),
    );
  }

  /** After `link_required`. */
  async link(linkToken: unknown, password: string, headers: Record<string, string> = {}): Promise<Answer> {
    const body = { linkToken, password };
    return this.keepToken(await this.call('POST', '/api/auth/login/link', { body, headers }));
  }

  async refresh(): Promise<Answer> {
    return this.keepToken(await this.call('POST', '/api/auth/refresh'));
  }

  signOut(): Promise<Answer> {
    return this.call('POST', '/api/auth/logout');
  }

  me(): Promise<Answer> {
    return this.call('GET', '/api/auth/me');
  }

  /** A second tab of the same browser: it shares what there is now. */
  copy(): Client {
    const copy = new Client(this.url);
    copy.cookie = this.cookie;
    copy.deviceCookie = this.deviceCookie;
    copy.linkCookie = this.linkCookie;
    copy.accessToken = this.accessToken;
    return copy;
  }

  private keepToken(answer: Answer): Answer {
    if (answer.status === 200) this.accessToken = (answer.body as unknown as Session).accessToken;
    return answer;
  }

  private cookieHeader(): Record<string, string> {
    const cookies = [this.cookie, this.deviceCookie, this.linkCookie].filter((cookie) => cookie !== null);
    return cookies.length === 0 ? {} : { cookie: cookies.join('; ') };
  }

  private keepCookie(headers: Headers): void {
    for (const header of headers.getSetCookie()) {
      const pair = header.split(';', 1)[0] ?? '';
      const kept = pair.endsWith('=') ? null : pair;
      if (/^[\w-]+_device=/.test(pair)) this.deviceCookie = kept;
      else if (/^[\w-]+_link=/.test(pair)) this.linkCookie = kept;
      else this.cookie = kept;
    }
  }
}
