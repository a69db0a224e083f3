import {
  externalAuthUnderTest,
  failureOf,
  type ExternalAuthUnderTest,
} from './testing/external-auth-under-test';
import type { StandInShape } from './testing/stand-in-control';
import { startStandIn, type StandInProcess } from './testing/stand-in-process';

const GRACE = ['grace@contoso.example', 'Nanosecond-Wire-1952'] as const;

let standIn: StandInProcess;
let auth: ExternalAuthUnderTest;
beforeAll(async () => {
  standIn = await startStandIn();
  auth = await externalAuthUnderTest(standIn.settings());
});
afterEach(() => standIn.control.reset());
afterAll(async () => {
  await auth.close();
  await standIn.stop();
});

const signIn = () => auth.client.signIn(...GRACE);
const order = (shape: Partial<StandInShape>) => standIn.control.setFaults({ shape });

describe('sign-in', () => {
  it('answers the tokens and who it is', async () => {
    const { people } = await standIn.control.state();
    const { tokens, identity } = await signIn();
    expect(identity).toEqual({
      objectId: people.find(({ name }) => name === 'Grace Hopper')?.oid,
      name: 'Grace Hopper',
      preferredUsername: 'grace@contoso.example',
      emailDisowned: false,
      email: 'grace@contoso.example',
    });
    expect(tokens).toEqual({
      accessToken: expect.stringMatching(/^ey/),
      accessTokenExpiresAt: expect.any(Number),
      refreshToken: expect.any(String),
      idToken: expect.stringMatching(/^ey/),
    });
    expect(tokens.accessTokenExpiresAt - Date.now()).toBeGreaterThan(3_590_000);
    expect(tokens.accessTokenExpiresAt - Date.now()).toBeLessThanOrEqual(3_600_000);
  });

  it.each<[Partial<StandInShape>, { userInfoCalls?: number; refreshToken?: null }]>([
    [{ naming: 'snake_case', nesting: 'flat' }, {}],
    [{ naming: 'snake_case', nesting: 'data' }, {}],
    [{ naming: 'camelCase', nesting: 'flat' }, {}],
    [{ naming: 'camelCase', nesting: 'data' }, {}],
    [{ user: false }, {}],
    [{ idToken: false }, {}],
    [{ user: false, idToken: false }, { userInfoCalls: 1 }],
    [{ naming: 'camelCase', nesting: 'data', user: false, idToken: false }, { userInfoCalls: 1 }],
    [{ extraField: true }, {}],
    [{ expiresIn: 'string' }, {}],
    [{ expiresIn: 'absent' }, {}],
    [{ refreshToken: false }, { refreshToken: null }],
  ])('understands an answer with %j', async (shape, { userInfoCalls = 0, refreshToken }) => {
    await order(shape);
    const { tokens, identity } = await signIn();
    const { calls } = await standIn.control.state();
    expect(identity).toMatchObject({ name: 'Grace Hopper', email: 'grace@contoso.example' });
    expect(Math.abs(tokens.accessTokenExpiresAt - Date.now() - 3_600_000)).toBeLessThan(10_000);
    expect(tokens.refreshToken).toEqual(refreshToken === null ? null : expect.any(String));
    expect(calls.userInfo).toBe(userInfoCalls);
  });

  it.each<[Partial<StandInShape>, string]>([
    [{ body: 'html' }, 'no JSON object (text/html)'],
    [{ body: 'empty' }, 'empty body'],
    [{ body: 'cut' }, 'no JSON object (application/json)'],
    [{ body: 'truncated' }, 'body truncated'],
    [{ body: 'oversized' }, 'body too large'],
    [{ body: 'redirect' }, 'redirect'],
    [{ accessToken: 'opaque' }, 'access token not accepted'],
    [{ tenant: 'other' }, 'access token not accepted'],
    [{ audience: 'other' }, 'access token not accepted'],
  ])('takes %j for a fault of configuration', async (shape, reason) => {
    await order(shape);
    expect(await failureOf(signIn())).toMatchObject({
      code: 'external_misconfigured',
      status: 502,
      failure: { operation: 'login', reason },
    });
    expect((await standIn.control.state()).redirectsFollowed).toBe(0);
  });

  it('stands although the user info call failed: the tokens say who it is', async () => {
    await order({ user: false, idToken: false });
    await standIn.control.setFaults({ errorRate: 1, operations: ['userInfo'] });
    expect((await signIn()).identity).toMatchObject({ name: 'Grace Hopper', email: null });
  });

  it('follows a rotation of keys', async () => {
    const early = await externalAuthUnderTest(standIn.settings());
    await standIn.control.rotateKeys();
    await expect(early.client.signIn(...GRACE)).resolves.toBeDefined();
    await early.close();
  });
});

