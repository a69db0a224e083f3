import { setTimeout as pause } from 'node:timers/promises';

/** @import { Tally } from './tally.mjs' */
/** @import { Profile } from './profiles.mjs' */

export class Person {
  #accessToken = '';
  #cookie = '';

  /**
   * @param {string} url of the API
   * @param {string} username
   * @param {string} password
   * @param {Tally} tally
   */
  constructor(url, username, password, tally) {
    this.url = url;
    this.who = { username, password };
    this.tally = tally;
  }

  /** Signs in, works, refreshes once and signs out, as far as the answers allow it. @param {Profile} profile */
  async live({ requests, pause: seconds }) {
    if (!(await this.#session('sign-in', '/api/auth/login', this.who))) return;
    const left = this.tally.signedIn();
    for (let count = 0; count < requests; count++) {
      await pause(seconds * 1000);
      if (count === Math.floor(requests / 2)) await this.#session('refresh', '/api/auth/refresh');
      await this.#call('me', 'GET', '/api/auth/me');
    }
    await this.#call('sign-out', 'POST', '/api/auth/logout', {});
    left();
  }

  /** @param {string} operation @param {string} path @param {object} [body] @returns whether there is a session now */
  async #session(operation, path, body = {}) {
    const response = await this.#call(operation, 'POST', path, body);
    if (response?.status !== 200) return false;
    this.#accessToken = response.body.accessToken;
    return true;
  }

  async #call(operation, method, path, body) {
    const asked = performance.now();
    try {
      const response = await fetch(this.url + path, {
        method,
        headers: {
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...(this.#accessToken ? { authorization: `Bearer ${this.#accessToken}` } : {}),
          ...(this.#cookie ? { cookie: this.#cookie } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      const answer = text ? JSON.parse(text) : {};
      this.#keepCookies(response.headers.getSetCookie());
      this.tally.answered(operation, answer.code ?? 'ok', performance.now() - asked);
      return { status: response.status, body: answer };
    } catch {
      this.tally.answered(operation, 'no answer', performance.now() - asked);
      return null;
    }
  }

  /** @param {string[]} headers `Set-Cookie` */
  #keepCookies(headers) {
    const cookies = new Map(this.#cookie.split('; ').filter(Boolean).map(nameAndValue));
    for (const header of headers) {
      const [name, value] = nameAndValue(header.split(';', 1)[0] ?? '');
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    this.#cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** @param {string} cookie @returns {[string, string]} */
function nameAndValue(cookie) {
  const at = cookie.indexOf('=');
  return [cookie.slice(0, at), cookie.slice(at + 1)];
}
