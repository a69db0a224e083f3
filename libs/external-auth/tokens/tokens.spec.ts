import { decodeJwt } from 'jose';
import {
  externalAuthUnderTest,
  failureOf,
  type ExternalAuthUnderTest,
} from '../testing/external-auth-under-test';
import { TokenProvider } from '../testing/token-provider';
import { isCanonicalJwt } from './canonical-jwt';

const now = () => Math.floor(Date.now() / 1000);

let provider: TokenProvider;
let auth: ExternalAuthUnderTest;
beforeAll(async () => {
  provider = await TokenProvider.start();
  auth = await externalAuthUnderTest(provider.environment());
});
afterAll(async () => {
  await auth.close();
  await provider.close();
});

describe('a bearer', () => {
  it('is who its oid says, until its exp', async () => {
    const exp = now() + 600;
    const token = await provider.accessToken({ exp });
    expect(await auth.verifier.verify(token)).toMatchObject({ objectId: 'oid-1', expiresAt: exp * 1000 });
  });

  it.each([
    ['an expiry 30 s ago', () => ({ exp: now() - 30 })],
    ['a start in 30 s', () => ({ nbf: now() + 30 })],
    ['several audiences with ours', () => ({ aud: ['api://other', 'api://the-api'] })],
    ['the tenant in capitals', () => ({ tid: '11111111-2222-4333-8444-555555555555'.toUpperCase() })],
  ])('is taken with %s', async (_case, claims) => {
    await expect(auth.verifier.verify(await provider.accessToken(claims()))).resolves.toBeDefined();
  });

  it.each([
    ['an expiry 90 s ago', () => ({ exp: now() - 90 })],
    ['no expiry', () => ({ exp: undefined })],
    ['a start in 90 s', () => ({ nbf: now() + 90 })],
    ['no start', () => ({ nbf: undefined })],
    ['another issuer', () => ({ iss: 'https://login.example.org/other/v2.0' })],
    ['no issuer', () => ({ iss: undefined })],
    ['another audience', () => ({ aud: 'api://another' })],
    ['no audience', () => ({ aud: undefined })],
    ['another tenant', () => ({ tid: '99999999-2222-4333-8444-555555555555' })],
    ['no tenant', () => ({ tid: undefined })],
    ['no oid', () => ({ oid: undefined })],
    ['an empty oid', () => ({ oid: '' })],
    ['an oid that is no text', () => ({ oid: 7 })],
    ['an application and no person', () => ({ idtyp: 'app' })],
    ['a list with the tenant', () => ({ tid: ['11111111-2222-4333-8444-555555555555'] })],
    ['a list with one oid', () => ({ oid: ['oid-1'] })],
    ['a list with the issuer', () => ({ iss: [provider.issuer] })],
    ['an audience that is in part no text', () => ({ aud: ['api://the-api', 7] })],
    ['an expiry in text', () => ({ exp: String(now() + 600) })],
    ['a start in text', () => ({ nbf: '0' })],
    ['a time of issue in text', () => ({ iat: '0' })],
    ['an application in a list', () => ({ idtyp: ['app'] })],
    ['a subject that is no text', () => ({ sub: ['oid-1'] })],
    ['a client in a list', () => ({ azp: ['another-client'] })],
    ['the audience of an ID token', () => ({ aud: 'the-client' })],
  ])('is refused with %s', async (_case, claims) => {
    const token = await provider.accessToken(claims());
    expect(await failureOf(auth.verifier.verify(token))).toMatchObject({
      code: 'token_invalid',
      status: 401,
    });
  });

  it.each([
    ['signed with another key', () => provider.forgedToken()],
    ['of an unknown key', () => provider.accessToken({}, { kid: 'two' })],
    [
      'with an extension that must be understood',
      async () => withHeader(await provider.accessToken(), { alg: 'RS256', kid: 'one', crit: ['x'], x: 1 }),
    ],
    [
      'without signature',
      async () => withHeader(await provider.accessToken(), { alg: 'none' }).replace(/[^.]*$/, ''),
    ],
    ['signed by HMAC', async () => withHeader(await provider.accessToken(), { alg: 'HS256', kid: 'one' })],
    [
      'with changed claims',
      async () =>
        swapPayload(await provider.accessToken(), {
          ...decodeJwt(await provider.accessToken()),
          oid: 'oid-2',
        }),
    ],
    ['spelled another way', async () => respelled(await provider.accessToken())],
    ['with padding', async () => `${await provider.accessToken()}=`],
    ['with a space', async () => `${await provider.accessToken()} `],
    ['that is nonsense', async () => 'nonsense'],
    ['that is empty', async () => ''],
    ['that is huge', async () => `${'a'.repeat(20_000)}.b.c`],
  ])('is refused %s', async (_case, make) => {
    expect(await failureOf(auth.verifier.verify(await make()))).toMatchObject({ code: 'token_invalid' });
  });

  it('names no person in its refusal', async () => {
    const token = await provider.accessToken({ aud: 'x', name: 'Grace Hopper' });
    const error = await failureOf(auth.verifier.verify(token));
    expect((error as Error).cause).toEqual({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'aud' });
  });
});

