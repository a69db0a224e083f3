import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { UserRepository } from '@cutover/users';
import type { Client } from './testing/client';
import { TestApi } from './testing/test-api';

const PRESENT = 'Analytical-Engine-1843';
const NEW = 'Difference-Engine-1822';

describeOnEachEngine('a person who changes their password', (engine) => {
  let api: TestApi;
  let serial = 0;

  beforeAll(async () => {
    api = await TestApi.start(await engine.createDatabase(), { RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '5' });
  });
  afterAll(() => api.stop());

  /** Somebody new, whom no limit knows. */
  async function person(): Promise<{ id: number; username: string; client: Client }> {
    const username = `ada-${++serial}`;
    const id = await api.addPerson({ username, password: PRESENT });
    const client = api.client();
    expect((await client.signIn(username, PRESENT)).status).toBe(200);
    return { id, username, client };
  }
  const change = (client: Client, password: string, newPassword: string, headers = {}) =>
    client.call('POST', '/api/auth/password', { body: { password, newPassword }, headers });
  const signIn = (username: string, password: string) => api.client().signIn(username, password);
  const recorded = (id: number) =>
    api
      .get(Database)
      .query(
        `SELECT outcome, code FROM cutover_audit_log WHERE action = 'password.changed' AND subject = ? ORDER BY id`,
        [`user:${id}`],
      );

  it('stays signed in here, is signed out everywhere else, and the old one opens nothing', async () => {
    const { id, username, client } = await person();
    const elsewhere = api.client();
    await elsewhere.signIn(username, PRESENT);

    expect((await change(client, PRESENT, NEW)).status).toBe(204);
    expect((await client.me()).status).toBe(200);
    expect((await client.refresh()).status).toBe(200);
    expect((await elsewhere.me()).code).toBe('session_expired');
    expect((await elsewhere.refresh()).code).toBe('session_expired');
    expect((await signIn(username, PRESENT)).code).toBe('invalid_credentials');
    expect((await signIn(username, NEW)).status).toBe(200);
    expect(await recorded(id)).toEqual([{ outcome: 'success', code: null }]);
  });

  it('has to know the present one; wrong ones count like those at sign-in', async () => {
    const { id, username, client } = await person();
    client.deviceCookie = null;
    for (let wrong = 0; wrong < 5; wrong++)
      expect((await change(client, `Wrong-Password-${wrong}-58`, NEW)).code).toBe('invalid_credentials');
    expect((await change(client, PRESENT, NEW)).code).toBe('rate_limited');
    expect((await signIn(username, PRESENT)).code).toBe('rate_limited');
    expect((await client.me()).status).toBe(200);
    expect(await recorded(id)).toContainEqual({ outcome: 'failure', code: 'invalid_credentials' });
  });

  it.each([
    ['is short', 'short'],
    ['is one of the first to be guessed', 'passwordpassword'],
    ['is the present one', PRESENT],
    ['has a NUL', 'Difference\0Engine-1822'],
  ])('chooses another one where it %s; nothing ends', async (_why, newPassword) => {
    const { username, client } = await person();
    expect((await change(client, PRESENT, newPassword)).code).toBe('validation_failed');
    expect((await client.me()).status).toBe(200);
    expect((await signIn(username, PRESENT)).status).toBe(200);
  });

  it('takes an outstanding reset code with it, and leaves this browser known', async () => {
    const { id, username, client } = await person();
    const user = await api.get(UserRepository).findById(id);
    const database = api.get(Database);
    await database.execute(
      `INSERT INTO cutover_reset_codes (user_id, code_hash, issued_by, issued_at, expires_at) VALUES (?, 'x', 'a test', 1, ?)`,
      [user?.id, Date.now() + 60_000],
    );
    const before = client.deviceCookie;
    expect((await change(client, PRESENT, NEW)).status).toBe(204);
    expect(await database.query('SELECT user_id FROM cutover_reset_codes WHERE user_id = ?', [id])).toEqual(
      [],
    );
    expect(client.deviceCookie).not.toBe(before);
    const stranger = api.client();
    for (let wrong = 0; wrong < 5; wrong++) await stranger.signIn(username, 'Wrong-Password-58-Wrong');
    expect((await signIn(username, NEW)).code).toBe('rate_limited');
    expect((await client.signIn(username, NEW)).status).toBe(200);
  });

  it('wins or loses against another change, whole', async () => {
    const { username, client } = await person();
    const other = api.client();
    await other.signIn(username, PRESENT);
    const answers = await Promise.all([change(client, PRESENT, NEW), change(other, PRESENT, `${NEW}-b`)]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    const opened = await Promise.all([signIn(username, NEW), signIn(username, `${NEW}-b`)]);
    expect(opened.map(({ status }) => status)).toEqual(
      answers.map(({ status }) => (status === 204 ? 200 : 401)),
    );
  });

  it('asks from this site, signed in, and with nothing else in the body', async () => {
    const { client } = await person();
    const foreign = { origin: 'https://evil.example' };
    expect((await change(client, PRESENT, NEW, foreign)).code).toBe('forbidden');
    expect((await change(api.client(), PRESENT, NEW)).code).toBe('not_authenticated');
    const more = { password: PRESENT, newPassword: NEW, username: 'olga' };
    expect((await client.call('POST', '/api/auth/password', { body: more })).code).toBe('validation_failed');
  });
});
