import { randomUUID } from 'node:crypto';
import { ConfigurationModule, loadSettings } from '@cutover/config';
import { Database, DatabaseModule, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { AuditModule, AuditTrail, MetricsModule } from '@cutover/operations';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VersionConflict } from '../errors';
import { RolloutModule } from '../rollout.module';
import { RolloutService } from '../rollout.service';
import { WouldLockOut } from './errors';
import type { SessionChoice } from './rollback-plan';
import { RollbackPlanner } from './rollback-planner';
import { RollbackService } from './rollback.service';

const OLGA = { userId: null, name: 'cli:olga' };
const SECRETS = {
  LOCAL_JWT_SECRET: 'x'.repeat(32),
  TOKEN_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
};
const GOOD = '$2b$04$' + 'a'.repeat(53);

/** id, username, hash, active, link. */
const PEOPLE = [
  [1, 'ada', GOOD, 1, 'oid-1'],
  [2, 'bob', null, 1, 'oid-2'],
  [3, 'eve', '!unusable', 1, null],
  [4, 'fay', null, 0, 'oid-4'],
  [5, 'gus', null, 1, 'oid-5'],
  [6, 'hal', GOOD, 1, 'oid-6'],
  [7, 'ivy', '$2b$31$' + 'a'.repeat(53), 1, null],
  [8, 'joe', null, 1, null],
] as const;