describe('keys', () => {
  it.each([
    ['cannot be reached', 'http://127.0.0.1:9/jwks', 'external_unavailable'],
    ['are not there', undefined, 'external_misconfigured'],
    ['are no JWK Set', { keys: 'none' }, 'external_misconfigured'],
    ['have keys of nonsense', { keys: [7] }, 'external_misconfigured'],
    ['are none at all', { keys: [] }, 'external_misconfigured'],
  ])('that %s fail a bearer without blaming it', async (_case, answer, code) => {
    provider.answers.set('/other-jwks', answer);
    const url = typeof answer === 'string' ? answer : `${new URL(provider.issuer).origin}/other-jwks`;
    const broken = await externalAuthUnderTest(provider.environment({ EXTERNAL_AUTH_JWKS_URL: url }));
    expect(await failureOf(broken.verifier.verify(await provider.accessToken()))).toMatchObject({
      code,
      failure: { operation: 'jwks' },
    });
    await broken.close();
  });
});

describe('who an answer is about', () => {
  const signIn = async (answer: Record<string, unknown>, userInfo?: unknown) => {
    provider.answers.set('/api/auth/login', answer);
    provider.answers.set('/api/auth/me', userInfo);
    return (await auth.client.signIn('grace', 'any')).identity;
  };
  const access_token = () => provider.accessToken({ name: 'Access Name', upn: 'upn@access.example' });
  const id_token = (claims = {}) =>
    provider.idToken({
      name: 'ID Name',
      email: 'id@mail.example',
      preferred_username: 'id@name.example',
      ...claims,
    });

  it.each([
    ['user, but for the e-mail that is signed', true, true, { name: 'User Name', email: 'id@mail.example' }],
    ['user without ID token', true, false, { name: 'User Name', email: 'user@mail.example' }],
    ['ID token', false, true, { name: 'ID Name', email: 'id@mail.example' }],
    ['user info', false, false, { name: 'Info Name', email: 'info@mail.example' }],
  ])('is told by the %s', async (_case, withUser, withIdToken, expected) => {
    const answer = {
      access_token: await access_token(),
      ...(withUser ? { user: { name: 'User Name', email: 'user@mail.example', oid: 'another' } } : {}),
      ...(withIdToken ? { id_token: await id_token() } : {}),
    };
    const info = { data: { user: { name: 'Info Name', email: 'info@mail.example' } } };
    expect(await signIn(answer, info)).toMatchObject({ objectId: 'oid-1', ...expected });
  });

  it('falls back field by field, and to the access token last', async () => {
    const answer = { access_token: await access_token(), user: { name: ' ', id: 7 } };
    expect(await signIn(answer)).toEqual({
      objectId: 'oid-1',
      name: 'Access Name',
      email: null,
      emailDisowned: false,
      preferredUsername: 'upn@access.example',
    });
  });

  it.each([
    [{ email_verified: true }, false],
    [{ xms_edov: '1' }, false],
    [{ email_verified: false }, true],
    [{ xms_edov: 0 }, true],
    [{ xms_edov: 'unknown' }, true],
  ])('says with %j whether anybody stands for the e-mail', async (claims, emailDisowned) => {
    const answer = { access_token: await access_token(), id_token: await id_token(claims) };
    expect(await signIn(answer)).toMatchObject({ email: 'id@mail.example', emailDisowned });
  });

  it('takes a signed preferred_username before the one in the answer', async () => {
    const answer = {
      access_token: await access_token(),
      id_token: await id_token(),
      user: { name: 'U', preferred_username: 'typed' },
    };
    expect((await signIn(answer)).preferredUsername).toBe('id@name.example');
  });

  it.each([
    ['about another person', { oid: 'oid-2' }],
    ['of another tenant', { tid: 'other' }],
    ['with a list for a tenant', { tid: ['11111111-2222-4333-8444-555555555555'] }],
    ['with a list for a person', { oid: ['oid-1'] }],
    ['for another client', { aud: 'another-client' }],
    ['that has expired', { exp: 1 }],
  ])('is not believed with an ID token %s', async (_case, claims) => {
    const answer = { access_token: await access_token(), id_token: await id_token(claims) };
    expect(await failureOf(signIn(answer))).toMatchObject({ code: 'external_misconfigured' });
  });

  it('is not asked of an ID token while our client id is not set', async () => {
    const without = await externalAuthUnderTest(provider.environment({ EXTERNAL_AUTH_CLIENT_ID: undefined }));
    provider.answers.set('/api/auth/login', {
      access_token: await access_token(),
      id_token: await id_token(),
    });
    provider.answers.set('/api/auth/me', { name: 'Info Name' });
    const { identity } = await without.client.signIn('grace', 'any');
    await without.close();
    expect(identity.name).toBe('Info Name');
  });

  it('never outlives the access token, whatever expires_in says', async () => {
    const exp = now() + 600;
    provider.answers.set('/api/auth/login', {
      access_token: await provider.accessToken({ exp }),
      expires_in: 86_400,
      user: {},
    });
    expect((await auth.client.signIn('grace', 'any')).tokens.accessTokenExpiresAt).toBe(exp * 1000);
  });
});

