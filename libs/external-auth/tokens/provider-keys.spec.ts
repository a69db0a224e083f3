import {
  externalAuthUnderTest,
  failureOf,
  type ExternalAuthUnderTest,
} from '../testing/external-auth-under-test';
import { TokenProvider } from '../testing/token-provider';
import { until } from '../testing/until';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let provider: TokenProvider;
let auth: ExternalAuthUnderTest;
/** Milliseconds by which our policy's clock is ahead; the tokens' times are the real ones. */
let ahead = 0;
beforeEach(async () => {
  const realNow = Date.now.bind(Date);
  ahead = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + ahead);
  provider = await TokenProvider.start();
  auth = await externalAuthUnderTest(
    provider.environment({
      EXTERNAL_AUTH_ALLOWED_CLIENTS: 'another-client',
      EXTERNAL_AUTH_ACCEPT_BEARER: 'true',
    }),
  );
});
afterEach(async () => {
  await auth.close();
  await provider.close();
  jest.restoreAllMocks();
});

const FOREIGN = { scp: 'access_as_user', azp: 'another-client' };
const foreign = (header: object = {}) => provider.accessToken(FOREIGN, { ...header });
const fetches = () => provider.requests.filter((path) => path === '/jwks').length;
const all = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

/** Tokens of made-up keys; the signature is never reached. */
async function flood(count: number): Promise<void> {
  const [, payload, signature] = (await foreign()).split('.');
  await all(count, async (index) => {
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: `made-up-${index}` })).toString(
      'base64url',
    );
    const token = `${header}.${payload}.${signature}`;
    expect(await failureOf(auth.verifier.verifyForeign(token))).toMatchObject({ code: 'token_invalid' });
  });
}

describe('keys', () => {
  it('are fetched when first needed, once for all who wait', async () => {
    const [held, another] = [await provider.accessToken(), await foreign()];
    expect(fetches()).toBe(0);
    await all(20, () => Promise.all([auth.verifier.verify(held), auth.verifier.verifyForeign(another)]));
    expect(fetches()).toBe(1);
  });

  it('are fetched once in five minutes for strangers, whatever keys they name', async () => {
    await flood(10_000);
    expect(fetches()).toBe(1);
    ahead = 5 * MINUTE + 1000;
    await flood(100);
    expect(fetches()).toBe(2);
  });

  it('follow a rotation at once for the provider’s own answer and for what a session holds, flood or not', async () => {
    await flood(10);
    await provider.rotateKeys('two');
    const tokens = await all(20, () => provider.accessToken());
    await Promise.all([
      flood(1000),
      ...tokens.map((token) => auth.verifier.verifyIssued(token)),
      ...tokens.map((token) => auth.verifier.verify(token)),
    ]);
    expect(fetches()).toBeLessThanOrEqual(3);
  });

  it('that were rotated in while a fetch was under way are fetched again', async () => {
    await all(10, async (index) => {
      await provider.rotateKeys(`key-${index}`);
      await auth.verifier.verifyIssued(await provider.accessToken());
    });
  });

  it('are looked for once in five minutes for a held token whose key is gone', async () => {
    const token = await provider.accessToken();
    await auth.verifier.verify(token);
    await provider.rotateKeys('two', { forgetOld: true });
    await auth.verifier.verify(await provider.accessToken());
    const before = fetches();
    for (const _ of [1, 2, 3])
      expect(await failureOf(auth.verifier.verify(token))).toMatchObject({ code: 'token_invalid' });
    expect(fetches()).toBe(before + 1);
    ahead = 6 * MINUTE;
    await failureOf(auth.verifier.verify(token));
    expect(fetches()).toBe(before + 2);
  });

  it('take what they verified with them when a fetch no longer lists them, also under the same id', async () => {
    const verified = await auth.verifier.verify(await provider.accessToken());
    await provider.rotateKeys('two');
    await auth.verifier.verify(await provider.accessToken());
    expect(auth.verifier.stands(verified)).toBe(true);
    await provider.rotateKeys('one', { forgetOld: true });
    provider.answers.set('/jwks', { keys: [provider.publicJwk, { ...provider.publicJwk, kid: 'three' }] });
    await auth.verifier.verifyIssued(await provider.accessToken({}, { kid: 'three' }));
    expect(auth.verifier.stands(verified)).toBe(false);
  });

  it('stay for a day while no newer ones can be had, and then verify nothing', async () => {
    const token = await provider.accessToken({ ...FOREIGN, exp: Math.floor(Date.now() / 1000) + 2 * 86_400 });
    const verified = await auth.verifier.verify(token);
    provider.down = true;
    ahead = 23 * HOUR;
    await expect(auth.verifier.verify(token)).resolves.toBeDefined();
    expect(auth.verifier.stands(verified)).toBe(true);
    ahead = 24 * HOUR + MINUTE;
    expect(auth.verifier.stands(verified)).toBe(false);
    const { verifier } = auth;
    for (const verification of [
      verifier.verify(token),
      verifier.verifyForeign(token),
      verifier.verifyIssued(token),
    ])
      expect(await failureOf(verification)).toMatchObject({ code: 'external_unavailable' });
    provider.down = false;
    ahead += 10 * MINUTE;
    await expect(auth.verifier.verify(token)).resolves.toBeDefined();
  });

  it.each([
    ['no answer', undefined],
    ['an empty set', { keys: [] }],
    ['nonsense', { keys: [7] }],
  ])('stay when a fetch brings %s', async (_case, answer) => {
    const verified = await auth.verifier.verify(await provider.accessToken());
    provider.answers.set('/jwks', answer);
    await failureOf(auth.verifier.verifyIssued(await provider.accessToken({}, { kid: 'unknown' })));
    expect(auth.verifier.stands(verified)).toBe(true);
    await expect(auth.verifier.verify(await provider.accessToken())).resolves.toBeDefined();
  });

  it('have an age once there are any', async () => {
    const age = async () =>
      /^cutover_jwks_age_seconds (\S+)$/m.exec(await auth.metrics.registry.metrics())?.[1];
    expect(await age()).toBeUndefined();
    await auth.verifier.verify(await provider.accessToken());
    ahead = 90_000;
    expect(Number(await age())).toBeGreaterThanOrEqual(90);
  });
});

describe('in the background', () => {
  it('keys are fetched every ten minutes, once they were needed', async () => {
    jest.useFakeTimers({
      doNotFake: ['Date', 'performance', 'nextTick', 'queueMicrotask', 'setImmediate', 'hrtime'],
    });
    const api = await externalAuthUnderTest(provider.environment(), { probe: true });
    try {
      jest.advanceTimersByTime(10 * MINUTE);
      expect(fetches()).toBe(0);
      const verified = await api.verifier.verify(await provider.accessToken());
      await provider.rotateKeys('two', { forgetOld: true });
      jest.advanceTimersByTime(10 * MINUTE);
      await until(() => !api.verifier.stands(verified));
      expect(fetches()).toBe(2);
    } finally {
      await api.close();
      jest.useRealTimers();
    }
  });
});
