import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationModule, loadSettings } from '@cutover/config';
import { Database, DatabaseModule } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { AuditModule, MetricsModule } from '@cutover/operations';
import { RollbackPlanner, RolloutService } from '@cutover/rollout';
import { LeaverSessions, SessionService, SessionsModule } from '@cutover/sessions';
import {
  checkedCredential,
  LocalPasswords,
  PlanApplication,
  ResetCodes,
  RunUndo,
  SyncPlanner,
  UserRepository,
  UsersModule,
  UserSyncModule,
} from '@cutover/users';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Client } from './testing/client';
import { eventually } from './testing/eventually';
import { TestApi } from './testing/test-api';

/** Another password here than the external side has. */
const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const BOB = { username: 'bob', password: 'Boolean-Algebra-1854' };
const ADA_THERE = 'Bernoulli-Numbers-1842';
const SECRETS = {
  LOCAL_JWT_SECRET: 'x'.repeat(32),
  TOKEN_ENCRYPTION_KEYS: `k:${Buffer.alloc(32, 'k').toString('base64')}`,
  AUDIT_KEYS: `a:${Buffer.alloc(32, 'a').toString('base64')}`,
};
const REFUSED = { status: 401, code: 'invalid_credentials' };

type Learned = 'enabled' | 'disabled' | 'missing';