describe('who an answer with a token that is not ours to read is about', () => {
  const OPAQUE = 'graph-token-that-nobody-parses';
  const BY_KEYS = { EXTERNAL_AUTH_BEARER: 'session' };
  const INTROSPECT = { EXTERNAL_AUTH_TOKEN_VALIDATION: 'introspect' };
  const NO_KEYS = {
    ...INTROSPECT,
    EXTERNAL_AUTH_JWKS_URL: undefined,
    EXTERNAL_AUTH_TENANT_ID: undefined,
    EXTERNAL_AUTH_ISSUER: undefined,
    EXTERNAL_AUTH_AUDIENCE: undefined,
  };
  const under = async <T>(settings: object, work: (auth: ExternalAuthUnderTest) => Promise<T>) => {
    const other = await externalAuthUnderTest(provider.environment({ ...settings }));
    return work(other).finally(() => other.close());
  };
  const signIn = (settings: object, answer: object, more: Record<string, unknown> = {}) => {
    provider.answers.set('/api/auth/login', { access_token: OPAQUE, ...answer });
    provider.answers.set('/api/auth/validate', { active: true });
    provider.answers.set('/api/auth/me', undefined);
    for (const [path, body] of Object.entries(more)) provider.answers.set(path, body);
    return under(settings, ({ client }) => client.signIn('grace', 'any'));
  };

  it.each([
    ['by its keys', BY_KEYS],
    ['by introspection, keys described', INTROSPECT],
  ])('says the ID token, %s', async (_case, settings) => {
    const { identity, tokens } = await signIn(settings, {
      id_token: await provider.idToken(),
      user: { id: 'another-oid', name: 'User Name' },
      expires_in: '600',
    });
    expect(identity).toMatchObject({ objectId: 'oid-1', name: 'User Name' });
    expect(tokens.accessToken).toBe(OPAQUE);
    expect(tokens.accessTokenExpiresAt - Date.now()).toBeGreaterThan(590_000);
    expect(tokens.accessTokenExpiresAt - Date.now()).toBeLessThanOrEqual(600_000);
  });

  it.each([
    ['no ID token', async () => ({ user: { id: 'oid-1' } })],
    ['one for another client', async () => ({ id_token: await provider.idToken({ aud: 'api://the-api' }) })],
    ['one of another tenant', async () => ({ id_token: await provider.idToken({ tid: 'other' }) })],
    ['one that expired', async () => ({ id_token: await provider.idToken({ exp: 1 }) })],
    [
      'one that somebody else signed',
      async () => ({ id_token: await provider.forgedToken({ aud: 'the-client' }) }),
    ],
  ])('is not known with %s', async (_case, answer) => {
    for (const settings of [BY_KEYS, INTROSPECT]) {
      expect(await failureOf(signIn(settings, await answer()))).toMatchObject({
        code: 'external_misconfigured',
      });
    }
  });

  it.each([
    ['user.id', { user: { id: 'oid-7', name: 'Grace' } }, {}],
    ['user info', {}, { '/api/auth/me': { user: { id: 'oid-7', name: 'Grace' } } }],
  ])('says %s where nobody described keys', async (_case, answer, more) => {
    expect((await signIn(NO_KEYS, answer, more)).identity).toMatchObject({
      objectId: 'oid-7',
      name: 'Grace',
    });
  });

  it('is not known where nothing says it', async () => {
    expect(await failureOf(signIn(NO_KEYS, { user: { name: 'Grace' } }))).toMatchObject({
      code: 'external_misconfigured',
      failure: { reason: 'nothing says who it is' },
    });
  });

  it.each([
    ['calls inactive', { active: false }],
    ['does not say of that it is active', {}],
    ['answers 404 for', undefined],
  ])('is not asked once the provider %s its own token', async (_case, validation) => {
    const answer = { id_token: await provider.idToken() };
    expect(await failureOf(signIn(INTROSPECT, answer, { '/api/auth/validate': validation }))).toMatchObject({
      code: 'external_misconfigured',
    });
  });

  it('lasts a quarter of an hour where the answer does not say how long, and a day at most', async () => {
    const lifetime = async (answer: object) => {
      const id_token = await provider.idToken();
      const { tokens } = await signIn(INTROSPECT, { id_token, ...answer });
      return Math.round((tokens.accessTokenExpiresAt - Date.now()) / 60_000);
    };
    expect(await lifetime({})).toBe(15);
    expect(await lifetime({ expires_in: 1e15 })).toBe(24 * 60);
  });

  it('may stay unsaid at a refresh', async () => {
    provider.answers.set('/api/auth/validate', { active: true });
    provider.answers.set('/api/auth/refresh', { access_token: OPAQUE, refresh_token: 'next' });
    expect(await under(INTROSPECT, ({ client }) => client.refresh('this'))).toMatchObject({
      tokens: { accessToken: OPAQUE, refreshToken: 'next' },
      identity: null,
    });
  });
});

describe('canonical base64url', () => {
  it.each([
    ['QQ.QQ.QQ', true],
    ['QR.QQ.QQ', false],
    ['QQ==.QQ.QQ', false],
    ['Q+.QQ.QQ', false],
    ['QQ.QQ', false],
    ['QQ.QQ.', false],
    ['QQ.QQ.QQ.QQ.QQ', false],
  ])('%s: %s', (token, canonical) => expect(isCanonicalJwt(token)).toBe(canonical));
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const withHeader = (token: string, header: unknown) =>
  [encode(header), ...token.split('.').slice(1)].join('.');
const swapPayload = (token: string, payload: unknown) => token.replace(/\.[^.]*\./, `.${encode(payload)}.`);

/** The same bytes: a 256-byte signature leaves four unused bits in the last of its 342 characters. */
function respelled(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.slice(-1));
  const other = token.slice(0, -1) + alphabet[last ^ 1];
  expect(Buffer.from(other.split('.')[2] ?? '', 'base64url')).toEqual(
    Buffer.from(token.split('.')[2] ?? '', 'base64url'),
  );
  return other;
}
