import { loadSettings, SettingsService } from '@cutover/config';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { auditTrailOn } from '@cutover/operations/testing';
import type { ExternalAccountState } from '@cutover/users';
import type { DataSource } from 'typeorm';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import type { ShadowFinding } from '../shadow/shadow-finding';
import { ShadowStage } from '../shadow/shadow-stage';
import { KnownAccounts } from './known-accounts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 60 * 60 * 1000;

describeOnEachEngine('what is known of accounts over there', (engine) => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let accounts: KnownAccounts;

  beforeAll(async () => {
    testDatabase = await engine.createDatabase();
    dataSource = await openDataSource(testDatabase.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
    accounts = new KnownAccounts(database);
    for (const name of ['ada', 'grace'])
      await database.execute(`INSERT INTO users (username, hashed_password) VALUES (?, 'x')`, [name]);
  });
  afterEach(async () => {
    await database.execute(`DELETE FROM cutover_external_accounts`);
    await database.execute(`DELETE FROM cutover_shadow_checks`);
    await database.execute(`UPDATE users SET last_token_refresh = NULL`);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });

  const synced = (state: ExternalAccountState, at: number) =>
    database.execute(
      `INSERT INTO cutover_external_accounts (user_id, state, seen_at, run_id) VALUES (1, ?, ?, 'a run')`,
      [state, at],
    );
  const found = (finding: ShadowFinding) =>
    database.execute(
      `INSERT INTO cutover_shadow_checks (user_id, claimed_at, checked_at, finding) VALUES (1, ?, ?, ?)`,
      [NOON, NOON, finding],
    );

  it.each([
    ['opened', 'usable'],
    ['conflict', 'refused'],
    ['no_external_account', 'none'],
    ['account_disabled', 'disabled'],
    ['account_locked', null],
    ['password_expired', 'refused'],
    ['mfa_required', 'refused'],
    ['password_differs', null],
  ] as const)('that shadow found %s: %s', async (finding, account) => {
    await found(finding);
    expect(await accounts.of(1)).toEqual({ account, shadow: finding });
    const between = await accounts.between(1, 2);
    expect([between(1), between(2)]).toEqual([
      { account, shadow: finding },
      { account: null, shadow: null },
    ]);
  });

  it.each([
    ['no account, and then sync found one', 'no_external_account', 'usable', HOUR, 'usable', null],
    ['a disabled one, and then sync found it enabled', 'account_disabled', 'usable', HOUR, 'usable', null],
    [
      'a second factor, of which sync knows nothing',
      'mfa_required',
      'usable',
      HOUR,
      'refused',
      'mfa_required',
    ],
    ['one that sync then found disabled', 'opened', 'disabled', HOUR, 'disabled', 'opened'],
    ['one where sync had found none', 'opened', 'none', -HOUR, 'usable', 'opened'],
    ['none where sync had found one', 'no_external_account', 'usable', -HOUR, 'none', 'no_external_account'],
  ] as const)('that shadow found %s', async (_what, finding, state, later, account, shadow) => {
    await found(finding);
    await synced(state, NOON + later);
    expect(await accounts.of(1)).toEqual({ account, shadow });
  });

  it('forgets a refusal once the person got in over there', async () => {
    await found('mfa_required');
    const letIn = `UPDATE users SET last_token_refresh = ? WHERE id = 1`;
    await database.execute(letIn, ['2026-03-01 11:00:00']);
    expect(await accounts.of(1)).toEqual({ account: 'refused', shadow: 'mfa_required' });
    await database.execute(letIn, ['2026-03-01 13:00:00']);
    expect(await accounts.of(1)).toEqual({ account: null, shadow: null });
  });

  it('says nothing of a check that found nothing, and of nobody', async () => {
    const stage = shadowStage();
    await stage.claim(1);
    expect(await accounts.of(1)).toEqual({ account: null, shadow: null });
    expect(await accounts.of(77)).toEqual({ account: null, shadow: null });
  });

  function shadowStage(): ShadowStage {
    const settings = new SettingsService(
      loadSettings({
        LOCAL_JWT_SECRET: 'x'.repeat(32),
        TOKEN_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
      }),
    );
    const policies = new RolloutPolicyStore(database, auditTrailOn(database));
    return new ShadowStage(settings, database, policies, null as never);
  }

  it('is checked for a person once a day, by one of any number of processes', async () => {
    const claims = await Promise.all(Array.from({ length: 5 }, () => shadowStage().claim(1)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    const stage = shadowStage();
    expect([await stage.isDue(1), await stage.isDue(2), await stage.claim(1)]).toEqual([false, true, false]);
    await database.execute(`UPDATE cutover_shadow_checks SET claimed_at = claimed_at - 86400001`);
    expect(await stage.isDue(1)).toBe(true);
    const again = await Promise.all(Array.from({ length: 5 }, () => shadowStage().claim(1)));
    expect(again.filter(Boolean)).toHaveLength(1);
    await stage.keep(1, 'opened', 'oid');
    expect(await stage.counts()).toEqual({ opened: 1 });
  });
});
