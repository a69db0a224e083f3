import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { STAND_IN_TENANT_ID } from '../../stack/external-settings.mjs';
import { objectIdOf, usernameOf } from '../people.mjs';

const signed = promisify(sign);
const LIFETIME = 3600; // seconds
const KID = 'bench';
/** Signatures under way at once: as many as libuv has threads. */
const AT_ONCE = 4;

/**
 * Token answers of people, in the shape of Entra ID's tokens: one for each sign-in or refresh of a person, no two alike.
 */
export class Grants {
  #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  /** @type {Map<string, unknown>} by `person.round` */
  #answers = new Map();
  /** @type {Map<number, number>} the next round of a person */
  #rounds = new Map();
  #issuer;

  /** @param {string} url */
  constructor(url) {
    this.#issuer = `${url}/${STAND_IN_TENANT_ID}/v2.0`;
  }

  get jwks() {
    return {
      keys: [{ ...this.#keys.publicKey.export({ format: 'jwk' }), kid: KID, alg: 'RS256', use: 'sig' }],
    };
  }

  /** The answer to a sign-in. @param {number} person */
  next(person) {
    const round = this.#rounds.get(person) ?? 0;
    this.#rounds.set(person, round + 1);
    return this.#answer(person, round);
  }

  /** The answer to a refresh; null for a token that this side never issued. @param {string} refreshToken */
  refreshed(refreshToken) {
    const person = Number(/^refresh\.(\d+)\.\d+\./.exec(refreshToken)?.[1] ?? NaN);
    return Number.isNaN(person) ? null : this.next(person);
  }

  /** Signs what the next `rounds` of the first `people` will be answered. @param {number} people @param {number} rounds */
  async signAhead(people, rounds) {
    const work = Array.from({ length: people }, (_, person) => {
      const next = this.#rounds.get(person) ?? 0;
      return Array.from({ length: rounds }, (_round, round) => ({ person, round: next + round }));
    }).flat();
    const worker = async () => {
      for (let item = work.pop(); item; item = work.pop()) await this.#answer(item.person, item.round);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** @param {number} person @param {number} round */
  async #answer(person, round) {
    const id = `${person}.${round}`;
    const known = this.#answers.get(id);
    if (known) return known;
    const user = {
      id: objectIdOf(person),
      name: `Person ${person}`,
      email: `${usernameOf(person)}@contoso.example`,
    };
    const [accessToken, idToken] = await Promise.all([
      this.#token(person, id, 'api://cutover', { azp: 'cutover-portal', scp: 'access_as_user' }),
      this.#token(person, id, 'cutover-portal', { email: user.email }),
    ]);
    const answer = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: LIFETIME,
      refresh_token: `refresh.${id}.${createHash('sha512').update(id).digest('hex').repeat(6)}`,
      id_token: idToken,
      user,
    };
    this.#answers.set(id, answer);
    return answer;
  }

  /** @param {number} person @param {string} id @param {string} audience @param {object} claims */
  async #token(person, id, audience, claims) {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      ...claims,
      iss: this.#issuer,
      aud: audience,
      tid: STAND_IN_TENANT_ID,
      oid: objectIdOf(person),
      sub: `subject of ${person}`,
      name: `Person ${person}`,
      preferred_username: `${usernameOf(person)}@contoso.example`,
      ver: '2.0',
      uti: id,
      iat: now,
      nbf: now,
      exp: now + LIFETIME,
    };
    const input = [{ alg: 'RS256', typ: 'JWT', kid: KID }, payload].map(encoded).join('.');
    const signature = await signed('RSA-SHA256', Buffer.from(input), this.#keys.privateKey);
    return `${input}.${signature.toString('base64url')}`;
  }
}

const encoded = (/** @type {object} */ part) => Buffer.from(JSON.stringify(part)).toString('base64url');
