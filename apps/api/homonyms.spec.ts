import { Database } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInPerson, type StandInProcess } from '@cutover/external-auth/testing';
import { RolloutService } from '@cutover/rollout';
import { UserRepository } from '@cutover/users';
import { TestApi } from './testing/test-api';

const JANE_PASSWORD = 'Harbour-Lantern-58';
const JOHN_PASSWORD = 'Anchor-Chain-Locker-61';

/** Two people with one name: whose account it is over there says nothing about whose row it is here. */
describeOnEachEngine('homonyms', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;
  let serial = 0;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), standIn.settings());
    await decide('all');
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  async function decide(stage: 'all' | 'shadow') {
    const rollout = api.get(RolloutService);
    const { version } = await rollout.current();
    await rollout.change({ stage, reason: 'a test' }, version, { userId: null, name: 'a test' });
  }

  /** Jane's account over there, John's row here; both go by a name that no other case uses. */
  async function homonyms(
    jane: Partial<StandInPerson> | ((name: string) => Partial<StandInPerson>),
    john: { email: string | null } | ((name: string) => { username?: string; email: string | null }),
  ) {
    const name = `jsmith${++serial}-${engine.name}`;
    const account = typeof jane === 'function' ? jane(name) : jane;
    await standIn.control.putPeople({
      username: name,
      password: JANE_PASSWORD,
      name: 'Jane Smith',
      ...account,
    });
    const row = typeof john === 'function' ? john(name) : john;
    const id = await api.addPerson({ username: name, password: JOHN_PASSWORD, ...row });
    return { name, id };
  }

  const rowOf = (id: number) => api.get(UserRepository).findById(id);

  async function proofOf(id: number): Promise<unknown> {
    const [entry] = await api
      .get(Database)
      .query<{ detail: string }>(
        `SELECT detail FROM cutover_audit_log WHERE action = 'user.linked' AND subject = ?`,
        [`user:${id}`],
      );
    return entry && (JSON.parse(entry.detail) as { by: unknown }).by;
  }

  it.each([
    ['the row has no e-mail', {}, { email: null }],
    ['the answer has none', { email: null }, { email: 'john@home.example' }],
    ['neither side has one', { email: null }, { email: null }],
  ])('do not open each other’s rows where %s', async (_case, jane, john) => {
    const { name, id } = await homonyms(jane, john);
    const before = await rowOf(id);
    const answer = await api.client().signIn(name, JANE_PASSWORD);
    expect(answer.status).not.toBe(200);
    expect(await rowOf(id)).toEqual(before);
  });

  it('do not open each other’s rows from a subsidiary’s domain', async () => {
    const { name, id } = await homonyms(
      (own) => ({ userPrincipalName: `${own}@subsidiary.example`, email: `${own}@subsidiary.example` }),
      { email: null },
    );
    expect((await api.client().signIn(name, JANE_PASSWORD)).status).not.toBe(200);
    expect(await rowOf(id)).toMatchObject({ externalUserId: null });
  });

  it('are told apart by the signed e-mail and not by what the answer says beside it', async () => {
    const { name, id } = await homonyms(
      { email: 'jane@contoso.example', unsignedEmail: 'john@contoso.example' },
      { email: 'john@contoso.example' },
    );
    expect(await api.client().signIn(name, JANE_PASSWORD)).toMatchObject({
      status: 409,
      code: 'account_conflict',
    });
    expect(await rowOf(id)).toMatchObject({ externalUserId: null, azureEmail: null, displayName: null });
  });

  it('are no homonyms where the signed e-mail is the row’s, whatever the answer says beside it', async () => {
    const { name, id } = await homonyms(
      (own) => ({ email: `${own}@contoso.example`, unsignedEmail: 'somebody@else.example' }),
      (own) => ({ email: `${own.toUpperCase()}@contoso.example` }),
    );
    expect(await api.client().signIn(name, JANE_PASSWORD)).toMatchObject({ status: 200 });
    expect(await proofOf(id)).toBe('email');
  });

  it('are no homonyms where the username is the whole user principal name', async () => {
    const { name, id } = await homonyms({}, (own) => ({ username: `${own}@contoso.example`, email: null }));
    expect(await api.client().signIn(`${name}@contoso.example`, JANE_PASSWORD)).toMatchObject({
      status: 200,
    });
    expect(await proofOf(id)).toBe('username_upn');
  });
});
