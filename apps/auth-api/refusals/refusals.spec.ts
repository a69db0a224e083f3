import { standInUnderTest, type StandInUnderTest } from '../testing/stand-in-under-test';

const password = 'Refused-For-A-Reason-1';

let api: StandInUnderTest;
beforeAll(async () => {
  api = await standInUnderTest();
});
afterEach(() => api.delete('/control/faults'));
afterAll(() => api.close());

const login = (username: string, typed = password) =>
  api.post('/api/auth/login', { username, password: typed });

it.each([
  ['a wrong password', 'grace', 'wrong', 50126],
  ['an unknown name', 'nobody', password, 50034],
  ['a disabled account', 'disabled', password, 50057],
  ['a locked account', 'locked', password, 50053],
  ['a locked account, whatever the password', 'locked', 'wrong', 50053],
  ['an expired password', 'expired', password, 50055],
  ['an account with MFA', 'mfa', password, 50076],
  ['an account with MFA and a wrong password', 'mfa', 'wrong', 50126],
])('refuses %s as Entra does', async (_case, username, typed, number) => {
  const response = await login(username, typed);
  expect(response.status).toBe(401);
  expect(response.headers.get('x-cutover-stand-in')).toBe('true');
  expect(await response.json()).toMatchObject({
    error: 'invalid_grant',
    error_description: expect.stringMatching(new RegExp(`^AADSTS${number}: .* Trace ID: .* Timestamp: `)),
    error_codes: [number],
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/),
    trace_id: expect.any(String),
    correlation_id: expect.any(String),
  });
});

it('answers any number that was ordered for a person, listed or not, at login and refresh', async () => {
  const { refresh_token } = await api.signIn();
  for (const number of [53003, 90033, 50999]) {
    await api.put('/control/faults', { refusals: { grace: number } });
    expect(await (await login('grace@contoso.example')).json()).toMatchObject({ error_codes: [number] });
    expect(await (await api.post('/api/auth/refresh', { refresh_token })).json()).toMatchObject({
      error_codes: [number],
    });
  }
  await api.put('/control/faults', { refusals: { grace: null } });
  expect((await api.post('/api/auth/refresh', { refresh_token })).status).toBe(200);
});

it.each([
  ['/api/auth/login', { username: 'grace' }],
  ['/api/auth/login', { username: 7, password }],
  ['/api/auth/refresh', {}],
  ['/api/auth/logout', {}],
])('refuses a malformed request at %s', async (path, body) => {
  const response = await api.post(path, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: 'invalid_request' });
});

it('refuses JSON that is none', async () => {
  const response = await fetch(`${api.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  });
  expect(response.status).toBe(400);
});
