import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { type Answering, answerWith } from './answering-server';

const TENANT = '11111111-2222-4333-8444-555555555555';
const CLIENT_ID = 'the-client';
const AUDIENCE = 'api://the-api';

type Claims = Record<string, unknown>;

/** A provider whose answers a test writes itself, with tokens that are really signed. */
export class TokenProvider {
  /** Body of the next answers, by path. */
  readonly answers = new Map<string, unknown>();

  private constructor(
    private readonly server: Answering,
    private readonly key: CryptoKey,
    private readonly strangersKey: CryptoKey,
  ) {}

  static async start(): Promise<TokenProvider> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const { privateKey: strangersKey } = await generateKeyPair('RS256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', use: 'sig' }] };
    const server = await answerWith((request, response) => provider.answer(request, response));
    const provider = new TokenProvider(server, privateKey, strangersKey);
    provider.answers.set('/jwks', jwks);
    return provider;
  }

  get requests(): string[] {
    return this.server.requests;
  }

  get issuer(): string {
    return `${this.server.url}/${TENANT}/v2.0`;
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
  forgedToken = () => this.sign({ aud: AUDIENCE }, {}, this.strangersKey);

  close = () => this.server.close();

  /** A claim of undefined is left out. */
  private sign(claims: Claims, header: Claims = {}, key = this.key): Promise<string> {
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
      .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
      .sign(key);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const body = this.answers.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: 'not_found' }));
  }
}
