import { migrations } from '@cutover/migrations';
import type { DataSource } from 'typeorm';
import { openDataSource } from './data-source';
import { MigrationRefused } from './errors';
import { Migrator } from './migrator';
import { describeOnEachEngine, dump, type TestDatabase } from './testing';

const STEPS = migrations.map(({ name }) => name);

const LEGACY_TABLE = {
  mysql: [
    `CREATE TABLE users (
      id INT UNSIGNED NOT NULL AUTO_INCREMENT,
      username VARCHAR(150) CHARACTER SET latin1 COLLATE latin1_general_cs NOT NULL COMMENT 'log-in name; NOT NULL, mind',
      email VARCHAR(255) DEFAULT NULL,
      full_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
      hashed_password VARCHAR(255) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL COMMENT 'bcrypt, it''s NOT NULL, ever',
      is_active TINYINT(1) NOT NULL DEFAULT 1,
      role VARCHAR(20) NOT NULL DEFAULT 'user',
      created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
      updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
      department ENUM('IT','HR') DEFAULT 'HR',
      PRIMARY KEY (id), UNIQUE KEY username (username), KEY by_mail (email(20)), KEY by_hash (hashed_password)
    ) ENGINE=InnoDB DEFAULT CHARSET=latin1 COMMENT='people of the legacy application'`,
    `CREATE TRIGGER lower_mail BEFORE INSERT ON users FOR EACH ROW SET NEW.email = LOWER(NEW.email)`,
  ],
  sqlite: [
    `CREATE TABLE users (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      username VARCHAR(150) COLLATE NOCASE NOT NULL UNIQUE, -- log-in name
      email VARCHAR(255),
      full_name VARCHAR(255) NULL,
      hashed_password VARCHAR(255) CHECK (hashed_password <> '') NOT NULL,
      is_active BOOL DEFAULT 1,
      role VARCHAR(20) DEFAULT 'user',
      created_at DATETIME,
      updated_at DATETIME,
      department TEXT DEFAULT 'HR'
    )`,
    `CREATE INDEX by_mail ON users (email)`,
    `CREATE TRIGGER keep_role AFTER INSERT ON users WHEN NEW.role IS NULL BEGIN UPDATE users SET role = 'user' WHERE id = NEW.id; END`,
  ],
};

const LEGACY_ROWS = [
  [
    'ada',
    'ada@example.org',
    'Ada Lovelace',
    '$2b$12$abc',
    1,
    'user',
    '2019-02-03 04:05:06',
    '2020-01-01 00:00:00',
    'IT',
  ],
  [
    'Grace',
    'GRACE@example.org',
    null,
    '$argon2id$v=19$x',
    1,
    'admin',
    '2019-02-03 04:05:06',
    '2020-01-01 00:00:00',
    'HR',
  ],
  [
    'jos\u00e9',
    'shared@example.org',
    'Jos\u00e9 \u{1F980} \u6f22\u5b57',
    'pbkdf2_sha256$1$a$b',
    0,
    'user',
    '1999-12-31 23:59:59',
    '2000-01-01 00:00:00',
    null,
  ],
  ['blank', null, '', 'not a hash at all', 1, 'user', '2019-02-03 04:05:06', '2020-01-01 00:00:00', 'HR'],
  [
    'twin mail',
    'shared@example.org',
    ' spaces ',
    "quote ' and \\ backslash",
    1,
    'user',
    '2019-02-03 04:05:06',
    '2020-01-01 00:00:00',
    'HR',
  ],
];

