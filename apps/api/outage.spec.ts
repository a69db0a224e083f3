import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { Clock } from './testing/clock';
import type { Client } from './testing/client';
import { TestApi } from './testing/test-api';

const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const GRACE = { username: 'grace', password: 'Nanosecond-Wire-1952' };
const FAILURES = 3;

const clock = new Clock();
afterEach(() => {
  clock.restore();
});

describeOnEachEngine('an outage of the external API', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings(),
      EXTERNAL_AUTH_CIRCUIT_FAILURES: String(FAILURES),
      // Neither the probe nor a half-open circuit calls in between: every call that is counted, a person made.
      EXTERNAL_AUTH_CIRCUIT_RESET: '3600',
      EXTERNAL_AUTH_PROBE_INTERVAL: '3600',
      SESSION_IDLE_TIMEOUT: '43200',
    });
    await api.addPerson(ADA);
    const id = await api.addPerson({ ...GRACE, password: null });
    await api.get(UserRepository).setPin(id, 'external', { by: 'a test' });
  });
  beforeEach(() => api.restart({})); // a circuit that has seen nothing
  afterEach(() => standIn.control.resetFaults());
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  const signedIn = async ({ username, password }: { username: string; password: string }) => {
    const client = api.client();
    expect(await client.signIn(username, password)).toMatchObject({ status: 200 });
    return client;
  };
  const failing = (client: Client = api.client()) => client.signIn(GRACE.username, GRACE.password);
  /** The outage, and as many people who run into it as open the circuit. */
  const openCircuit = async () => {
    await standIn.control.setFaults({ outage: true });
    for (let failure = 0; failure < FAILURES; failure += 1)
      expect(await failing()).toMatchObject({ code: 'external_unavailable' });
  };

  it('fails sign-ins without a single connection once the circuit is open', async () => {
    await openCircuit();
    const before = await standIn.control.state();
    const answers = await Promise.all(Array.from({ length: 50 }, () => failing()));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, code: 'external_unavailable' });
      expect(answer.headers.get('retry-after')).toBe(String(answer.body['retryAfter']));
    }
    const after = await standIn.control.state();
    expect(after.calls).toEqual(before.calls);
    expect(after.connections - before.connections).toBe(1); // the question itself
  });

  it('does not concern people of the local side', async () => {
    const ada = await signedIn(ADA);
    await openCircuit();
    expect(await ada.me()).toMatchObject({ status: 200 });
    expect(await ada.refresh()).toMatchObject({ status: 200 });
    expect(await (await signedIn(ADA)).me()).toMatchObject({ status: 200 });
  });

  it('leaves signed-in people at work to the end of their access token, and their session beyond', async () => {
    const grace = api.client();
    const { body } = await failing(grace);
    await openCircuit();
    const life = Number(body['expiresIn']);
    expect(await grace.me()).toMatchObject({ status: 200 });
    for (const part of [0.5, 0.45]) {
      clock.advance({ seconds: life * part });
      expect(await grace.me()).toMatchObject({ status: 200 });
      expect(await grace.refresh()).toMatchObject({
        status: 200,
        body: { accessToken: body['accessToken'] },
      });
    }
    clock.advance({ seconds: life * 0.1 });
    for (const _ of ['once', 'again'])
      expect(await grace.refresh()).toMatchObject({ status: 503, code: 'external_unavailable' });
    expect(grace.cookie).not.toBeNull();
  });

  it('is over without a restart, even when the API was gone altogether', async () => {
    await api.restart({ EXTERNAL_AUTH_CIRCUIT_RESET: '1' });
    await standIn.kill();
    for (let failure = 0; failure <= FAILURES; failure += 1)
      expect(await failing()).toMatchObject({ code: 'external_unavailable' });
    await standIn.restart();
    const deadline = Date.now() + 15_000;
    // The stand-in that comes back is another tenant's worth of keys: they are fetched anew as well.
    while ((await failing()).status !== 200)
      if (Date.now() > deadline) throw new Error('sign-ins never recovered');
    await api.restart({ EXTERNAL_AUTH_CIRCUIT_RESET: '3600' });
  });
});
