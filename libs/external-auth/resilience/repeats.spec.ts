import { answerWith } from '../testing/answering-server';
import {
  externalAuthUnderTest,
  failureOf,
  type ExternalAuthUnderTest,
} from '../testing/external-auth-under-test';
import type { StandInFaults, StandInOperation } from '../testing/stand-in-control';
import { startStandIn, type StandInProcess } from '../testing/stand-in-process';
import { waitBefore } from './backoff';

const GRACE = ['grace', 'Nanosecond-Wire-1952'] as const;

let standIn: StandInProcess;
let auth: ExternalAuthUnderTest;
beforeAll(async () => {
  standIn = await startStandIn();
});
beforeEach(async () => {
  auth = await externalAuthUnderTest(standIn.settings());
});
afterEach(async () => {
  await auth.close();
  await standIn.control.reset();
});
afterAll(() => standIn.stop());

/** Without user and ID token in the answer, a sign-in asks for the user info. */
const befall = (operation: StandInOperation, faults: Partial<StandInFaults>) =>
  standIn.control.setFaults({ shape: { user: false, idToken: false }, operations: [operation], ...faults });
const calls = async () => (await standIn.control.state()).calls;

describe('an outage', () => {
  it.each<Partial<StandInFaults>>([{ outage: true }, { errorRate: 1, errorStatus: 503 }])(
    'of user info is tried three times: %j',
    async (faults) => {
      await befall('userInfo', faults);
      expect((await auth.client.signIn(...GRACE)).identity.name).toBe('Grace Hopper');
      expect(await calls()).toMatchObject({ login: 1, userInfo: 3 });
    },
  );

  it('of the keys is tried three times, and blames nobody', async () => {
    await befall('jwks', { errorRate: 1, errorStatus: 502 });
    expect(await failureOf(auth.client.signIn(...GRACE))).toMatchObject({
      code: 'external_unavailable',
      failure: { operation: 'jwks' },
    });
    expect(await calls()).toMatchObject({ login: 1, jwks: 3 });
  });

  it('that passes meanwhile costs nothing but time', async () => {
    await befall('userInfo', { errorRate: 1, errorStatus: 503, retryAfter: 1 });
    const signIn = auth.client.signIn(...GRACE);
    while ((await calls()).userInfo === 0);
    await standIn.control.setFaults({ errorRate: 0 });
    expect((await signIn).identity.email).toBe('grace@contoso.example');
    expect((await calls()).userInfo).toBe(2);
  });

  it.each<Partial<StandInFaults>>([
    { outage: true },
    { lostReplies: 1 },
    { errorRate: 1, errorStatus: 503, retryAfter: 0 },
    { errorRate: 1, errorStatus: 429, retryAfter: 0 },
    { refusals: { grace: 90033 } },
  ])('never repeats a sign-in: %j', async (faults) => {
    await befall('login', faults);
    await failureOf(auth.client.signIn(...GRACE));
    expect((await calls()).login).toBe(1);
  });

  it.each<Partial<StandInFaults>>([{ outage: true }, { lostReplies: 1 }, { errorRate: 1, retryAfter: 0 }])(
    'never repeats a refresh: %j',
    async (faults) => {
      const { tokens } = await auth.client.signIn(...GRACE);
      await befall('refresh', faults);
      await failureOf(auth.client.refresh(tokens.refreshToken ?? ''));
      expect((await calls()).refresh).toBe(1);
    },
  );
});

it.each<[string, Partial<StandInFaults>]>([
  ['a refusal', { errorRate: 1, errorStatus: 401 }],
  ['a fault of configuration', { errorRate: 1, errorStatus: 404 }],
  ['a throttle that does not say when', { errorRate: 1, errorStatus: 429, retryAfter: null }],
])('%s is not repeated', async (_case, faults) => {
  await befall('userInfo', faults);
  await auth.client.signIn(...GRACE);
  expect((await calls()).userInfo).toBe(1);
});

describe('Retry-After', () => {
  it.each([429, 503])('of a %i is waited for', async (errorStatus) => {
    await befall('userInfo', { errorRate: 1, errorStatus, retryAfter: 1 });
    const start = performance.now();
    await auth.client.signIn(...GRACE);
    expect(performance.now() - start).toBeGreaterThanOrEqual(2000);
    expect((await calls()).userInfo).toBe(3);
  });

  it('beyond the time limit in total is not waited for', async () => {
    await befall('userInfo', { errorRate: 1, errorStatus: 503, retryAfter: 30 });
    const start = performance.now();
    await auth.client.signIn(...GRACE);
    expect(performance.now() - start).toBeLessThan(5000);
    expect((await calls()).userInfo).toBe(1);
  });
});

it('a call with its repeats ends after twice the time limit of an attempt', async () => {
  const hanging = await answerWith(() => undefined);
  const slow = await externalAuthUnderTest({
    ...standIn.settings({ EXTERNAL_AUTH_TIMEOUT: '400' }),
    EXTERNAL_AUTH_JWKS_URL: `${hanging.url}/jwks`,
  });
  const start = performance.now();
  const failure = await failureOf(slow.client.signIn(...GRACE));
  const took = performance.now() - start;
  await slow.close();
  await hanging.close();
  expect(failure).toMatchObject({ failure: { operation: 'jwks', reason: 'timeout' } });
  expect(took).toBeGreaterThanOrEqual(400);
  expect(took).toBeLessThan(1500);
});

it.each([
  [0, undefined, 0, 0],
  [0, undefined, 0.5, 100],
  [1, undefined, 0.5, 200],
  [20, undefined, 0.5, 1000],
  [0, 3, 0, 3000],
  [0, 3, 0.5, 3100],
])('repeat %i after Retry-After %s waits, at a random %d, %i ms', (repeat, retryAfter, random, expected) => {
  expect(waitBefore(repeat, retryAfter, () => random)).toBe(expected);
});
