import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { ResetCodes, UserRepository } from '@cutover/users';
import { TestApi } from './testing/test-api';

const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const NEW = 'Difference-Engine-1822';
const PER_ACCOUNT = 3;

describeOnEachEngine('a new password by a code', (engine) => {
  let api: TestApi;
  let id: number;

  beforeAll(async () => {
    api = await TestApi.start(await engine.createDatabase(), {
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: String(PER_ACCOUNT),
      RATE_LIMIT_SIGN_IN_PER_ADDRESS: '100',
    });
    id = await api.addPerson(ADA);
  });
  afterEach(() => api.get(Database).execute('DELETE FROM cutover_rate_limits'));
  afterAll(() => api.stop());

  const issue = async () => {
    const user = await api.get(UserRepository).findById(id);
    if (!user) throw new Error('ada is missing');
    return (await api.get(ResetCodes).issue(user, 'cli:olga')).code;
  };
  const reset = (username: string, code: string, newPassword = NEW) =>
    api.client().call('POST', '/api/auth/reset', { body: { username, code, newPassword } });

  it('is refused alike for a wrong code and an unknown name; whoever has the right one is not held up', async () => {
    const code = await issue();
    for (const username of ['ada', 'nobody']) {
      const codes: (string | null)[] = [];
      for (let time = 0; time <= PER_ACCOUNT; time += 1) codes.push((await reset(username, 'WRONG')).code);
      expect(codes).toEqual([...Array<string>(PER_ACCOUNT).fill('invalid_credentials'), 'rate_limited']);
    }
    const refused = await api
      .get(Database)
      .query(
        `SELECT subject, code FROM cutover_audit_log WHERE action = 'password.reset' AND outcome = 'failure' ORDER BY id`,
      );
    const each = (subject: string | null) =>
      Array<unknown>(PER_ACCOUNT).fill({ subject, code: 'invalid_credentials' });
    expect(refused).toEqual([...each(`user:${id}`), ...each(null)]);
    expect((await reset('nobody', code)).status).toBe(429);
    expect((await reset('ada', code)).status).toBe(204);
  });

  it('has at least 15 characters; a legacy one that is shorter goes on opening', async () => {
    await api.addPerson({ username: 'legacy', password: 'Wire-52' });
    expect((await api.client().signIn('legacy', 'Wire-52')).status).toBe(200);
    const code = await issue();
    for (const password of ['Wire-52', 'Glass-Hammer-1']) {
      const refused = await reset('ada', code, password);
      expect(refused).toMatchObject({ status: 400, code: 'validation_failed' });
      expect(JSON.stringify(refused.body)).toContain('at least 15 characters');
    }
    expect((await api.client().signIn('ada', NEW)).status).toBe(200);
    expect((await reset('ada', code, 'Glass-Hammer-14')).status).toBe(204);
    expect((await reset('ada', await issue())).status).toBe(204);
  });

  it.each([
    ['of a hundred characters', 'A sentence that nobody else has ever thought of; '.repeat(3).slice(0, 100)],
    ['of any letters', '非常時にはこの硝子を割ってください'],
  ])(
    '%s opens as it was chosen, and not in another case, with a blank more or without its end',
    async (_what, password) => {
      expect((await reset('ada', await issue(), password)).status).toBe(204);
      expect((await api.client().signIn('ada', password)).status).toBe(200);
      const others = [`${password} `, ` ${password}`, password.slice(0, -1), `${password.slice(0, -1)}x`];
      if (password.toUpperCase() !== password) others.push(password.toUpperCase(), password.slice(0, 72));
      for (const other of others) {
        expect((await api.client().signIn('ada', other)).code).toBe('invalid_credentials');
        await api.get(Database).execute('DELETE FROM cutover_rate_limits');
      }
      expect((await reset('ada', await issue())).status).toBe(204);
    },
  );

  it('is the first of a person who was added without one: nobody else ever knew it', async () => {
    const newcomer = await api.addPerson({ username: 'newcomer', password: null });
    const user = await api.get(UserRepository).findById(newcomer);
    if (!user) throw new Error('newcomer is missing');
    const { code } = await api.get(ResetCodes).issue(user, 'cli:olga');
    expect((await api.client().signIn('newcomer', code)).code).toBe('invalid_credentials');
    expect((await reset('newcomer', code)).status).toBe(204);
    expect((await api.client().signIn('newcomer', NEW)).status).toBe(200);
  });

  it('keeps the code where the rules refuse the password, then ends every session', async () => {
    const code = await issue();
    const refused = await reset('ada', code, 'Butterfly-Butterfly');
    expect(refused).toMatchObject({ status: 400, code: 'validation_failed' });
    expect(refused.text).toContain('anybody would guess');
    const before = [api.client(), api.client()];
    for (const client of before) expect((await client.signIn('ada', NEW)).status).toBe(200);
    expect((await reset('ADA', code, `${NEW}-again`)).status).toBe(204);
    for (const client of before) {
      expect((await client.me()).status).toBe(401);
      expect((await client.refresh()).status).toBe(401);
    }
    expect((await api.client().signIn('ada', NEW)).status).toBe(401);
    expect((await api.client().signIn('ada', `${NEW}-again`)).status).toBe(200);
    expect((await reset('ada', code)).code).toBe('invalid_credentials');
  });
});
