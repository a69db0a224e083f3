import { execFileSync } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from '@cutover/migrations';
import type { DataSource } from 'typeorm';
import { openDataSource } from './data-source';
import { Migrator } from './migrator';
import { describeOnEachEngine, dump, type TestDatabase } from './testing';

/** Legacy tables as they differ in the field. What is adopted is given back, whatever it looked like. */
describeOnEachEngine('legacy tables', (engine) => {
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

  const isMysql = engine.name === 'mysql';
  const id = isMysql ? 'INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY' : 'INTEGER PRIMARY KEY';

  async function makeTable(password: string, more = '', options = ''): Promise<void> {
    await dataSource.query(
      `CREATE TABLE users (id ${id}, username VARCHAR(150), email VARCHAR(255), full_name VARCHAR(255),
        hashed_password ${password}, is_active INT, role VARCHAR(20), created_at DATETIME, updated_at DATETIME${more})${options}`,
    );
  }
  const insert = (username: string, hash: string | null = 'x') =>
    dataSource.query(
      `INSERT INTO users (username, hashed_password, updated_at) VALUES (?, ?, '2020-01-01 00:00:00')`,
      [username, hash],
    );
  const thereAndBack = async () => {
    const before = dump(database, 'users');
    await migrator.migrate();
    await dataSource.query(`UPDATE users SET hashed_password = NULL, updated_at = updated_at WHERE id = 1`);
    await dataSource.query(`UPDATE users SET hashed_password = 'x', updated_at = updated_at WHERE id = 1`);
    await migrator.revert(migrations.length);
    expect(dump(database, 'users')).toBe(before);
  };

  it.each([
    `VARCHAR(255) NOT NULL`,
    `varchar(255) not  null default 'NOT NULL'`,
    `VARCHAR(255) NOT NULL CHECK (hashed_password <> ', NOT NULL')`,
    `VARCHAR(255) DEFAULT '' NOT NULL`,
    `TEXT NOT NULL`,
  ])('with hashed_password %s', async (password) => {
    await makeTable(password);
    await insert('ada');
    await thereAndBack();
  });

  it('that let a password be NULL stay so, with the rows that have none', async () => {
    await makeTable('VARCHAR(255)');
    await insert('ada');
    await insert('service', null);
    await thereAndBack();
  });

  it('that let a password be NULL still do not strand who came from the external side', async () => {
    await makeTable('VARCHAR(255)');
    await insert('service', null);
    await insert('grace', null);
    await migrator.migrate();
    await dataSource.query(`UPDATE users SET external_user_id = 'oid-1' WHERE username = 'grace'`);
    await migrator.revert(migrations.length - 2);
    await expect(migrator.revert(1)).rejects.toThrow('1 user(s) have no local password');
  });

  it('leave no trace of Cutover behind', async () => {
    await makeTable('VARCHAR(255) NOT NULL');
    await insert('ada');
    const before = dumpAll(database);
    await migrator.migrate();
    await migrator.revert(migrations.length);
    expect(dumpAll(database)).toBe(before);
  });

  it('beside other tables of the legacy application, "sessions" among them', async () => {
    await makeTable('VARCHAR(255) NOT NULL');
    await dataSource.query(`CREATE TABLE sessions (id INT PRIMARY KEY, payload TEXT)`);
    await dataSource.query(`INSERT INTO sessions VALUES (1, 'theirs')`);
    const before = dumpAll(database);
    await migrator.migrate();
    await migrator.revert(migrations.length);
    expect(dumpAll(database)).toBe(before);
  });

  it('beside a table that has the name of ours and is not: refused, and that table is neither used nor dropped', async () => {
    await makeTable('VARCHAR(255) NOT NULL');
    await dataSource.query(`CREATE TABLE cutover_sessions (id INT PRIMARY KEY, payload TEXT)`);
    const before = dumpAll(database);
    for (const work of [() => migrator.applicable(), () => migrator.migrate()])
      await expect(work()).rejects.toThrow(`a table cutover_sessions that is not Cutover's`);
    await migrator.revert(migrations.length);
    expect(dumpAll(database)).toBe(before);
  });

  it('with a column of a name that we need are refused by that name', async () => {
    await makeTable('VARCHAR(255) NOT NULL', ', display_name VARCHAR(10)');
    const before = dumpAll(database);
    await expect(migrator.migrate()).rejects.toThrow('it has a column display_name of its own');
    await migrator.revert(migrations.length);
    expect(dumpAll(database)).toBe(before);
  });

  if (isMysql) {
    it('with zero dates and a row with id 0', async () => {
      await dataSource.query(
        `CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, username VARCHAR(150), email VARCHAR(255),
          full_name VARCHAR(255), hashed_password VARCHAR(255) NOT NULL, is_active INT, role VARCHAR(20),
          created_at DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', updated_at DATETIME)`,
      );
      await dataSource.query(
        `INSERT INTO users (id, username, hashed_password) VALUES (0, 'zero', 'x'), (1, 'ada', 'x')`,
      );
      await thereAndBack();
    });

    it('without transactions are refused, with what to do', async () => {
      await makeTable('VARCHAR(255) NOT NULL', '', ' ENGINE=MyISAM');
      await insert('ada');
      const before = dump(database, 'users');
      for (const work of [() => migrator.applicable(), () => migrator.migrate()])
        await expect(work()).rejects.toThrow(
          'its engine MyISAM has no transactions. Back it up, then ALTER TABLE users ENGINE=InnoDB.',
        );
      expect((await migrator.status()).applied).toEqual([]);
      expect(dump(database, 'users')).toBe(before);
      await dataSource.query(`ALTER TABLE users ENGINE=InnoDB`);
      await thereAndBack();
    });

    it.each([' DEFAULT CHARSET=utf8mb3', ' ROW_FORMAT=COMPACT DEFAULT CHARSET=latin1'])(
      'with options%s',
      async (options) => {
        await makeTable('VARCHAR(255) NOT NULL', ', KEY by_hash (hashed_password(20))', options);
        await insert('ada');
        await thereAndBack();
      },
    );

    it('with ON UPDATE CURRENT_TIMESTAMP keep the time of the last change', async () => {
      await makeTable('VARCHAR(255) NOT NULL');
      await dataSource.query(
        `ALTER TABLE users MODIFY updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP`,
      );
      await insert('ada');
      await thereAndBack();
    });
  } else {
    it('with comments, quoted names, foreign keys, triggers and views around them', async () => {
      await dataSource.query(
        `CREATE TABLE "users" (\n  -- the key\n  [id] INTEGER PRIMARY KEY AUTOINCREMENT, username VARCHAR(150) UNIQUE, email TEXT, full_name TEXT,\n` +
          `  /* a, b */ "hashed_password" VARCHAR(255) CONSTRAINT pw nOt /* really */ NULL ON CONFLICT ROLLBACK COLLATE NOCASE, -- last, one\n` +
          `  is_active BOOL, role TEXT, created_at DATETIME, updated_at DATETIME,\n  UNIQUE (email, role)\n)`,
      );
      await dataSource.query(`CREATE TABLE posts (author INTEGER REFERENCES users (id) ON DELETE CASCADE)`);
      await dataSource.query(`CREATE VIEW people AS SELECT username, hashed_password FROM users`);
      await dataSource.query(
        `CREATE TRIGGER touched AFTER UPDATE OF full_name ON users BEGIN UPDATE users SET updated_at = 1 WHERE id = NEW.id; END`,
      );
      await insert('ada');
      await dataSource.query(`INSERT INTO posts VALUES (1)`);
      const before = dumpAll(database);
      await thereAndBack();
      expect(dumpAll(database)).toBe(before);
      expect(await dataSource.query(`PRAGMA integrity_check`)).toEqual([
        expect.objectContaining({ integrity_check: 'ok' }),
      ]);
      await expect(insert('grace', null)).rejects.toThrow(/NOT NULL/);
    });
  }

  it('are migrated once when two processes try at the same time', async () => {
    await makeTable('VARCHAR(255) NOT NULL');
    const other = await openDataSource(database.connection);
    try {
      const outcomes = await Promise.allSettled([migrator.migrate(), new Migrator(other).migrate()]);
      const applied = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
      expect(applied).toEqual((await migrator.status()).applied);
      expect(applied).toHaveLength(migrations.length);
    } finally {
      await other.destroy();
    }
  });
});

/** The whole database: what an operator who compares two backups would compare. */
function dumpAll({ connection }: TestDatabase): string {
  if (connection.engine === 'mysql') {
    const { hostname, port, username, pathname } = new URL(connection.url);
    const options = [
      '--no-defaults',
      '--skip-comments',
      `--host=${hostname}`,
      `--port=${port}`,
      `--user=${username}`,
    ];
    return execFileSync('mariadb-dump', [...options, pathname.slice(1)], { encoding: 'utf8' });
  }
  const database = new DatabaseSync(connection.path, { readOnly: true });
  try {
    const schema = database.prepare(`SELECT type, name, tbl_name, sql FROM sqlite_schema`).all();
    const rows = schema
      .filter(({ type }) => type === 'table')
      .map(({ name }) => [name, database.prepare(`SELECT * FROM "${String(name)}"`).all()]);
    return JSON.stringify([schema, rows], null, 1);
  } finally {
    database.close();
  }
}