describeOnEachEngine('the schema', (engine) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let migrator: Migrator;

  beforeEach(async () => {
    database = await engine.createDatabase();
    dataSource = await openDataSource(database.connection);
    migrator = new Migrator(dataSource);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  async function makeLegacyTable(): Promise<void> {
    for (const statement of LEGACY_TABLE[engine.name]) await dataSource.query(statement);
    const places = LEGACY_ROWS[0]?.map(() => '?').join(', ') ?? '';
    for (const row of LEGACY_ROWS) {
      await dataSource.query(
        `INSERT INTO users (username, email, full_name, hashed_password, is_active, role, created_at, updated_at, department) VALUES (${places})`,
        row,
      );
    }
  }

  it('goes up, down and up again from an empty database', async () => {
    expect(await migrator.status()).toEqual({ applied: [], pending: STEPS, unknown: [] });
    expect(await migrator.migrate()).toEqual(STEPS);
    expect(await migrator.migrate()).toEqual([]);
    expect(await migrator.revert(STEPS.length)).toEqual([...STEPS].reverse());
    expect(await migrator.status()).toEqual({ applied: [], pending: STEPS, unknown: [] });
    expect(await migrator.migrate()).toEqual(STEPS);
  });

  it('adopts a legacy table and gives it back to the byte', async () => {
    await makeLegacyTable();
    const before = dump(database, 'users');
    await migrator.migrate();
    expect(dump(database, 'users')).not.toBe(before);
    await migrator.revert(STEPS.length);
    expect(dump(database, 'users')).toBe(before);
  });

  it('gives it back to the byte after people were linked, signed in and unlinked again', async () => {
    await makeLegacyTable();
    const before = dump(database, 'users');
    await migrator.migrate();
    await dataSource.query(
      `UPDATE users SET external_user_id = 'oid-1', display_name = '\u6f22\u5b57 \u{1F980}', last_token_refresh = '2026-01-01 00:00:00', updated_at = updated_at WHERE username = 'ada'`,
    );
    const [ada] = await dataSource.query(`SELECT display_name AS name FROM users WHERE username = 'ada'`);
    expect(ada.name).toBe('\u6f22\u5b57 \u{1F980}');
    await migrator.revert(STEPS.length);
    expect(dump(database, 'users')).toBe(before);
  });

  it('keeps every legacy column as it was while it is up', async () => {
    await makeLegacyTable();
    const columns =
      'id, username, email, full_name, hashed_password, is_active, role, created_at, updated_at, department';
    const before = await dataSource.query(`SELECT ${columns} FROM users ORDER BY id`);
    await migrator.migrate();
    expect(await dataSource.query(`SELECT ${columns} FROM users ORDER BY id`)).toEqual(before);
  });

  it('lets nobody share an external identity', async () => {
    await makeLegacyTable();
    await migrator.migrate();
    await dataSource.query(`UPDATE users SET external_user_id = 'oid-1' WHERE id = 1`);
    await expect(
      dataSource.query(`UPDATE users SET external_user_id = 'oid-1' WHERE id = 2`),
    ).rejects.toThrow(/unique|duplicate/i);
  });

  it('refuses to go down while somebody has no local password, names them and changes nothing', async () => {
    await makeLegacyTable();
    await migrator.migrate();
    await migrator.revert(STEPS.length - 2);
    await dataSource.query(
      `UPDATE users SET hashed_password = NULL, updated_at = updated_at WHERE username IN ('ada', 'blank')`,
    );
    const before = dump(database, 'users');
    await expect(migrator.revert(1)).rejects.toThrow(MigrationRefused);
    await expect(migrator.revert(1)).rejects.toThrow(
      '2 user(s) have no local password and could not sign in any more: ada (id 1), blank (id 4)',
    );
    expect(dump(database, 'users')).toBe(before);
    expect((await migrator.status()).applied).toEqual(STEPS.slice(0, 2));
  });

  it('refuses to drop a table of its own making that people are in', async () => {
    await migrator.migrate();
    await dataSource.query(`INSERT INTO users (username, hashed_password) VALUES ('ada', 'x')`);
    await migrator.revert(STEPS.length - 1);
    await expect(migrator.revert(1)).rejects.toThrow('holds 1 row(s)');
    expect(await dataSource.query(`SELECT username FROM users`)).toEqual([
      expect.objectContaining({ username: 'ada' }),
    ]);
  });

  it('refuses a table that is no legacy table, and says what it lacks', async () => {
    await dataSource.query(
      `CREATE TABLE users (id INT PRIMARY KEY, username VARCHAR(150), email VARCHAR(255), full_name VARCHAR(255), is_active INT, created_at DATETIME, updated_at DATETIME)`,
    );
    await expect(migrator.applicable()).rejects.toThrow('it has no column hashed_password, role');
    await expect(migrator.migrate()).rejects.toThrow('it has no column hashed_password, role');
    expect((await migrator.status()).applied).toEqual([]);
  });

  it('leaves a table "migrations" of the legacy application alone', async () => {
    await dataSource.query(`CREATE TABLE migrations (id INT PRIMARY KEY, version VARCHAR(20))`);
    await dataSource.query(`INSERT INTO migrations VALUES (1, 'legacy')`);
    await migrator.migrate();
    await migrator.revert(STEPS.length);
    expect(await dataSource.query(`SELECT version FROM migrations`)).toEqual([{ version: 'legacy' }]);
  });

  it('goes on where a step was cut off half way', async () => {
    await makeLegacyTable();
    await migrator.migrate();
    await migrator.revert(STEPS.length - 1);
    await dataSource.query(`ALTER TABLE users ADD COLUMN external_user_id VARCHAR(255)`);
    expect(await migrator.migrate()).toEqual(STEPS.slice(1));
  });
});
