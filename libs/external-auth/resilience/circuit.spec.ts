import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import {
  externalAuthUnderTest,
  failureOf,
  type ExternalAuthUnderTest,
} from '../testing/external-auth-under-test';
import type { StandInFaults } from '../testing/stand-in-control';
import { startStandIn, type StandInProcess } from '../testing/stand-in-process';
import { TokenProvider } from '../testing/token-provider';
import { until } from '../testing/until';

const PASSWORD = 'Nanosecond-Wire-1952';
const SETTINGS = { EXTERNAL_AUTH_CIRCUIT_FAILURES: '5', EXTERNAL_AUTH_CIRCUIT_RESET: '1' };

let standIn: StandInProcess;
let auth: ExternalAuthUnderTest;
let logged: unknown[][] = [];
beforeAll(async () => {
  standIn = await startStandIn();
});
beforeEach(async () => {
  for (const level of ['log', 'warn'] as const)
    jest.spyOn(Logger.prototype, level).mockImplementation((...line) => void logged.push(line));
  auth = await externalAuthUnderTest(standIn.settings(SETTINGS));
  logged = []; // without what Nest says at its start
});
afterEach(async () => {
  jest.restoreAllMocks();
  await auth.close();
  await standIn.control.reset();
});
afterAll(() => standIn.stop());

const signIn = (username = 'grace') => auth.client.signIn(username, PASSWORD);
const circuit = () => auth.circuits.status().state;
const upstream = async () => (await standIn.control.state()).calls.login;

async function outages(count: number, call: () => Promise<unknown> = signIn): Promise<void> {
  await standIn.control.setFaults({ outage: true });
  for (let n = 0; n < count; n += 1)
    expect(await failureOf(call())).toMatchObject({ code: 'external_unavailable' });
}

/** Puts the clock forward, by default past the reset time of {@link SETTINGS}. */
function resetElapses(milliseconds = 1000): void {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + milliseconds);
}

describe('the circuit opens', () => {
  it('after five outages in a row, and nothing is sent any more', async () => {
    await outages(4);
    expect(circuit()).toBe('closed');
    await outages(1);
    expect(auth.circuits.status()).toEqual({
      state: 'open',
      since: expect.any(Number),
      cause: 'login: connection failed (ECONNRESET)',
    });
    await standIn.control.resetFaults();
    const start = performance.now();
    for (let n = 0; n < 20; n += 1) {
      expect(await failureOf(signIn())).toMatchObject({
        code: 'external_unavailable',
        status: 503,
        retryAfter: 1,
        failure: { operation: 'login', reason: 'circuit open' },
      });
    }
    expect((performance.now() - start) / 20).toBeLessThan(50);
    expect(await upstream()).toBe(5);
  });

  it('for every operation at once', async () => {
    await outages(5);
    await standIn.control.resetFaults();
    for (const call of [auth.client.refresh('any'), auth.client.signOut('any')])
      expect(await failureOf(call)).toMatchObject({ failure: { reason: 'circuit open' } });
    expect((await standIn.control.state()).calls).toMatchObject({ login: 5, refresh: 0, logout: 0 });
  });

  it('after outages of several operations together', async () => {
    await outages(3);
    await outages(2, () => auth.client.refresh('any'));
    expect(circuit()).toBe('open');
  });

  it.each<[string, Partial<StandInFaults>]>([
    ['that is a 503', { errorRate: 1, errorStatus: 503 }],
    ['whose answers get lost', { lostReplies: 1 }],
    ['that is Entra’s (AADSTS90033)', { refusals: { grace: 90033 } }],
  ])('on an outage %s', async (_case, faults) => {
    await standIn.control.setFaults({ ...faults, operations: ['login'] });
    for (let n = 0; n < 5; n += 1) await failureOf(signIn());
    expect(circuit()).toBe('open');
  });
});

describe('the circuit stays closed', () => {
  it.each([50126, 50053, 50055, 50057, 50076, 53003, 65001, 90055])(
    'however often AADSTS%i is answered',
    async (number) => {
      await standIn.control.setFaults({ refusals: { grace: number } });
      for (let n = 0; n < 12; n += 1) await failureOf(signIn());
      expect([circuit(), await upstream()]).toEqual(['closed', 12]);
    },
  );

  it.each([
    ['a throttle', { errorRate: 1, errorStatus: 429, retryAfter: 1 }],
    ['an answer that is HTML', { shape: { body: 'html' } }],
    ['a redirect', { shape: { body: 'redirect' } }],
  ] as const)('however often the answer is %s', async (_case, faults) => {
    await standIn.control.setFaults({ ...faults, operations: ['login'] });
    for (let n = 0; n < 12; n += 1) await failureOf(signIn());
    expect([circuit(), await upstream()]).toEqual(['closed', 12]);
  });

  it('when a refusal comes between: it is an answer', async () => {
    await outages(4);
    await standIn.control.setFaults({ outage: false, refusals: { grace: 50126 } });
    await failureOf(signIn());
    await outages(4);
    expect(circuit()).toBe('closed');
  });
});

