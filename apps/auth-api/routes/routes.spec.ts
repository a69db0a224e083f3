import { STAND_IN_TENANT_ID } from '@cutover/contracts';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import {
  standInUnderTest,
  GRACE,
  type StandInUnderTest,
  type TokenBody,
} from '../testing/stand-in-under-test';

let api: StandInUnderTest;
beforeAll(async () => {
  api = await standInUnderTest();
});
afterAll(() => api.close());

describe('login', () => {
  it.each(['grace', 'grace@contoso.example', 'Grace@Contoso.Example'])(
    'answers tokens and the user to %s',
    async (username) => {
      const response = await api.post('/api/auth/login', { ...GRACE, username });

      expect(response.status).toBe(200);
      expect(response.headers.get('x-cutover-stand-in')).toBe('true');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toEqual({
        access_token: expect.any(String),
        id_token: expect.any(String),
        refresh_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        user: { id: expect.any(String), name: 'Grace Hopper', email: 'grace@contoso.example' },
      });
    },
  );

  it('gives a person the same object id at every sign-in and after every start', async () => {
    const other = await standInUnderTest();
    const ids = [(await api.signIn()).user.id, (await api.signIn()).user.id, (await other.signIn()).user.id];
    await other.close();
    expect(new Set(ids).size).toBe(1);
  });
});

describe('tokens', () => {
  const keys = () => createRemoteJWKSet(new URL(`${api.url}/.well-known/jwks.json`));
  const issuer = () => `${api.url}/${STAND_IN_TENANT_ID}/v2.0`;

  it('are shaped like the access tokens of Entra ID v2, and verify against the published keys', async () => {
    const { access_token, user } = await api.signIn();
    const { payload, protectedHeader } = await jwtVerify(access_token, keys(), {
      algorithms: ['RS256'],
      issuer: issuer(),
      audience: 'api://cutover',
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) });
    expect(payload).toMatchObject({
      tid: STAND_IN_TENANT_ID,
      oid: user.id,
      sub: expect.any(String),
      name: 'Grace Hopper',
      preferred_username: 'grace@contoso.example',
      ver: '2.0',
      uti: expect.any(String),
      scp: 'access_as_user',
      azp: 'cutover-portal',
    });
    expect(payload.sub).not.toBe(payload['oid']);
    expect(payload.nbf).toBe(payload.iat);
    expect(payload.exp).toBe(Number(payload.iat) + 3600);
  });

  it('include an ID token for the client, about the same person', async () => {
    const { id_token, user } = await api.signIn();
    const { payload } = await jwtVerify(id_token, keys(), { issuer: issuer(), audience: 'cutover-portal' });
    expect(payload).toMatchObject({ oid: user.id, name: 'Grace Hopper', email: 'grace@contoso.example' });
  });

  it('are found through the discovery document', async () => {
    const document = await (await api.get('/.well-known/openid-configuration')).json();
    expect(document).toMatchObject({ issuer: issuer(), jwks_uri: `${api.url}/.well-known/jwks.json` });
  });

  it('live as long as AUTH_API_TOKEN_LIFETIME says', async () => {
    const brief = await standInUnderTest({ tokenLifetime: 7 });
    const { access_token, expires_in } = await brief.signIn();
    await brief.close();
    const { exp, iat } = decodeJwt(access_token);
    expect([Number(exp) - Number(iat), expires_in]).toEqual([7, 7]);
  });
});

describe('refresh', () => {
  const refresh = (refresh_token: string) => api.post('/api/auth/refresh', { refresh_token });

  it('answers new tokens and replaces the refresh token', async () => {
    const first = await api.signIn();
    const second = (await (await refresh(first.refresh_token)).json()) as TokenBody;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(decodeJwt(second.access_token)['uti']).not.toBe(decodeJwt(first.access_token)['uti']);
    expect((await refresh(second.refresh_token)).status).toBe(200);
  });

  it('ends the family when a refresh token is used twice', async () => {
    const first = await api.signIn();
    const second = (await (await refresh(first.refresh_token)).json()) as TokenBody;
    const replay = await refresh(first.refresh_token);
    expect(replay.status).toBe(400);
    expect(await replay.json()).toMatchObject({ error: 'invalid_grant', error_codes: [70000] });
    expect((await refresh(second.refresh_token)).status).toBe(400);
    expect((await api.get('/api/auth/validate', second.access_token)).status).toBe(401);
  });

  it('lets a token be used again, as Entra does, where that is ordered', async () => {
    await api.put('/control/faults', { allowRefreshReplay: true });
    const { refresh_token } = await api.signIn();
    const statuses = [(await refresh(refresh_token)).status, (await refresh(refresh_token)).status];
    await api.delete('/control/faults');
    expect(statuses).toEqual([200, 200]);
  });
});

describe('validate, me and logout', () => {
  it('tell an access token that is in force', async () => {
    const { access_token, user } = await api.signIn();
    expect(await (await api.get('/api/auth/validate', access_token)).json()).toEqual({ active: true });
    expect(await (await api.get('/api/auth/me', access_token)).json()).toEqual(user);
  });

  it.each(['/api/auth/validate', '/api/auth/me'])(
    'refuse at %s without a token, with an ID token or with nonsense',
    async (path) => {
      const { id_token } = await api.signIn();
      for (const bearer of [undefined, id_token, 'nonsense']) {
        const response = await api.get(path, bearer);
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toContain('invalid_token');
      }
    },
  );

  it('end a grant: its access token and its refresh token are dead', async () => {
    const { access_token, refresh_token } = await api.signIn();
    expect((await api.post('/api/auth/logout', { refresh_token })).status).toBe(204);
    expect((await api.get('/api/auth/validate', access_token)).status).toBe(401);
    expect((await api.post('/api/auth/refresh', { refresh_token })).status).toBe(400);
  });

  it('answer 204 to the logout of an unknown grant', async () => {
    expect((await api.post('/api/auth/logout', { refresh_token: 'unknown' })).status).toBe(204);
  });
});
