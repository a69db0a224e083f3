import { ValidationFailed } from '@cutover/contracts';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { auditTrailOn } from '@cutover/operations/testing';
import type { DataSource } from 'typeorm';
import { ActiveFlags } from '../active-flag/active-flags';
import { NameCandidates } from '../names/name-candidates';
import type { UserRecord } from '../user-record';
import { UserRepository } from '../user.repository';
import { LocalPasswords } from './local-passwords';
import { ResetCodes } from './reset-codes';

const MINUTE = 60_000;

describeOnEachEngine('reset codes', (engine) => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let users: UserRepository;
  let passwords: LocalPasswords;
  let codes: ResetCodes;
  let ada: UserRecord;

  beforeAll(async () => {
    testDatabase = await engine.createDatabase();
    dataSource = await openDataSource(testDatabase.connection);
    await new Migrator(dataSource).migrate();
    const database = new Database(dataSource);
    users = new UserRepository(database, new NameCandidates(database), new ActiveFlags(database));
    passwords = new LocalPasswords(database);
    codes = new ResetCodes(database, auditTrailOn(database), passwords);
  });
  beforeEach(async () => {
    await dataSource.query('DELETE FROM users');
    await dataSource.query('DELETE FROM cutover_audit_log');
    const person = { username: 'ada', email: null, fullName: null, role: 'user' as const };
    ada = await users.create({ ...person, hashedPassword: 'old' });
  });
  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });

  const passwordNow = () => passwords.of(ada.id);
  const actions = async () => {
    const rows: { action: string; actor: string }[] = await dataSource.query(
      'SELECT action, actor FROM cutover_audit_log ORDER BY id',
    );
    return rows.map(({ action, actor }) => `${action} by ${actor}`);
  };

  it('are good once, however they are typed, and kept in the trail', async () => {
    const { code } = await codes.issue(ada, 'cli:olga');
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{6}-){3}[0-9A-HJKMNP-TV-Z]{6}$/);
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
    expect(await codes.matches(ada, typed)).toBe(true);
    const outcomes = await Promise.all([codes.redeem(ada, typed, 'new'), codes.redeem(ada, typed, 'newer')]);
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await passwordNow()).toBe(outcomes[0] ? 'new' : 'newer');
    expect(await codes.matches(ada, code)).toBe(false);
    expect(await actions()).toEqual(['reset_code.issued by cli:olga', `password.reset by user:${ada.id}`]);
  });

  it('are nowhere in the database', async () => {
    const { code } = await codes.issue(ada, 'cli:olga');
    const kept = JSON.stringify([
      await dataSource.query('SELECT * FROM cutover_reset_codes'),
      await dataSource.query('SELECT * FROM cutover_audit_log'),
    ]);
    expect(kept).not.toContain(code);
    expect(kept).not.toContain(code.replaceAll('-', ''));
  });

  it('are replaced by the next one', async () => {
    const first = await codes.issue(ada, 'cli:olga');
    const second = await codes.issue(ada, 'cli:olga');
    expect(await codes.matches(ada, first.code)).toBe(false);
    expect(await codes.redeem(ada, first.code, 'new')).toBe(false);
    expect(await codes.matches(ada, second.code)).toBe(true);
  });

  it('are random at every place, so that one tells nothing of the next', async () => {
    const made: string[] = [];
    for (let time = 0; time < 100; time += 1)
      made.push((await codes.issue(ada, 'cli:olga')).code.replaceAll('-', ''));
    expect(new Set(made).size).toBe(100);
    // Of 32 symbols about 30.7 appear in 100 draws; fewer than 20 once in more runs than there will ever be.
    for (let place = 0; place < 24; place += 1)
      expect(new Set(made.map((code) => code[place])).size).toBeGreaterThanOrEqual(20);
  });

  it('last 30 minutes', async () => {
    const now = Date.now();
    const { code, expiresAt } = await codes.issue(ada, 'cli:olga', now);
    expect(expiresAt.getTime()).toBe(now + 30 * MINUTE);
    expect(await codes.matches(ada, code, now + 30 * MINUTE - 1)).toBe(true);
    expect(await codes.matches(ada, code, now + 30 * MINUTE)).toBe(false);
    expect(await codes.redeem(ada, code, 'new', now + 30 * MINUTE)).toBe(false);
    expect(await passwordNow()).toBe('old');
  });

  it('open nothing for somebody else, for nobody, or once the person is inactive', async () => {
    const bob = await users.create({
      username: 'bob',
      email: null,
      fullName: null,
      role: 'user',
      hashedPassword: null,
    });
    const { code } = await codes.issue(ada, 'cli:olga');
    expect(await codes.matches(bob, code)).toBe(false);
    expect(await codes.matches(null, code)).toBe(false);
    expect(await codes.matches(null, '')).toBe(false);
    await users.setActive(ada.id, false);
    const inactive = { ...ada, active: false };
    expect(await codes.matches(inactive, code)).toBe(false);
    expect(await codes.redeem(inactive, code, 'new')).toBe(false);
    expect(await passwordNow()).toBe('old');
    await expect(codes.issue(inactive, 'cli:olga')).rejects.toThrow(ValidationFailed);
  });
});