describeOnEachEngine('rollback', (engine) => {
  let scratch: TestDatabase;
  let context: INestApplicationContext;
  let database: Database;

  beforeAll(async () => {
    scratch = await engine.createDatabase();
    const source = await openDataSource(scratch.connection);
    await new Migrator(source).migrate();
    await source.destroy();
    const module = {
      module: class {},
      imports: [
        ConfigurationModule.forRoot(loadSettings({ ...SECRETS, DATABASE_URL: scratch.url })),
        DatabaseModule.forRoot(),
        MetricsModule,
        AuditModule,
        RolloutModule,
      ],
    };
    context = await NestFactory.createApplicationContext(module, { logger: false });
    database = context.get(Database);
    for (const person of PEOPLE)
      await sql(
        `INSERT INTO users (id, username, hashed_password, is_active, external_user_id) VALUES (?, ?, ?, ?, ?)`,
        [...person],
      );
    // Gus stays over there whatever the stage; joe is known to have no account there.
    await sql(`INSERT INTO cutover_user_state (user_id, pin) VALUES (5, 'external')`);
    await sql(
      `INSERT INTO cutover_external_accounts (user_id, state, seen_at, run_id) VALUES (8, 'none', 7, 'a run')`,
    );
    // As the first release kept them, and as this one does.
    await sql(
      `INSERT INTO audit_log (at, actor, action, subject, outcome) VALUES (1, 'cutover', 'user.provisioned', 'user:2', 'success')`,
    );
    for (const [action, subject] of [
      ['user.provisioned', 'user:6'],
      ['user.provisioned', 'user:99'],
      ['user.linked', 'user:1'],
    ] as const)
      await context
        .get(AuditTrail, { strict: false })
        .record({ actor: 'cutover', action, subject, outcome: 'success' });
  });
  afterAll(async () => {
    await context.close();
    await scratch.drop();
  });
  beforeEach(async () => {
    await sql(`DELETE FROM cutover_rollout_policies WHERE version > 0`);
    await sql(`DELETE FROM cutover_sessions`);
    await decide('all');
  });

  const sql = (text: string, parameters: unknown[] = []) => database.execute(text, parameters);
  const rollout = () => context.get(RolloutService, { strict: false });
  async function decide(stage: 'off' | 'all', more: object = {}) {
    const { version } = await rollout().current();
    return rollout().change({ stage, reason: 'a test', ...more }, version, OLGA);
  }
  const plan = (sessions: SessionChoice = 'keep') =>
    context.get(RollbackPlanner, { strict: false }).plan(sessions);
  const rollBack = (sessions: SessionChoice = 'keep', acceptLockedOut = true) =>
    context
      .get(RollbackService, { strict: false })
      .rollBack({ reason: 'incident 4711', sessions, acceptLockedOut, by: OLGA });
  async function session(userId: number, authMode: 'local' | 'external', lastUsedAt = Date.now()) {
    const id = randomUUID();
    await sql(
      `INSERT INTO cutover_sessions (id, user_id, auth_mode, generation, presentations, created_at, last_used_at, expires_at)
       VALUES (?, ?, ?, 0, '[]', 1, ?, ?)`,
      [id, userId, authMode, lastUsedAt, Date.now() + 3_600_000],
    );
    return id;
  }
  const endOf = async (id: string) => {
    const [row] = await database.query<{ reason: string | null }>(
      `SELECT end_reason AS reason FROM cutover_sessions WHERE id = ?`,
      [id],
    );
    return row?.reason;
  };
  const names = ({ first }: { first: { username: string }[] }) => first.map(({ username }) => username);

  it('shows who is in the way, who came since and whose sessions are live, and decides nothing', async () => {
    await session(1, 'external');
    await session(1, 'external');
    await session(6, 'local');
    await session(6, 'external', 1); // timed out
    const shown = await plan();
    expect(shown).toMatchObject({ version: 1, stage: 'all', already: false, toLocal: 5 });
    expect(shown.withoutPassword).toEqual({
      count: 4,
      first: [
        { id: 2, username: 'bob', problem: 'none', lockedOut: true },
        { id: 3, username: 'eve', problem: 'unknown hash format', lockedOut: true },
        { id: 7, username: 'ivy', problem: expect.stringMatching(/^hash would take about/), lockedOut: true },
        { id: 8, username: 'joe', problem: 'none', lockedOut: false },
      ],
    });
    expect(names(shown.lockedOut)).toEqual(['bob', 'eve', 'ivy']);
    expect(names(shown.createdSince).sort()).toEqual(['bob', 'fay', 'gus', 'hal']);
    expect(shown.stillExternal).toEqual({ count: 1, first: [{ id: 5, username: 'gus', problem: 'none' }] });
    expect(shown.liveExternal).toEqual({
      sessions: 2,
      people: { count: 1, first: [{ id: 1, username: 'ada' }] },
    });
    expect(await rollout().current()).toMatchObject({ version: 1, stage: 'all', hold: null });
  });

  it('refuses to lock anybody out, by name, and changes nothing', async () => {
    const live = await session(1, 'external');
    const refused = rollBack('end', false);
    await expect(refused).rejects.toThrow(WouldLockOut);
    await expect(refused).rejects.toMatchObject({
      detail: expect.stringMatching(/^3 active people .*bob \(id 2\): none, eve .*, ivy /),
    });
    expect(await rollout().current()).toMatchObject({ version: 1, stage: 'all' });
    expect(await endOf(live)).toBeNull();
  });

  it('goes back in one decision with a hold, throws nobody out, and keeps links and pins', async () => {
    const live = await session(1, 'external');
    const people = await database.query(`SELECT * FROM users`);
    const done = await rollBack();
    expect(done).toMatchObject({ toLocal: 5, ended: 0, lockedOut: { count: 3 } });
    expect(await rollout().current()).toMatchObject({
      version: 2,
      stage: 'off',
      changedBy: OLGA.name,
      hold: { reason: 'incident 4711' },
    });
    await expect(decide('all')).rejects.toThrow('on hold');
    expect(await endOf(live)).toBeNull();
    expect(await database.query(`SELECT * FROM users`)).toEqual(people);
    expect(names((await plan()).stillExternal)).toEqual(['gus']);
  });

  it('ends external sessions where that is wished, on record, and a second run finds nothing to do', async () => {
    const [live, local] = [await session(1, 'external'), await session(6, 'local')];
    expect(await rollBack('end')).toMatchObject({ already: false, ended: 1 });
    expect([await endOf(live), await endOf(local)]).toEqual(['rolled_back', null]);
    const [entry] = await database.query(
      `SELECT actor, code FROM cutover_audit_log WHERE action = 'session.ended' AND subject = ?`,
      [`session:${live}`],
    );
    expect(entry).toEqual({ actor: OLGA.name, code: 'rolled_back' });
    const entries = () => database.query(`SELECT id FROM cutover_audit_log`);
    const before = (await entries()).length;
    expect(await rollBack('end', false)).toMatchObject({ already: true, ended: 0, rollout: { version: 2 } });
    expect(await entries()).toHaveLength(before);
  });

  it('still ends sessions where the stage is off already, but not unasked of who could not come back', async () => {
    await rollBack('keep');
    const [ada, bob] = [await session(1, 'external'), await session(2, 'external')];
    await expect(rollBack('end', false)).rejects.toMatchObject({
      detail: expect.stringMatching(/^1 active person .*bob/),
    });
    expect(await rollBack('end')).toMatchObject({ already: true, ended: 2, rollout: { version: 2 } });
    expect([await endOf(ada), await endOf(bob)]).toEqual(['rolled_back', 'rolled_back']);
  });

  it('sets the hold where somebody had only set the stage off', async () => {
    await decide('off');
    expect(await rollBack()).toMatchObject({
      already: false,
      toLocal: 0,
      rollout: { version: 3, stage: 'off', hold: { reason: 'incident 4711' } },
    });
  });

  it('lets one of two operators through and tells the other', async () => {
    const results = await Promise.allSettled([rollBack(), rollBack()]);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(1);
    expect(refused[0]).toBeInstanceOf(VersionConflict);
    expect(await rollout().current()).toMatchObject({ version: 2, stage: 'off' });
  });

  it('reads more people than a batch holds, and names twenty', async () => {
    const ids = Array.from({ length: 2_100 }, (_, index) => 1000 + index);
    await sql(
      `INSERT INTO users (id, username, external_user_id) VALUES ${ids.map(() => '(?, ?, ?)').join(', ')}`,
      ids.flatMap((id) => [id, `person-${id}`, `oid-${id}`]),
    );
    try {
      const { lockedOut, createdSince } = await plan();
      expect([lockedOut.count, lockedOut.first.length]).toEqual([2_103, 20]);
      expect(createdSince.count).toBe(2_104);
    } finally {
      await sql(`DELETE FROM users WHERE id >= 1000`);
    }
  });
});