describe('the open circuit', () => {
  it('lets one call through after its time, and closes when that one is answered', async () => {
    await outages(5);
    await standIn.control.resetFaults();
    await standIn.control.resetCounts();
    resetElapses();
    await standIn.control.setFaults({ latency: 200 });
    const first = signIn();
    expect(circuit()).toBe('half-open');
    expect(await failureOf(signIn())).toMatchObject({ retryAfter: 1, failure: { reason: 'circuit open' } });
    await first;
    expect([circuit(), await upstream()]).toEqual(['closed', 1]);
    await standIn.control.resetFaults();
    await expect(signIn()).resolves.toBeDefined();
  });

  it('closes on a refusal as well', async () => {
    await outages(5);
    await standIn.control.setFaults({ outage: false, refusals: { grace: 50126 } });
    resetElapses();
    expect(await failureOf(signIn())).toMatchObject({ code: 'invalid_credentials' });
    expect(circuit()).toBe('closed');
  });

  it('opens again at the first failure, and waits anew', async () => {
    await outages(5);
    resetElapses();
    await outages(1);
    expect(circuit()).toBe('open');
    expect(await failureOf(signIn())).toMatchObject({ failure: { reason: 'circuit open' } });
    expect(await upstream()).toBe(6);
  });

  it('logs each change once, with its cause and no secret', async () => {
    await outages(5);
    for (let n = 0; n < 5; n += 1) await failureOf(signIn());
    await standIn.control.resetFaults();
    resetElapses();
    await signIn();
    const cause = 'login: connection failed (ECONNRESET)';
    const origin = standIn.url;
    const changes = logged.filter(([, message]) => /^circuit /.test(String(message)));
    expect(changes).toEqual([
      [{ origin, cause, seconds: 1 }, expect.stringMatching(/^circuit open/)],
      [{ origin, cause }, expect.stringMatching(/^circuit half-open/)],
      [{ origin, cause }, expect.stringMatching(/^circuit closed/)],
    ]);
    expect(inspect(logged, { depth: Infinity })).not.toContain(PASSWORD);
  });

  it('tells of no password in its refusal', async () => {
    await outages(5);
    expect(inspect(await failureOf(signIn()), { depth: Infinity, showHidden: true })).not.toMatch(
      /Nanosecond|grace/,
    );
  });

  it('leaves it known why the API is down', async () => {
    await outages(6);
    expect(auth.availability.current()).toMatchObject({
      state: 'down',
      cause: 'login: connection failed (ECONNRESET)',
    });
  });
});

describe('without anybody signing in', () => {
  it('the probe opens the circuit, asks nothing while it is open, and closes it after a crash and a restart', async () => {
    const crashing = await startStandIn();
    const settings = crashing.settings({
      EXTERNAL_AUTH_CIRCUIT_FAILURES: '2',
      EXTERNAL_AUTH_CIRCUIT_RESET: '60',
      EXTERNAL_AUTH_PROBE_INTERVAL: '1',
    });
    const probed = await externalAuthUnderTest(settings, { probe: true });
    const becomes = (state: string) => until(() => probed.circuits.status().state === state);
    await until(() => probed.availability.current().state === 'up');
    await crashing.kill();
    await becomes('open');
    await crashing.restart();
    expect((await crashing.control.state()).calls.validate).toBe(0);
    resetElapses(60_000);
    await becomes('closed');
    expect(probed.availability.current().state).toBe('up');
    await expect(probed.client.signIn('grace', PASSWORD)).resolves.toBeDefined();
    await probed.close();
    await crashing.stop();
  });
});

describe('keys that are published elsewhere', () => {
  it('are had while the circuit of the API is open', async () => {
    const keys = await TokenProvider.start();
    const { EXTERNAL_AUTH_API_URL } = standIn.settings();
    const apart = await externalAuthUnderTest(keys.environment({ ...SETTINGS, EXTERNAL_AUTH_API_URL }));
    await outages(5, () => apart.client.signIn('grace', PASSWORD));
    expect(apart.circuits.status().state).toBe('open');
    await expect(apart.verifier.verify(await keys.accessToken())).resolves.toBeDefined();
    await apart.close();
    await keys.close();
  });
});
