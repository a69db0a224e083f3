/** What a person's browser keeps between two requests; any API of the deployment may answer the next one. */
export class Browser {
  /** @type {Map<string, string>} */
  #cookies = new Map();
  #accessToken = '';

  /** @param {{ username: string, password: string, authMode: 'local' | 'external' }} person */
  constructor(person) {
    this.person = person;
  }

  /** @param {string} api @returns what went wrong; `null` where nothing did */
  async signIn(api) {
    const { username, password, authMode } = this.person;
    const answer = await this.#call(api, 'POST', '/api/auth/login', { username, password });
    if (answer.status === 200 && answer.body.authMode !== authMode)
      return `${username} was signed in by the ${answer.body.authMode} side`;
    return this.#session(answer);
  }

  /** @param {string} api */
  async refresh(api) {
    return this.#session(await this.#call(api, 'POST', '/api/auth/refresh', {}));
  }

  /** @param {string} api */
  async me(api) {
    const { username } = this.person;
    const answer = await this.#call(api, 'GET', '/api/auth/me');
    if (answer.status !== 200) return `${username}: ${answer.status} ${answer.body.code}`;
    return answer.body.username === username ? null : `${username} is taken for ${answer.body.username}`;
  }

  /** @param {string} api */
  async signOut(api) {
    const { status } = await this.#call(api, 'POST', '/api/auth/logout', {});
    return status === 204 ? null : `${this.person.username}: sign-out answers ${status}`;
  }

  /** Tries a password and keeps nothing. @param {string} api @param {string} password @returns {Promise<string>} the code */
  async guess(api, password) {
    const { username } = this.person;
    const response = await fetch(`${api}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    return /** @type {{ code: string }} */ (await response.json()).code ?? 'none';
  }

  /** The same person on a computer that they have not used before. */
  elsewhere() {
    return new Browser(this.person);
  }

  /** @param {{ status: number, body: any }} answer body: by route and status */
  #session({ status, body }) {
    if (status !== 200) return `${this.person.username}: ${status} ${body.code}`;
    this.#accessToken = body.accessToken;
    return null;
  }

  /** @param {string} api @param {string} method @param {string} path @param {object} [body] */
  async #call(api, method, path, body) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(api + path, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(cookie && { cookie }),
        ...(this.#accessToken && { authorization: `Bearer ${this.#accessToken}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    for (const header of response.headers.getSetCookie()) this.#keep(header);
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : {} };
  }

  /** @param {string} header `Set-Cookie` */
  #keep(header) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
    if (value) this.#cookies.set(name, value);
    else this.#cookies.delete(name);
  }
}