/** A refresh whose tokens could be verified. */
async function refreshed(refreshToken: string | null) {
  const answer = await auth.client.refresh(refreshToken ?? '');
  if (!answer.verified) throw answer.failure;
  return answer;
}

describe('refresh', () => {
  it('replaces the refresh token, and says who it is', async () => {
    const { tokens, identity } = await signIn();
    const renewed = await refreshed(tokens.refreshToken);
    expect(renewed.tokens.refreshToken).not.toBe(tokens.refreshToken);
    expect(renewed.tokens.accessToken).not.toBe(tokens.accessToken);
    expect(renewed.identity).toEqual(identity);
  });

  it.each<[string, Partial<StandInShape>]>([
    ['without user and ID token, and asks for no user info', { user: false, idToken: false }],
    ['in camelCase inside data', { naming: 'camelCase', nesting: 'data' }],
  ])('understands an answer %s', async (_case, shape) => {
    const { tokens } = await signIn();
    await order(shape);
    expect((await refreshed(tokens.refreshToken)).identity?.name).toBe('Grace Hopper');
    expect((await standIn.control.state()).calls.userInfo).toBe(0);
  });

  it('keeps the old refresh token where the answer has no new one (RFC 6749 section 6)', async () => {
    const { tokens } = await signIn();
    await order({ refreshToken: false });
    expect((await refreshed(tokens.refreshToken)).tokens.refreshToken).toBe(tokens.refreshToken);
  });

  it('finds the grant dead after a replay', async () => {
    const { tokens } = await signIn();
    await auth.client.refresh(tokens.refreshToken ?? '');
    expect(await failureOf(auth.client.refresh(tokens.refreshToken ?? ''))).toMatchObject({
      code: 'session_expired',
      status: 401,
      reason: null,
      failure: { operation: 'refresh', aadsts: 70000 },
    });
  });

  it('finds the grant dead, and says why, when the person was disabled since', async () => {
    const { tokens } = await signIn();
    await standIn.control.setFaults({ refusals: { grace: 50057 } });
    expect(await failureOf(auth.client.refresh(tokens.refreshToken ?? ''))).toMatchObject({
      code: 'session_expired',
      reason: 'account_disabled',
    });
  });

  it.each([
    [90033, 'external_unavailable'],
    [65001, 'external_misconfigured'],
    [50196, 'rate_limited'],
  ])('leaves the grant alone on AADSTS%i', async (number, code) => {
    const { tokens } = await signIn();
    await standIn.control.setFaults({ refusals: { grace: number } });
    expect(await failureOf(auth.client.refresh(tokens.refreshToken ?? ''))).toMatchObject({ code });
    await standIn.control.resetFaults();
    await expect(auth.client.refresh(tokens.refreshToken ?? '')).resolves.toBeDefined();
  });
});

describe('sign-out', () => {
  it('ends the grant over there, and does not mind one that is dead already', async () => {
    const { tokens } = await signIn();
    await auth.client.signOut(tokens.refreshToken ?? '');
    await auth.client.signOut(tokens.refreshToken ?? '');
    expect(await failureOf(auth.client.refresh(tokens.refreshToken ?? ''))).toMatchObject({
      code: 'session_expired',
    });
  });

  it('says when it could not', async () => {
    await standIn.control.setFaults({ outage: true });
    expect(await failureOf(auth.client.signOut('any'))).toMatchObject({ code: 'external_unavailable' });
  });
});
