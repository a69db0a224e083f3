import { answerWith } from '../testing/answering-server';
import { externalAuthUnderTest, failureOf } from '../testing/external-auth-under-test';
import { startStandIn } from '../testing/stand-in-process';
import { TokenProvider } from '../testing/token-provider';
import { until } from '../testing/until';
import { LONGEST_QUEUE, SLOTS } from './provider-slots';

const PASSWORD = 'Nanosecond-Wire-1952';
const PLACES = SLOTS + LONGEST_QUEUE;

/** A provider that holds every sign-in, and the client in front of it. */
async function holding() {
  const held: (() => void)[] = [];
  const server = await answerWith((_request, response) => {
    held.push(() => response.writeHead(401, { 'content-type': 'application/json' }).end('{}'));
  });
  const keys = await TokenProvider.start();
  const auth = await externalAuthUnderTest({
    ...keys.environment({ EXTERNAL_AUTH_API_URL: server.url }),
    EXTERNAL_AUTH_TIMEOUT: '20000',
  });
  const signIns = (count: number) =>
    Array.from({ length: count }, () => failureOf(auth.client.signIn('grace', PASSWORD)));
  const close = async () => {
    await auth.close();
    await server.close();
    await keys.close();
  };
  return { held, server, keys, auth, signIns, close };
}

it('takes so many calls, lets so many wait, refuses the next at once, and serves all who waited', async () => {
  const { held, server, auth, signIns, close } = await holding();
  const inPlace = signIns(PLACES);
  await until(() => held.length === SLOTS);
  const start = performance.now();
  const [refused] = await Promise.all(signIns(1));
  expect(performance.now() - start).toBeLessThan(1000); // held for as long as it takes
  expect(refused).toMatchObject({ code: 'service_busy', status: 503, retryAfter: 5 });
  expect(JSON.stringify(refused)).not.toContain(PASSWORD);
  expect(server.requests).toHaveLength(SLOTS);
  expect([auth.circuits.status().state, auth.availability.current().state]).toEqual(['closed', 'unknown']);

  for (let answered = 0; answered < PLACES; answered += 1) {
    await until(() => held.length > answered);
    held[answered]?.();
  }
  for (const failure of await Promise.all(inPlace))
    expect(failure).toMatchObject({ code: 'invalid_credentials' });
  expect(server.requests).toHaveLength(PLACES);
  await close();
});

it('keeps bearers apart from sign-ins: keys are fetched while no place is free', async () => {
  const { held, keys, auth, signIns, close } = await holding();
  const inPlace = signIns(PLACES);
  await until(() => held.length === SLOTS);
  await expect(auth.verifier.verify(await keys.accessToken())).resolves.toBeDefined();
  await close();
  await Promise.all(inPlace);
});

it('lets nobody who waited call a host that was found dead meanwhile', async () => {
  const standIn = await startStandIn();
  await standIn.control.setFaults({ latency: 300, errorRate: 1, errorStatus: 503 });
  const auth = await externalAuthUnderTest(standIn.settings());
  const failures = await Promise.all(
    Array.from({ length: PLACES }, () => failureOf(auth.client.signIn('grace', PASSWORD))),
  );
  const { calls } = await standIn.control.state();
  await auth.close();
  await standIn.stop();
  for (const failure of failures) expect(failure).toMatchObject({ code: 'external_unavailable' });
  expect(calls.login).toBeLessThan(PLACES);
  expect(calls.login).toBeGreaterThanOrEqual(SLOTS);
});
