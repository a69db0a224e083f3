import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { answerWith } from '../testing/answering-server';
import {
  externalAuthUnderTest,
  failureOf,
  type ExternalAuthUnderTest,
} from '../testing/external-auth-under-test';
import { standInEnvironment } from '../testing/stand-in-environment';
import { startStandIn, type StandInProcess } from '../testing/stand-in-process';
import { until } from '../testing/until';

const GRACE = ['grace', 'Nanosecond-Wire-1952'] as const;

describe('real calls', () => {
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

  it('make it known: first unknown, then up, down with its cause, and up again', async () => {
    const seen = [auth.availability.current()];
    await auth.client.signIn(...GRACE);
    seen.push(auth.availability.current());
    await standIn.control.setFaults({ outage: true });
    await failureOf(auth.client.signIn(...GRACE));
    seen.push(auth.availability.current());
    await standIn.control.setFaults({ outage: false, shape: { body: 'html' } });
    await failureOf(auth.client.signIn(...GRACE));
    seen.push(auth.availability.current());
    await standIn.control.resetFaults();
    await auth.client.signIn(...GRACE);
    seen.push(auth.availability.current());

    expect(seen).toEqual([
      { state: 'unknown', since: expect.any(Number) },
      { state: 'up', since: expect.any(Number) },
      { state: 'down', since: expect.any(Number), cause: 'login: connection failed (ECONNRESET)' },
      { state: 'down', since: seen[2]?.since, cause: 'login: no JSON object (text/html)' },
      { state: 'up', since: expect.any(Number) },
    ]);
  });

  it.each([50126, 50057, 90055])('that are refused with AADSTS%i find it up', async (number) => {
    await standIn.control.setFaults({ outage: true });
    await failureOf(auth.client.signIn(...GRACE));
    await standIn.control.setFaults({ outage: false, refusals: { grace: number } });
    await failureOf(auth.client.signIn(...GRACE));
    expect(auth.availability.current().state).toBe('up');
  });
});

describe('the probe', () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  it.each([
    [401, 'up', undefined],
    [404, 'up', undefined],
    [200, 'up', undefined],
    [302, 'down', 'validate: redirect'],
    [500, 'down', 'validate: http 500'],
  ])('takes a %i for %s', async (status, state, cause) => {
    const server = await answerWith((_request, response) => response.writeHead(status).end());
    const auth = await externalAuthUnderTest(standInEnvironment(server.url), { probe: true });
    await until(() => auth.availability.current().state !== 'unknown');
    await auth.close();
    await server.close();
    expect(auth.availability.current()).toMatchObject({ state, ...(cause ? { cause } : {}) });
    expect(server.requests).toEqual(['/api/auth/validate']);
  });

  it('sends no credential', async () => {
    const credentials: unknown[] = [];
    const server = await answerWith(({ headers }, response) => {
      credentials.push(headers.authorization, headers.cookie);
      response.writeHead(401).end();
    });
    const auth = await externalAuthUnderTest(standInEnvironment(server.url), { probe: true });
    await until(() => credentials.length > 0);
    await auth.close();
    await server.close();
    expect(credentials).toEqual([undefined, undefined]);
  });

  it('looks again after its interval, notices that the API went and that it came back', async () => {
    const standIn = await startStandIn();
    cleanups.push(() => standIn.kill());
    const settings = standIn.settings({ EXTERNAL_AUTH_PROBE_INTERVAL: '1' });
    const auth = await externalAuthUnderTest(settings, { probe: true });
    cleanups.push(() => auth.close());
    const becomes = (state: string) => until(() => auth.availability.current().state === state);
    await becomes('up');
    await standIn.kill();
    await becomes('down');
    expect(auth.availability.current().cause).toMatch(/^validate: connection failed \(ECONN/);
    await standIn.restart();
    await becomes('up');
    expect(await standIn.stop()).toBe(0);
  });

  it('delays neither start nor stop, and never runs twice at once', async () => {
    let running = 0;
    let most = 0;
    let asked = 0;
    const server = createServer((request) => {
      asked += 1;
      running += 1;
      most = Math.max(most, running);
      request.socket.on('close', () => (running -= 1));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const start = performance.now();
    const auth = await externalAuthUnderTest(
      standInEnvironment(url, { EXTERNAL_AUTH_TIMEOUT: '1500', EXTERNAL_AUTH_PROBE_INTERVAL: '1' }),
      { probe: true },
    );
    expect(performance.now() - start).toBeLessThan(1000);
    await until(() => asked === 2);
    expect(most).toBe(1);
    const stop = performance.now();
    await auth.close();
    expect(performance.now() - stop).toBeLessThan(1000);
    server.closeAllConnections();
    server.close();
  });

  it('stays quiet where no external API is set', async () => {
    const auth = await externalAuthUnderTest({}, { probe: true });
    await auth.close();
    expect(auth.availability.current().state).toBe('unknown');
  });
});
