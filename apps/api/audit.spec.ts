import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { UserRepository } from '@cutover/users';
import { Clock } from './testing/clock';
import type { Client } from './testing/client';
import { TestApi } from './testing/test-api';

const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const OLGA = { username: 'olga', password: 'Keep-The-Keys-2026', role: 'admin' as const };
const GRACE_PASSWORD = 'Nanosecond-Wire-1952';
const STRANGER = { username: 'stranger', password: 'First-Meeting-2026', name: 'A Stranger' };

const clock = new Clock();
afterEach(() => {
  clock.restore();
});

describeOnEachEngine('what is kept of', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;
  let [ada, grace, olga] = ['', '', ''];

  beforeAll(async () => {
    standIn = await startStandIn();
    await standIn.control.putPeople(STRANGER);
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings(),
      EXTERNAL_AUTH_PROVISION: 'true',
    });
    const graceId = await api.addPerson({ username: 'grace', password: null });
    [ada, grace, olga] = [await api.addPerson(ADA), graceId, await api.addPerson(OLGA)].map(
      (id) => `user:${id}`,
    ) as [string, string, string];
    await api.get(UserRepository).setPin(graceId, 'external', { by: 'a test' });
  });
  afterEach(async () => {
    await standIn.control.resetFaults();
    await api.trail.start();
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  const idOf = (subject: string) => subject.split(':')[1] ?? '';
  const signedIn = async (username: string, password: string) => {
    const client = api.client();
    expect(await client.signIn(username, password)).toMatchObject({ status: 200 });
    return client;
  };
  const sessionOf = async (client: Client) => {
    const { body } = await client.call('GET', '/api/auth/sessions');
    const current = (body['items'] as { id: string; current: boolean }[]).find((item) => item.current);
    return `session:${current?.id}`;
  };
  /** The trail since the last look, each entry with what its action is about. */
  const trail = async () => {
    const entries = await api.trail.entries();
    await api.trail.start();
    return entries;
  };
  const refusal = (subject: string | null, code: string) => ({
    action: 'sign_in',
    actor: 'anonymous',
    subject,
    outcome: 'failure',
    code,
    detail: null,
  });
  const end = (session: string, code: string, actor: string, owner = ada) => ({
    action: 'session.ended',
    actor,
    subject: session,
    outcome: 'success',
    code,
    detail: { userId: Number(idOf(owner)) },
  });

  it('a sign-in, with the request that made it', async () => {
    const client = api.client();
    const answer = await client.signIn(ADA.username, ADA.password);
    const request = answer.headers.get('x-request-id');
    const rows = await api
      .get(Database)
      .query('SELECT * FROM cutover_audit_log WHERE request_id = ?', [request]);
    expect(rows).toMatchObject([
      {
        action: 'sign_in',
        actor: ada,
        subject: ada,
        outcome: 'success',
        code: null,
        address: '127.0.0.1',
      },
    ]);
    expect(await sessionOf(client)).toMatch(/^session:/);
  });

  it('refusals: of whom, by which code, and never the name that was typed', async () => {
    await api.client().signIn('ada', 'wrong');
    await api.client().signIn('My-Password-In-The-Wrong-Field', 'wrong');
    await standIn.control.setFaults({ refusals: { grace: 50076 } });
    await api.client().signIn('grace', GRACE_PASSWORD);
    const rows = await trail();
    expect(rows).toEqual([
      refusal(ada, 'invalid_credentials'),
      refusal(null, 'invalid_credentials'),
      // What Microsoft's support asks for is kept with it.
      {
        ...refusal(grace, 'mfa_required'),
        detail: { aadsts: 50076, correlationId: expect.any(String), traceId: expect.any(String) },
      },
    ]);
  });

  it('no fault and no malformed request: they say nothing of a person', async () => {
    await standIn.control.setFaults({ outage: true });
    await api.client().signIn('grace', GRACE_PASSWORD);
    await api.client().signIn('', '');
    expect(await trail()).toEqual([]);
  });

  it('a first meeting: who was linked to what', async () => {
    await signedIn('grace', GRACE_PASSWORD);
    await signedIn('grace', GRACE_PASSWORD);
    const linked = { action: 'user.linked', actor: grace, subject: grace, outcome: 'success' };
    const signIn = { action: 'sign_in', subject: grace };
    expect(await trail()).toMatchObject([
      { ...linked, detail: { objectId: expect.any(String) } },
      { ...signIn, detail: { authMode: 'external', sessionId: expect.any(String) } },
      signIn,
    ]);
  });

  it('every end of a session, with its reason and whose wish it was', async () => {
    const out = await signedIn(ADA.username, ADA.password);
    const listed = await signedIn(ADA.username, ADA.password);
    const everywhere = await signedIn(ADA.username, ADA.password);
    const sessions = [await sessionOf(out), await sessionOf(listed), await sessionOf(everywhere)] as const;
    await trail();
    await out.signOut();
    await out.signOut();
    await everywhere.call('DELETE', `/api/auth/sessions/${idOf(sessions[1])}`);
    await everywhere.call('DELETE', '/api/auth/sessions');
    expect(await trail()).toEqual(
      expect.arrayContaining([
        end(sessions[0], 'signed_out', ada),
        end(sessions[1], 'ended_by_owner', ada),
        end(sessions[2], 'ended_by_owner', ada),
      ]),
    );
  });

  it('a replay above all', async () => {
    const client = await signedIn(ADA.username, ADA.password);
    const session = await sessionOf(client);
    const thief = client.copy();
    for (const _ of [1, 2]) await client.refresh();
    clock.advance({ seconds: 11 });
    await trail();
    expect(await thief.refresh()).toMatchObject({ code: 'session_reused' });
    expect(await thief.refresh()).toMatchObject({ code: 'not_authenticated' });
    expect(await trail()).toEqual([end(session, 'reused', 'cutover')]);
  });

  it('an end that nobody wished', async () => {
    const idle = await signedIn(ADA.username, ADA.password);
    const session = await sessionOf(idle);
    await trail();
    clock.advance({ minutes: 31 });
    expect((await idle.refresh()).code).toBe('session_expired');
    expect(await trail()).toEqual([end(session, 'idle_timeout', 'cutover')]);
  });

  it('what the external side’s word ends: every session of a person whom it calls disabled', async () => {
    const clients = [await signedIn('grace', GRACE_PASSWORD), await signedIn('grace', GRACE_PASSWORD)];
    const sessions = await Promise.all(clients.map(sessionOf));
    await trail();
    await standIn.control.setFaults({ refusals: { grace: 50057 } });
    expect(await api.client().signIn('grace', GRACE_PASSWORD)).toMatchObject({ code: 'account_disabled' });
    const rows = await trail();
    expect(
      rows.filter(({ code, action }) => action === 'session.ended' && code === 'account_disabled'),
    ).toEqual(
      expect.arrayContaining(sessions.map((session) => end(session, 'account_disabled', 'cutover', grace))),
    );
    for (const client of clients) expect(await client.me()).toMatchObject({ code: 'session_expired' });
  });

  it('but not of a namesake who is not linked', async () => {
    const client = await signedIn(ADA.username, ADA.password);
    await api.get(UserRepository).setPin(Number(idOf(ada)), 'external', { by: 'a test' });
    await standIn.control.setFaults({ refusals: { ada: 50057 } });
    expect(await api.client().signIn('ada', ADA.password)).toMatchObject({ code: 'account_disabled' });
    expect(await client.me()).toMatchObject({ status: 200 });
    await api.get(UserRepository).setPin(Number(idOf(ada)), null, { by: 'a test' });
  });

  it('the acts of an administrator, by their id', async () => {
    const admin = await signedIn(OLGA.username, OLGA.password);
    const client = await signedIn(ADA.username, ADA.password);
    const session = await sessionOf(client);
    await trail();
    const path = `/api/admin/users/${idOf(ada)}`;
    await admin.call('DELETE', `${path}/sessions`);
    for (const body of [
      { pin: 'external' },
      { pin: null },
      { active: false },
      { active: false },
      { active: true },
    ])
      expect((await admin.call('PATCH', path, { body })).status).toBe(200);
    const rows = await trail();
    const act = { actor: olga, subject: ada, outcome: 'success', code: null };
    expect(rows).toContainEqual(end(session, 'revoked', olga));
    expect(rows.filter(({ action }) => action !== 'session.ended')).toEqual([
      { ...act, action: 'user.pinned', detail: { from: null, to: 'external' } },
      { ...act, action: 'user.pinned', detail: { from: 'external', to: null } },
      { ...act, action: 'user.deactivated', detail: null },
      { ...act, action: 'user.activated', detail: null },
    ]);
  });

  it('it, for administrators to read: the newest first, in pages', async () => {
    clock.advance({ minutes: 60 }); // behind what others here did in a time to come
    const [admin, client] = [
      await signedIn(OLGA.username, OLGA.password),
      await signedIn(ADA.username, ADA.password),
    ];
    const first = await admin.call('GET', '/api/admin/audit?limit=1');
    expect(first).toMatchObject({
      status: 200,
      body: {
        items: [
          {
            id: expect.any(Number),
            at: expect.stringMatching(/Z$/),
            actor: ada,
            action: 'sign_in',
            subject: ada,
            outcome: 'success',
            code: null,
            address: '127.0.0.1',
            requestId: expect.any(String),
            detail: { authMode: 'local', sessionId: expect.any(String) },
          },
        ],
        nextCursor: expect.any(String),
      },
    });
    const next = await admin.call(
      'GET',
      `/api/admin/audit?limit=1&cursor=${first.body['nextCursor'] as string}`,
    );
    expect(next.body).toMatchObject({ items: [{ actor: olga, action: 'sign_in' }] });
    const all = await admin.call('GET', '/api/admin/audit?limit=200');
    expect(all.body).toMatchObject({ nextCursor: null });
    expect(await admin.call('GET', '/api/admin/audit?cursor=x')).toMatchObject({ code: 'validation_failed' });
    expect(await client.call('GET', '/api/admin/audit')).toMatchObject({ code: 'forbidden' });
    expect(await api.client().call('GET', '/api/admin/audit')).toMatchObject({ code: 'not_authenticated' });
    await admin.signOut();
  });

  it('a decision about the rollout, and none that came too late', async () => {
    const admin = await signedIn(OLGA.username, OLGA.password);
    await trail();
    const decide = (version: number) =>
      admin.call('PUT', '/api/admin/rollout', {
        body: { stage: 'all', reason: 'everybody is ready' },
        headers: { 'if-match': `"${version}"` },
      });
    expect((await Promise.all([decide(0), decide(0)])).map(({ status }) => status).sort()).toEqual([
      200, 412,
    ]);
    expect(await trail()).toEqual([
      {
        action: 'rollout.changed',
        actor: olga,
        subject: 'rollout',
        outcome: 'success',
        code: null,
        detail: {
          version: 1,
          stage: 'all',
          percent: 0,
          testUsers: 0,
          reason: 'everybody is ready',
          hold: null,
        },
      },
    ]);
  });

  it('an account that was made for a stranger', async () => {
    const { body } = await (await signedIn(STRANGER.username, STRANGER.password)).me();
    const stranger = `user:${body['id'] as number}`;
    expect(await trail()).toMatchObject([
      {
        action: 'user.provisioned',
        actor: stranger,
        subject: stranger,
        detail: { objectId: expect.any(String) },
      },
      { action: 'sign_in', actor: stranger, subject: stranger },
    ]);
  });

  it('nothing that cannot be kept: a sign-in stands or falls with its entry, a refusal does not', async () => {
    const database = api.get(Database);
    await database.execute('ALTER TABLE cutover_audit_log RENAME TO elsewhere');
    const answers = [
      await api.client().signIn(ADA.username, 'wrong'),
      await api.client().signIn(OLGA.username, OLGA.password),
    ];
    await database.execute('ALTER TABLE elsewhere RENAME TO cutover_audit_log');
    expect(answers.map(({ code }) => code)).toEqual(['invalid_credentials', 'internal_error']);
    expect(
      await database.query('SELECT 1 FROM cutover_sessions WHERE user_id = ? AND ended_at IS NULL', [
        Number(idOf(olga)),
      ]),
    ).toHaveLength(2);
  });
});