describeOnEachEngine('somebody who has left', (engine) => {
  let standIn: StandInProcess;
  let database: TestDatabase;
  let api: TestApi;
  /** The operator's process: it shares nothing with the API but the database. */
  let operator: INestApplicationContext;
  let folder: string;
  let ada: number;
  let bob: number;
  let runs: string[] = [];
  /** By name, as the directory has them. */
  const objectIds = new Map<string, string | null>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cutover-leavers-'));
    standIn = await startStandIn();
    database = await engine.createDatabase();
    const environment = standIn.settings({ EXTERNAL_AUTH_FALLBACK: 'local' });
    api = await TestApi.start(database, { ...environment, ...SECRETS });
    ada = await api.addPerson(ADA);
    bob = await api.addPerson(BOB);
    await standIn.control.putPeople({ username: 'ada', password: ADA_THERE, name: 'Ada Lovelace' });
    await standIn.control.putPeople({ ...BOB, name: 'George Boole' });
    operator = await NestFactory.createApplicationContext(
      {
        module: class {},
        imports: [
          ConfigurationModule.forRoot(
            loadSettings({ ...environment, ...SECRETS, DATABASE_URL: database.url }),
          ),
          DatabaseModule.forRoot(),
          MetricsModule,
          AuditModule,
          UsersModule,
          UserSyncModule,
          SessionsModule,
        ],
      },
      { logger: false },
    );
    await decide('all');
    await signedIn('ada', ADA_THERE); // which links them
    await signedIn('bob', BOB.password);
    for (const { username, externalUserId } of [await person(), await person(bob)])
      objectIds.set(username, externalUserId);
  });
  beforeEach(() => decide('all'));
  afterEach(async () => {
    for (const run of runs.reverse()) await undo(run);
    runs = [];
    await standIn.control.resetFaults();
    await standIn.control.resetCounts();
  });
  afterAll(async () => {
    await operator.close();
    await api.stop();
    await standIn.stop();
    rmSync(folder, { recursive: true });
  });

  async function decide(stage: 'all' | 'off') {
    const rollout = api.get(RolloutService);
    const { version } = await rollout.current();
    await rollout.change({ stage, reason: 'a test' }, version, { userId: null, name: 'a test' });
  }
  const signIn = (password: string) => api.client().signIn('ada', password);
  async function signedIn(username: string, password: string): Promise<Client> {
    const client = api.client();
    expect(await client.signIn(username, password)).toMatchObject({ status: 200 });
    return client;
  }
  async function signedInLocally(): Promise<Client> {
    await decide('off');
    const client = await signedIn('ada', ADA.password);
    await decide('all');
    return client;
  }
  const person = async (id = ada) => {
    const user = await api.get(UserRepository).findById(id);
    if (!user) throw new Error('no row');
    return user;
  };
  const logins = async () => (await standIn.control.state()).calls.login;

  /** What the whole directory says of ada, in a plan that is applied as an operator would; sessions are another step. */
  async function learn(learned: Learned): Promise<string> {
    const lines = [[await person(), learned] as const, [await person(bob), 'enabled'] as const].flatMap(
      ([{ username }, state]) =>
        state === 'missing'
          ? []
          : [
              `${username}@contoso.example,,${username}@contoso.example,${objectIds.get(username)},Member,${state === 'enabled' ? 'True' : 'False'}`,
            ],
    );
    const from = join(folder, 'users.csv');
    const plan = join(folder, 'plan.jsonl');
    writeFileSync(
      from,
      ['userPrincipalName,displayName,mail,id,userType,accountEnabled', ...lines, ''].join('\n'),
    );
    await operator.get(SyncPlanner).plan({
      from,
      plan,
      complete: true,
      acceptFewer: learned === 'missing' ? 1 : null,
      acceptEmailMatches: false,
      acceptNameMatches: false,
      usernameDomain: null,
      verifiedDomains: [],
      linkAdmins: [],
    });
    const { run } = await operator
      .get(PlanApplication)
      .apply({ plan, by: 'cli:olga', dryRun: false, acceptLeavers: null, acceptNoAdmin: false });
    runs.push(run ?? '');
    return run ?? '';
  }
  const undo = (run: string) =>
    operator.get(RunUndo).undo({ run, userId: null, by: 'cli:olga', dryRun: false });
  const ends = () =>
    api
      .get(Database)
      .query<{ reason: string | null }>(
        `SELECT end_reason AS reason FROM cutover_sessions WHERE user_id = ? ORDER BY created_at DESC`,
        [ada],
      );

  it.each<Learned>(['disabled', 'missing'])(
    'is refused on both sides once a sync learns it (%s), and signed out in every process within 5 s',
    async (learned) => {
      const [bearer, refresher] = [await signedIn('ada', ADA_THERE), await signedIn('ada', ADA_THERE)];
      expect((await bearer.me()).status).toBe(200);
      expect(await signIn(ADA.password)).toMatchObject(REFUSED);
      const run = await learn(learned); // and the operator's process dies before it ends a session

      expect(await refresher.refresh()).toMatchObject({ status: 401, code: 'session_expired' });
      await eventually(
        () => bearer.me(),
        ({ code }) => code === 'session_expired',
      );
      expect((await ends()).slice(0, 2)).toEqual([{ reason: 'left' }, { reason: 'left' }]);
      const before = await logins();
      for (const password of [ADA.password, ADA_THERE]) expect(await signIn(password)).toMatchObject(REFUSED);
      await standIn.control.setFaults({ outage: true });
      expect(await signIn(ADA.password)).toMatchObject(REFUSED);
      expect(await logins()).toBe(before);
      await decide('off');
      expect(await signIn(ADA.password)).toMatchObject(REFUSED);
      const { keptOut, lockedOut } = await api.get(RollbackPlanner).plan('keep');
      expect(keptOut).toMatchObject({ count: 1, first: [{ id: ada, username: 'ada', source: 'sync' }] });
      expect(lockedOut.count).toBe(0);

      await standIn.control.resetFaults();
      await undo(run);
      await signedIn('ada', ADA.password);
      await decide('all');
      await signedIn('ada', ADA_THERE);
    },
  );

  it('has every session ended on record, also by whoever runs a broken-off sync again', async () => {
    await signedIn('ada', ADA_THERE);
    const live = await signedIn('bob', BOB.password);
    await learn('disabled');
    expect(await operator.get(LeaverSessions).endAll('cli:olga')).toBeGreaterThan(0);
    expect(await operator.get(LeaverSessions).endAll('cli:olga')).toBe(0);
    expect((await ends())[0]).toEqual({ reason: 'left' });
    const entries = await api
      .get(Database)
      .query(
        `SELECT actor FROM cutover_audit_log WHERE action = 'session.ended' AND code = 'left' AND actor = 'cli:olga'`,
      );
    expect(entries).not.toEqual([]);
    expect((await live.me()).status).toBe(200);
  });

  it.each([
    ['looked at by the API alone', false],
    ['ended by the operator’s process', true],
  ])('whose link is taken back is signed out of what it opened (%s)', async (_what, byOperator) => {
    await api.get(Database).execute(`UPDATE users SET external_user_id = NULL WHERE id = ?`, [ada]);
    const run = await learn('enabled');
    const local = await signedInLocally();
    const [bearer, refresher] = [await signedIn('ada', ADA_THERE), await signedIn('ada', ADA_THERE)];
    const others = await signedIn('bob', BOB.password);
    expect((await bearer.me()).status).toBe(200);
    await undo(run);
    expect((await person()).externalUserId).toBeNull();
    if (byOperator) expect(await operator.get(LeaverSessions).endAll('cli:olga')).toBeGreaterThan(1);

    expect(await refresher.refresh()).toMatchObject({ status: 401, code: 'session_expired' });
    await eventually(
      () => bearer.me(),
      ({ code }) => code === 'session_expired',
    );
    expect((await ends()).slice(0, 2)).toEqual([{ reason: 'revoked' }, { reason: 'revoked' }]);
    expect(await operator.get(LeaverSessions).endAll('cli:olga')).toBe(0);
    for (const client of [local, others]) expect((await client.me()).status).toBe(200);
    await signedIn('ada', ADA_THERE); // which links her again
  });

  it('gets in all the same with a pin to local, and is no leaver who was never linked', async () => {
    await learn('disabled');
    await api.get(UserRepository).setPin(ada, 'local', { by: 'a test' });
    expect((await signIn(ADA.password)).body).toMatchObject({ authMode: 'local' });
    await api.get(UserRepository).setPin(ada, null, { by: 'a test' });
    expect(await signIn(ADA.password)).toMatchObject(REFUSED);
  });

  it('starts no session whose password was right a moment ago, and gets no new one by a code', async () => {
    const user = await person();
    const code = await api.get(ResetCodes).issue(user, 'cli:olga');
    await learn('missing');
    const device = { userAgent: null, address: null };
    const credential = checkedCredential('password', (await api.get(LocalPasswords).of(user.id)) ?? '');
    const start = api.get(SessionService).start({ user, authMode: 'local', credential }, device);
    await expect(start).rejects.toMatchObject({ code: 'invalid_credentials' });
    const body = { username: 'ada', code: code.code, newPassword: 'Another-Password-42' };
    expect(await api.client().call('POST', '/api/auth/reset', { body })).toMatchObject(REFUSED);
    expect(await api.get(ResetCodes).redeem(user, code.code, 'a hash')).toBe(false);
  });

  it('is asked for again on the external side where that said so itself, and refused on the local one until then', async () => {
    const client = await signedIn('ada', ADA_THERE);
    await standIn.control.setFaults({ refusals: { ada: 50057 } });
    expect(await signIn(ADA_THERE)).toMatchObject({ code: 'account_disabled' });
    expect(await client.me()).toMatchObject({ code: 'session_expired' });
    await decide('off');
    expect(await signIn(ADA.password)).toMatchObject(REFUSED);
    expect((await api.get(RollbackPlanner).plan('keep')).keptOut).toMatchObject({
      first: [{ id: ada, reason: 'account_disabled', source: 'refusal', since: expect.any(Number) }],
    });
    await decide('all');
    await standIn.control.resetFaults();
    await signedIn('ada', ADA_THERE);
    await decide('off');
    await signedIn('ada', ADA.password);
  });

  it('is not let in because the external side refuses them for another reason later', async () => {
    await signedIn('ada', ADA_THERE);
    for (const aadsts of [50057, 50053]) {
      await standIn.control.setFaults({ refusals: { ada: aadsts } });
      expect((await signIn(ADA_THERE)).status).toBe(401);
    }
    await decide('off');
    expect(await signIn(ADA.password)).toMatchObject(REFUSED);
    await decide('all');
    await standIn.control.resetFaults();
    await signedIn('ada', ADA_THERE);
  });

  it('is kept out by a refusal that came after a sync had found the account enabled again', async () => {
    await signedIn('ada', ADA_THERE);
    await standIn.control.setFaults({ refusals: { ada: 50057 } });
    await signIn(ADA_THERE);
    // The refusal was long ago, and a sync after it took it back.
    await api
      .get(Database)
      .execute(`UPDATE cutover_user_state SET last_external_refusal_at = 1 WHERE user_id = ?`, [ada]);
    await learn('enabled');
    expect((await person()).departure).toBeNull();
    expect(await signIn(ADA_THERE)).toMatchObject({ code: 'account_disabled' });
    await decide('off');
    expect(await signIn(ADA.password)).toMatchObject(REFUSED);
    await decide('all');
    await standIn.control.resetFaults();
    await signedIn('ada', ADA_THERE);
  });
});
