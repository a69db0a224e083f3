import { decodeJwt, decodeProtectedHeader } from 'jose';
import { GRACE, standInUnderTest, type StandInUnderTest } from '../testing/stand-in-under-test';

let api: StandInUnderTest;
beforeAll(async () => {
  api = await standInUnderTest();
});
afterEach(async () => {
  await api.delete('/control/faults');
  await api.delete('/control/people');
});
afterAll(() => api.close());

const order = (faults: unknown) => api.put('/control/faults', faults);
const login = () => api.post('/api/auth/login', GRACE);

describe('faults', () => {
  it('delays by the ordered latency', async () => {
    await order({ latency: 300 });
    const start = performance.now();
    await login();
    expect(performance.now() - start).toBeGreaterThanOrEqual(290);
  });

  it('fails with the ordered status', async () => {
    await order({ errorRate: 1, errorStatus: 429, retryAfter: 9 });
    const response = await login();
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '9']);
  });

  it('breaks every connection during an outage, and the control route still answers', async () => {
    await order({ outage: true });
    await expect(login()).rejects.toThrow('fetch failed');
    expect((await api.get('/control')).status).toBe(200);
  });

  it('befalls only the operations that were named', async () => {
    await order({ outage: true, operations: ['jwks'] });
    expect((await login()).status).toBe(200);
    await expect(api.get('/.well-known/jwks.json')).rejects.toThrow('fetch failed');
  });

  it('loses a reply after the work was done', async () => {
    const { refresh_token } = await api.signIn();
    await order({ lostReplies: 1 });
    await expect(api.post('/api/auth/refresh', { refresh_token })).rejects.toThrow('fetch failed');
    await api.delete('/control/faults');
    expect((await api.post('/api/auth/refresh', { refresh_token })).status).toBe(400); // used up by the lost reply
  });

  it('merges what is ordered, and forgets it on DELETE', async () => {
    await order({ shape: { naming: 'camelCase' } });
    await order({ shape: { nesting: 'data' } });
    expect(Object.keys(((await (await login()).json()) as { data: object }).data)).toContain('accessToken');
    await api.delete('/control/faults');
    expect(await (await login()).json()).toHaveProperty('access_token');
  });

  it.each([{ latencyy: 1 }, { errorRate: 2 }, { shape: { body: 'xml' } }, { refusals: { grace: 'x' } }])(
    'refuses the order %j',
    async (faults) => {
      expect((await order(faults)).status).toBe(400);
    },
  );
});

describe('answer shapes', () => {
  const claimsOf = async () => decodeJwt((await api.signIn()).access_token);

  it.each([
    [{ user: false }, 'user', undefined],
    [{ idToken: false }, 'id_token', undefined],
    [{ refreshToken: false }, 'refresh_token', undefined],
    [{ expiresIn: 'string' }, 'expires_in', '3600'],
    [{ expiresIn: 'absent' }, 'expires_in', undefined],
    [{ extraField: true }, 'x_unknown', { added: ['later'] }],
    [{ accessToken: 'opaque' }, 'access_token', expect.not.stringContaining('.')],
  ])('%j', async (shape, field, value) => {
    await order({ shape });
    const body = (await (await login()).json()) as Record<string, unknown>;
    expect(body[field]).toEqual(value);
  });

  it('signs for another tenant or another audience', async () => {
    const own = await claimsOf();
    await order({ shape: { tenant: 'other', audience: 'other' } });
    const other = await claimsOf();
    for (const claim of ['tid', 'iss', 'aud']) expect(other[claim]).not.toEqual(own[claim]);
  });

  it.each([
    ['html', 200, 'text/html', /^<!doctype html>/],
    ['empty', 200, 'application/json', /^$/],
    ['cut', 200, 'application/json', /^\{"access_token":"[^}]*$/],
    ['oversized', 200, 'application/json', /x{4000000}/],
    ['redirect', 302, null, /^$/],
  ])('answers a body that is %s', async (body, status, type, text) => {
    await order({ shape: { body } });
    const response = await login();
    expect(response.status).toBe(status);
    if (type) expect(response.headers.get('content-type')).toContain(type);
    expect(await response.text()).toMatch(text);
  });

  it('announces more than it sends when truncated', async () => {
    await order({ shape: { body: 'truncated' } });
    const response = await login();
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000);
    await expect(response.text()).rejects.toThrow();
  });
});

describe('state', () => {
  it('counts calls and connections, and forgets on DELETE', async () => {
    await api.delete('/control/counts');
    await login();
    await login();
    expect(await (await api.get('/control')).json()).toMatchObject({ calls: { login: 2, refresh: 0 } });
    expect(await (await api.delete('/control/counts')).json()).toMatchObject({ calls: { login: 0 } });
  });

  it('takes further people, and replaces known ones', async () => {
    const person = { username: 'linus', password: 'Penguin-1991', name: 'Linus T', email: null };
    await api.put('/control/people', { people: [person, { ...GRACE, name: 'Rear Admiral Hopper' }] });
    expect((await api.signIn({ username: 'linus', password: 'Penguin-1991' })).user).toEqual({
      id: expect.any(String),
      name: 'Linus T',
    });
    expect((await api.signIn()).user.name).toBe('Rear Admiral Hopper');
  });

  it.each([
    [{}, 1],
    [{ forgetOld: true }, -1],
  ])('rotates keys with %j', async (options, oldKey) => {
    const before = decodeProtectedHeader((await api.signIn()).access_token).kid ?? '';
    const { keys } = (await (await api.post('/control/keys/rotate', options)).json()) as { keys: string[] };
    const after = decodeProtectedHeader((await api.signIn()).access_token).kid ?? '';
    expect([keys.indexOf(after), keys.indexOf(before)]).toEqual([0, oldKey]);
  });
});
