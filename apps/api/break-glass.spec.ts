import { Logger } from '@nestjs/common';
import { BreakGlassAccounts, BreakGlassTest } from '@cutover/auth/break-glass';
import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { Metrics } from '@cutover/operations';
import { PeopleService, RolloutService } from '@cutover/rollout';
import { UserRepository } from '@cutover/users';
import type { Client } from './testing/client';
import { TestApi } from './testing/test-api';

const GLASS = 'Hammer-beside-the-door-7';
const LEGACY = 'Legacy-Password-1999';
const FAILURES = 5;

describeOnEachEngine('a break-glass account', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;
  let rescue: number;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings({ EXTERNAL_AUTH_CIRCUIT_FAILURES: '50' }),
      TRUST_PROXY: '127.0.0.1',
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '3',
      RATE_LIMIT_SIGN_IN_PER_ADDRESS: '3',
    });
    rescue = await api.addPerson({ username: 'rescue', password: LEGACY, role: 'admin' });
    await give();
  });
  beforeEach(async () => {
    await api.get(Database).execute('DELETE FROM cutover_rate_limits');
    await api.trail.start();
    await standIn.control.reset();
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  const row = async () => {
    const user = await api.get(UserRepository).findById(rescue);
    if (!user) throw new Error('no row');
    return user;
  };
  const give = async (password = GLASS) =>
    api.get(BreakGlassAccounts).add(await row(), { password, replace: true }, 'cli:test');
  const signIn = (password: string, { address = '192.0.2.1', client = api.client(), name = 'rescue' } = {}) =>
    client.signIn(name, password, { 'x-forwarded-for': address });
  const fail = async (times: number, address?: string, client?: Client) => {
    const codes: unknown[] = [];
    for (let time = 0; time < times; time += 1)
      codes.push((await signIn('Another-Password-42', { address, client })).code);
    return codes;
  };
  const count = async (name: 'breakGlassSignIns' | 'breakGlassRefusals') =>
    (await api.get(Metrics)[name].get()).values[0]?.value ?? 0;
  const loginCalls = async () => (await standIn.control.state()).calls.login;
  /** Statements behind the application's back, with what undoes them. */
  const whileRow = async (change: string, undo: string, work: () => Promise<void>) => {
    await api.get(Database).execute(`UPDATE users SET ${change} WHERE id = ?`, [rescue]);
    try {
      await work();
    } finally {
      await api.get(Database).execute(`UPDATE users SET ${undo} WHERE id = ?`, [rescue]);
    }
  };

  it('signs in locally with its own password, and the external side never hears of it', async () => {
    const client = api.client();
    expect(await signIn(GLASS, { client })).toMatchObject({
      status: 200,
      body: { authMode: 'local', user: { username: 'rescue', role: 'admin', authMode: 'local' } },
    });
    expect((await client.me()).status).toBe(200);
    expect((await client.refresh()).status).toBe(200);
    expect((await client.call('GET', '/api/admin/rollout')).status).toBe(200);
    expect(await loginCalls()).toBe(0);
  });

  it('does so in every stage, pinned to the other side, without the external side, and with the switch off', async () => {
    const rollout = api.get(RolloutService);
    const olga = { userId: null, name: 'olga' };
    await api.get(UserRepository).setPin(rescue, 'external', { by: 'olga' });
    await api.get(UserRepository).link(rescue, '00000000-0000-4000-8000-000000000001');
    const { version } = await rollout.current();
    await rollout.change({ stage: 'all', reason: 'test' }, version, olga);
    expect(await signIn(GLASS)).toMatchObject({ status: 200, body: { authMode: 'local' } });
    await standIn.control.setFaults({ outage: true });
    expect(await signIn(GLASS)).toMatchObject({ status: 200, body: { authMode: 'local' } });
    await api.restart({ USE_EXTERNAL_AUTH: 'false' });
    expect(await signIn(GLASS)).toMatchObject({ status: 200, body: { authMode: 'local' } });
    await api.restart({ USE_EXTERNAL_AUTH: 'true' });
  });

  it('is opened by nothing else: not the row’s own password, and not without one', async () => {
    expect(await signIn(LEGACY)).toMatchObject({ status: 401, code: 'invalid_credentials' });
    await whileRow('hashed_password = NULL', 'hashed_password = NULL', async () => {
      expect(await signIn(GLASS)).toMatchObject({ status: 200 });
    });
  });

  it.each([
    ['inactive', 'is_active = 0', 'is_active = 1'],
    ['no administrator any more', `role = 'user'`, `role = 'admin'`],
  ])('is refused like a wrong password while its row is %s', async (_what, change, undo) => {
    await whileRow(change, undo, async () => {
      const refusal = await signIn(GLASS);
      const wrong = await signIn('Another-Password-42');
      expect(refusal).toMatchObject({ status: 401, code: 'invalid_credentials' });
      expect(refusal.body['detail']).toBe(wrong.body['detail']);
      expect(await api.trail.entries()).toHaveLength(2);
      await expect(api.get(BreakGlassTest).run(await row(), GLASS, 'cli:test')).rejects.toThrow(/rescue is/);
    });
    expect(await signIn(GLASS)).toMatchObject({ status: 200 });
  });

  it('is none where the row has another name now: that person is somebody else', async () => {
    await whileRow(`username = 'margaret', external_user_id = NULL`, `username = 'rescue'`, async () => {
      expect(await row()).toMatchObject({ breakGlass: false });
      expect(await signIn(GLASS, { name: 'margaret' })).toMatchObject({ status: 401 });
      expect(await api.get(BreakGlassAccounts).list()).toMatchObject([
        { username: 'rescue', state: 'renamed' },
      ]);
    });
  });

  it('is on record, counted and in the log at each use, with how the provider did, and never with the password', async () => {
    const lines: unknown[] = [];
    for (const level of ['error', 'warn'] as const)
      jest
        .spyOn(Logger.prototype, level)
        .mockImplementation((...line: unknown[]) => void lines.push([level, ...line]));
    const before = [await count('breakGlassSignIns'), await count('breakGlassRefusals')];
    await standIn.control.setFaults({ outage: true });
    await signIn('anything', { name: 'nobody-else', address: '192.0.2.77' }); // stage all: it finds the provider down
    await api.trail.start();
    await signIn('Another-Password-42');
    await signIn(GLASS);
    jest.restoreAllMocks();

    const subject = `user:${rescue}`;
    expect(await api.trail.entries()).toEqual([
      {
        actor: 'anonymous',
        action: 'break_glass.sign_in',
        outcome: 'failure',
        code: 'invalid_credentials',
        subject,
        detail: null,
      },
      {
        actor: subject,
        action: 'sign_in',
        outcome: 'success',
        code: null,
        subject,
        detail: { authMode: 'local', sessionId: expect.any(String), breakGlass: true },
      },
      {
        actor: subject,
        action: 'break_glass.sign_in',
        outcome: 'success',
        code: null,
        subject,
        detail: { sessionId: expect.any(String), provider: 'down' },
      },
    ]);
    expect([await count('breakGlassSignIns'), await count('breakGlassRefusals')]).toEqual([
      (before[0] ?? 0) + 1,
      (before[1] ?? 0) + 1,
    ]);
    expect(lines).toContainEqual([
      'warn',
      expect.objectContaining({ userId: rescue }),
      expect.stringContaining('refused'),
    ]);
    expect(lines).toContainEqual([
      'error',
      expect.objectContaining({ userId: rescue }),
      expect.stringContaining('signed in'),
    ]);
    expect(JSON.stringify([lines, await api.trail.entries()])).not.toMatch(/Hammer|Another-Password/);
    const [listed] = await api.get(BreakGlassAccounts).list();
    expect(listed?.lastDrillAt).toBe(listed?.lastSignInAt);
    expect(listed?.lastDrillAt).toBeGreaterThan(Date.now() - 60_000);
  });

  it('does not sign in where that cannot be put on record', async () => {
    const database = api.get(Database);
    await database.execute('ALTER TABLE cutover_audit_log RENAME TO elsewhere');
    const answers = [await signIn(GLASS), await signIn('Another-Password-42')];
    await database.execute('ALTER TABLE elsewhere RENAME TO cutover_audit_log');
    expect(answers.map(({ code }) => code)).toEqual(['internal_error', 'invalid_credentials']);
  });

  it('changes by the command line only: no administrator’s bearer switches it off, pins it or ends its sessions', async () => {
    await api.addPerson({ username: 'olga', password: LEGACY, role: 'admin' });
    const olga = api.client();
    await olga.signIn('olga', LEGACY);
    const rescued = api.client();
    await signIn(GLASS, { client: rescued });
    const before = await row();
    const path = `/api/admin/users/${rescue}`;
    for (const body of [
      { active: false },
      { active: true },
      { pin: 'external' },
      { pin: null, active: false },
    ]) {
      const { status, code, text } = await olga.call('PATCH', path, { body });
      expect({ status, code }).toEqual({ status: 403, code: 'forbidden' });
      expect(text).toContain('cutover ');
    }
    expect(await olga.call('DELETE', `${path}/sessions`)).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await rescued.me()).status).toBe(200);
    expect(await row()).toMatchObject({ active: true, pin: before.pin });
    expect(
      await api.get(PeopleService).endSessions(rescue, { userId: null, name: 'cli:test' }),
    ).toBeGreaterThan(0);
  });

  it('is given, replaced and taken away by operators, on record, with effect at the next attempt', async () => {
    const accounts = api.get(BreakGlassAccounts);
    const other = 'Hammer-behind-the-door-8';
    const once = { password: other, replace: false };
    await expect(accounts.add(await row(), once, 'cli:test')).rejects.toThrow(/--replace/);
    await give(other);
    expect((await signIn(GLASS)).status).toBe(401);
    expect((await signIn(other)).status).toBe(200);
    await api.trail.start();
    await accounts.remove(await accounts.named('rescue'), 'cli:test');
    await expect(accounts.named('rescue')).rejects.toThrow(/no break-glass credentials/);
    expect((await signIn(other)).status).toBe(401);
    await give();
    await api.get(BreakGlassTest).run(await row(), GLASS, 'cli:test');
    await expect(api.get(BreakGlassTest).run(await row(), other, 'cli:test')).rejects.toThrow(/another one/);
    expect(
      (await api.trail.entries()).filter(({ action }) => action.startsWith('break_glass')),
    ).toMatchObject([
      { action: 'break_glass.removed', outcome: 'success', detail: { username: 'rescue' } },
      { action: 'break_glass.added', outcome: 'success', detail: { username: 'rescue', replaced: false } },
      { action: 'break_glass.tested', outcome: 'success' },
      { action: 'break_glass.tested', outcome: 'failure', code: 'invalid_credentials' },
    ]);
  });

  describe('its limit', () => {
    it('holds a network to a few failures a minute, a burst too', async () => {
      const burst = await Promise.all(Array.from({ length: 30 }, () => signIn('Another-Password-42')));
      const refused = burst.filter(({ code }) => code === 'invalid_credentials');
      expect(refused.length).toBeLessThanOrEqual(FAILURES);
      expect(refused.length).toBeGreaterThan(0);
      await fail(FAILURES - refused.length);
      const limited = await signIn(GLASS);
      expect(limited).toMatchObject({ status: 429, code: 'rate_limited' });
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    });

    it('lets the owner in from elsewhere while many networks flood the name', async () => {
      for (let index = 1; index <= 2 * FAILURES; index += 1) await fail(1, `198.51.100.${index}`);
      expect((await fail(FAILURES + 1, '2001:db8:0:1::1')).at(-1)).toBe('rate_limited');
      expect(await signIn(GLASS, { address: '203.0.113.7' })).toMatchObject({ status: 200 });
      expect(await signIn(GLASS, { address: '2001:db8:1::1' })).toMatchObject({ status: 200 });
    });

    it('lets the owner in on a known device in the midst of a flood, and from a network that is locked', async () => {
      const owner = api.client();
      await signIn(GLASS, { client: owner });
      owner.cookie = null;
      await fail(FAILURES);
      expect(await signIn(GLASS)).toMatchObject({ status: 429 });
      let flooding = true;
      const flood = Array.from({ length: 30 }, async (_, one) => {
        const codes = new Set<unknown>();
        for (let turn = 0; flooding; turn += 1)
          codes.add(
            (await signIn('Another-Password-42', { address: `10.${one}.${turn >> 8}.${turn & 255}` })).code,
          );
        return codes;
      });
      const answers = [];
      for (let time = 0; time < 3; time += 1) answers.push((await signIn(GLASS, { client: owner })).status);
      flooding = false;
      const codes = new Set((await Promise.all(flood)).flatMap((seen) => [...seen]));
      expect(answers).toEqual([200, 200, 200]);
      expect([...codes].sort()).toEqual(['invalid_credentials', 'service_busy']);
    });

    it('is not the ordinary one: a flood on other names from the owner’s network costs nothing', async () => {
      for (const name of ['ada', 'bob', 'eve', 'mallory']) await signIn('x', { name });
      expect(await signIn('x', { name: 'ada' })).toMatchObject({ status: 429 });
      expect(await signIn(GLASS)).toMatchObject({ status: 200 });
    });

    it('keeps a thief of the device cookie to as few guesses', async () => {
      const thief = api.client();
      await signIn(GLASS, { client: thief });
      await fail(FAILURES, '192.0.2.50', thief);
      expect(await signIn(GLASS, { client: thief })).toMatchObject({ status: 429 });
      expect(await signIn(GLASS)).toMatchObject({ status: 200 });
    });
  });
});
