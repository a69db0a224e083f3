import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, dump, type TestDatabase } from '@cutover/database/testing';
import { ValidationFailed } from '@cutover/contracts';
import type { DataSource } from 'typeorm';
import { NameConflicts } from './name-conflicts';
import { ActiveFlags } from './active-flag/active-flags';
import { NameCandidates } from './names/name-candidates';
import { UserRepository } from './user.repository';

const COLLATIONS = {
  sqlite: [''],
  // As found in the field: blind to accents and case, padding, and telling everything apart.
  mysql: [
    'utf8mb4_general_ci',
    'utf8mb4_unicode_ci',
    'utf8mb4_bin',
    'latin1_swedish_ci',
    'latin1_general_cs',
  ],
};

describeOnEachEngine('people', (engine) => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let users: UserRepository;

  beforeEach(async () => {
    testDatabase = await engine.createDatabase();
    dataSource = await openDataSource(testDatabase.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
    users = new UserRepository(database, new NameCandidates(database), new ActiveFlags(database));
  });
  afterEach(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });

  const person = (username: string, email: string | null = null) => ({
    username,
    email,
    fullName: null,
    role: 'user' as const,
    hashedPassword: null,
  });

  const existing = async (id: number) => {
    const user = await users.findById(id);
    if (!user) throw new Error(`no user ${id}`);
    return user;
  };

  /** As the legacy application may have written it: past our rules. */
  const insertLegacy = (username: string) =>
    dataSource.query(`INSERT INTO users (username, hashed_password) VALUES (?, 'x')`, [username]);

  async function useCollation(collation: string): Promise<void> {
    if (collation === '') return;
    const charset = collation.split('_')[0];
    await dataSource.query(`ALTER TABLE users DROP INDEX uq_users_username`);
    await dataSource.query(
      `ALTER TABLE users MODIFY username VARCHAR(150) CHARACTER SET ${charset} COLLATE ${collation} NOT NULL`,
    );
  }

  const found = async (typed: string) => {
    const match = await users.findByUsername(typed);
    if (match.outcome === 'one') return match.user.username;
    return match.outcome;
  };

  describe.each(COLLATIONS[engine.name])('are found by name alike under %s', (collation) => {
    beforeEach(() => useCollation(collation));

    it('whatever the case', async () => {
      for (const name of ['Admin', 'JOSÉ', 'straße']) await insertLegacy(name);
      expect(await found('ADMIN')).toBe('Admin');
      expect(await found('josé')).toBe('JOSÉ');
      expect(await found('jose\u0301')).toBe('JOSÉ');
      expect(await found('STRAßE')).toBe('straße');
    });

    it('and never by an accent left out, a trailing space or a folding that is none', async () => {
      for (const name of ['josé', 'admin', 'straße', 'a_b', 'ab%']) await insertLegacy(name);
      for (const typed of [
        'jose',
        'admin ',
        ' admin',
        'STRASSE',
        'strasse',
        'axb',
        'a%',
        '%',
        'abc',
        '',
        '🦀',
        "' OR 1=1 --",
      ]) {
        expect(await found(typed)).toBe('none');
      }
      expect(await found('A_B')).toBe('a_b');
      expect(await found('AB%')).toBe('ab%');
    });

    it('with josé and jose, admin and "admin " as two people each', async () => {
      for (const name of ['josé', 'jose', 'admin', 'admin ']) await insertLegacy(name);
      for (const name of ['josé', 'jose', 'admin', 'admin ']) expect(await found(name)).toBe(name);
    });

    it('and refused when two rows are equal under the rule', async () => {
      for (const name of ['ADMIN', 'admin']) await insertLegacy(name);
      expect(await found('admin')).toBe('ambiguous');
      expect(await found('Admin')).toBe('ambiguous');
      expect(await new NameConflicts(database).list()).toEqual([
        [expect.objectContaining({ username: 'ADMIN' }), expect.objectContaining({ username: 'admin' })],
      ]);
    });
  });

  it('are added with what was given', async () => {
    const user = await users.create({
      ...person('ada', 'ada@example.org'),
      fullName: 'Ada Lovelace',
      role: 'admin',
      hashedPassword: 'x',
    });
    expect(user).toEqual({
      id: expect.any(Number),
      username: 'ada',
      email: 'ada@example.org',
      fullName: 'Ada Lovelace',
      active: true,
      role: 'admin',
      externalUserId: null,
      displayName: null,
      azureEmail: null,
      lastTokenRefresh: null,
      pin: null,
      lastSignInAt: null,
      lastExternalRefusal: null,
      breakGlass: false,
      credentialsChangedAt: null,
      departure: null,
    });
    expect(await users.findById(user.id)).toEqual(user);
  });

  it.each([
    ['a name that is there but for case', person('ADA')],
    ['a name in another normal form', person('jose\u0301')],
    ['no name', person('')],
    ['a name of spaces', person('   ')],
    ['spaces around a name', person(' bob ')],
    ['a NUL in a name', person('bo\0b')],
    ['a line break in a name', person('bo\nb')],
    ['a name too long for the column', person('x'.repeat(151))],
    ['half a character', person('bob\ud800')],
    ['an e-mail that is none', person('bob', 'bob')],
  ])('are not added with %s', async (_case, bad) => {
    await users.create(person('ada'));
    await users.create(person('josé'));
    await expect(users.create(bad)).rejects.toThrow(ValidationFailed);
  });

  it('are not added under a name that only the collation of the table takes for another', async () => {
    await users.create(person('jose'));
    const added = await users.create(person('josé')).then(
      () => 'added',
      (error: unknown) => (error instanceof ValidationFailed ? 'refused' : error),
    );
    expect(added).toBe(engine.name === 'mysql' ? 'refused' : 'added');
  });

  it('may share an e-mail, as legacy tables do', async () => {
    await users.create(person('one', 'Shared@example.org'));
    await users.create(person('two', 'shared@EXAMPLE.org'));
    expect((await users.findByEmail('SHARED@example.org')).map(({ username }) => username)).toEqual([
      'one',
      'two',
    ]);
    expect(await users.findByEmail('other@example.org')).toEqual([]);
  });

  it('are linked once, and nobody shares an identity', async () => {
    const [ada, bob] = [await users.create(person('ada')), await users.create(person('bob'))];
    expect(await users.link(ada.id, 'oid-1')).toBe(true);
    expect(await users.link(ada.id, 'oid-2')).toBe(false);
    expect(await users.link(bob.id, 'oid-1')).toBe(false);
    expect((await users.findByExternalUserId('oid-1'))?.username).toBe('ada');
    expect(await users.findByExternalUserId('OID-1')).toBeNull();
  });

  it('keep every legacy column through linking, signing in and pinning, also where the table says ON UPDATE', async () => {
    if (engine.name === 'mysql') {
      await dataSource.query(
        `ALTER TABLE users MODIFY updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP`,
      );
    }
    const { id } = await users.create({ ...person('ada'), hashedPassword: 'x' });
    await dataSource.query(
      `UPDATE users SET created_at = '2001-02-03 04:05:06', updated_at = '2001-02-03 04:05:06' WHERE id = ?`,
      [id],
    );
    const before = dump(testDatabase, 'users');
    await users.link(id, 'oid-1');
    await users.recordExternalProfile(await existing(id), {
      displayName: 'Ada \u{1F980}',
      azureEmail: 'ada@contoso.example',
    });
    await users.recordTokenRefreshes([id], new Date('2026-01-02T03:04:06Z'));
    await users.recordSignIns([id], 1);
    await users.setPin(id, 'external', { by: 'olga' });
    expect(await users.findById(id)).toMatchObject({
      displayName: 'Ada \u{1F980}',
      azureEmail: 'ada@contoso.example',
      lastTokenRefresh: new Date('2026-01-02T03:04:06Z'),
      pin: 'external',
      lastSignInAt: 1,
    });
    await dataSource.query(
      `UPDATE users SET external_user_id = NULL, display_name = NULL, azure_email = NULL, last_token_refresh = NULL, updated_at = updated_at`,
    );
    expect(dump(testDatabase, 'users')).toBe(before);
  });

  it('keep what the provider said before where it says nothing now', async () => {
    const ada = await users.create(person('ada'));
    const known = { displayName: 'Ada', azureEmail: 'ada@contoso.example' };
    const signedIn = await users.recordExternalProfile(ada, known);
    expect(signedIn).toEqual({ ...ada, ...known });
    const again = await users.recordExternalProfile(signedIn, { displayName: null, azureEmail: null });
    expect(again).toEqual(signedIn);
    expect(await existing(ada.id)).toEqual(signedIn);
  });

  it('give no rights to a role that only the legacy application knows', async () => {
    const { id } = await users.create(person('ada'));
    await dataSource.query(`UPDATE users SET role = 'superuser' WHERE id = ?`, [id]);
    expect((await users.findById(id))?.role).toBe('user');
  });
});
