import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import { type Answering, answerWith } from './answering-server';

const TENANT = '11111111-2222-4333-8444-555555555555';
const CLIENT_ID = 'the-client';
const AUDIENCE = 'api://the-api';

type Claims = Record<string, unknown>;

interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

/** A provider whose answers a test writes itself, with tokens that are really signed. */
export class TokenProvider {
  /** Body of the next answers, by path. */
  readonly answers = new Map<string, unknown>();

  private signing!: SigningKey;
  private published: JWK[] = [];
  /** While true, connections to it break. */
  down = false;

  private constructor(
    private readonly server: Answering,
    private readonly strangersKey: CryptoKey,
  ) {}

  static async start(): Promise<TokenProvider> {
    const { privateKey: strangersKey } = await generateKeyPair('RS256');
    const server = await answerWith((request, response) => provider.answer(request, response));
    const provider = new TokenProvider(server, strangersKey);
    await provider.rotateKeys('one');
    return provider;
  }

  /** Signs with a new key from now on. `forgetOld` withdraws the former ones. */
  async rotateKeys(kid: string, { forgetOld = false } = {}): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    this.signing = { kid, privateKey, publicKey };
    const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig' };
    this.published = [jwk, ...(forgetOld ? [] : this.published)];
    this.answers.set('/jwks', { keys: this.published });
  }

  /** What everybody may know of the key in use. */
  get publicJwk(): JWK {
    return { ...this.published[0] };
  }

  publicPem = () => exportSPKI(this.signing.publicKey);

  get requests(): string[] {
    return this.server.requests;
  }

  get issuer(): string {
    return `${this.server.url}/${TENANT}/v2.0`;
  }

  /** As `sts.windows.net` in Entra. */
  get v1Issuer(): string {
    return `${this.server.url}/sts/${TENANT}/`;
  }

  environment(overrides: Record<string, string | undefined> = {}) {
    return {
      USE_EXTERNAL_AUTH: 'true',
      EXTERNAL_AUTH_API_URL: this.server.url,
      EXTERNAL_AUTH_JWKS_URL: `${this.server.url}/jwks`,
      EXTERNAL_AUTH_TENANT_ID: TENANT,
      EXTERNAL_AUTH_ISSUER: this.issuer,
      EXTERNAL_AUTH_AUDIENCE: AUDIENCE,
      EXTERNAL_AUTH_CLIENT_ID: CLIENT_ID,
      ...overrides,
    };
  }

  accessToken = (claims: Claims = {}, header: Claims = {}) => this.sign({ aud: AUDIENCE, ...claims }, header);
  idToken = (claims: Claims = {}) => this.sign({ aud: CLIENT_ID, ...claims });
  /** Names our key and was signed with another one. */
  forgedToken = (claims: Claims = {}, header: Claims = {}) =>
    this.sign({ aud: AUDIENCE, ...claims }, header, this.strangersKey);

  close = () => this.server.close();

  /** A claim of undefined is left out. */
  private sign(claims: Claims, header: Claims = {}, key = this.signing.privateKey): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: this.issuer,
      tid: TENANT,
      oid: 'oid-1',
      sub: 's',
      iat: now,
      nbf: now,
      exp: now + 600,
      ...claims,
    };
    const given = Object.entries(payload).filter(([, value]) => value !== undefined);
    return new SignJWT(Object.fromEntries(given) as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', kid: this.signing.kid, ...header })
      .sign(key);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.down) {
      request.socket.destroy();
      return;
    }
    const body = this.answers.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: 'not_found' }));
  }
}
