import type { DataSource } from 'typeorm';
import { migrations } from '@cutover/migrations';
import { openDataSource } from './data-source';
import { Database } from './database';
import { Migrator } from './migrator';
import { OwnServer, SERVER_MODES, type TestDatabase } from './testing';

/** Bytes that end a text, a name or a statement somewhere, in some mode or character set. */
const TEXTS = [
  `o'brien`,
  `x' OR '1'='1`,
  `x\\' OR SLEEP(5) -- `,
  `x\\`,
  `\\'`,
  `"; DROP TABLE notes; --`,
  '`; DROP TABLE notes; #',
  '/*! DROP TABLE notes */',
  '\u00bf\u0027 OR 1=1 -- ',
  '縗\u0027',
  '％＇ʼ’',
  '🙂\u0000\u001a\r\n\t\b%_?:name',
];

describe('a session on a server', () => {
  let server: OwnServer;
  let scratch: TestDatabase;
  let dataSource: DataSource;
  let database: Database;

  beforeAll(async () => {
    server = await OwnServer.start();
  }, 60_000);
  afterAll(() => server.stop());

  const open = async (statement: string) => {
    await server.begin(statement);
    scratch = await server.engine.createDatabase();
    dataSource = await openDataSource(scratch.connection);
    database = new Database(dataSource);
  };
  afterEach(async () => {
    await dataSource.destroy();
    await scratch.drop();
  });

  it.each(Object.entries(SERVER_MODES))('that begins with %s takes texts to the letter', async (_, mode) => {
    await open(mode);
    await database.execute('CREATE TABLE notes (id INT PRIMARY KEY, text VARCHAR(80))');
    for (const [id, text] of TEXTS.entries())
      await database.execute('INSERT INTO notes VALUES (?, ?)', [id, text]);
    const rows = await database.query<{ id: number; text: string }>('SELECT * FROM notes ORDER BY id');
    expect(rows.map(({ text }) => text)).toEqual(TEXTS);
    for (const [id, text] of TEXTS.entries())
      expect(await database.query('SELECT id FROM notes WHERE text = ?', [text])).toEqual([{ id }]);
    await expect(database.execute('INSERT INTO notes VALUES (99, ?)', ['x'.repeat(81)])).rejects.toThrow(
      /too long/,
    );
  });

  it.each(Object.entries(SERVER_MODES))(
    'that begins with %s keeps every step of a migration',
    async (_, mode) => {
      await open(mode);
      await new Migrator(dataSource).migrate();
      await dataSource.destroy();
      dataSource = await openDataSource(scratch.connection);
      const { applied, pending } = await new Migrator(dataSource).status();
      expect([applied.length, pending]).toEqual([migrations.length, []]);
    },
  );

  it.each([
    'SET GLOBAL completion_type = CHAIN', // a statement after a commit would be in a transaction that nobody ends
    'SET GLOBAL sql_select_limit = 1',
  ])('where somebody said "%s" commits and reads everything', async (statement) => {
    await open(statement);
    await database.execute('CREATE TABLE notes (id INT PRIMARY KEY)');
    await database.transaction(() => database.execute('INSERT INTO notes VALUES (1)'));
    await database.execute('INSERT INTO notes VALUES (2)');
    await dataSource.destroy();
    dataSource = await openDataSource(scratch.connection);
    expect(await new Database(dataSource).query('SELECT id FROM notes')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('with no prepared statement left for us answers, to the letter too', async () => {
    await open(SERVER_MODES.NO_BACKSLASH_ESCAPES);
    await database.execute('SET GLOBAL max_prepared_stmt_count = 0');
    try {
      for (const text of TEXTS) expect(await database.query('SELECT ? AS text', [text])).toEqual([{ text }]);
      expect(await database.query('SELECT ? AS big, ? AS no, ? AS none', [2n ** 60n, false, null])).toEqual([
        { big: '1152921504606846976', no: 0, none: null },
      ]);
    } finally {
      await database.execute('SET GLOBAL max_prepared_stmt_count = DEFAULT');
    }
  });

  it('keeps no more statements prepared than the server has for many of us', async () => {
    await open(SERVER_MODES['its defaults']);
    await database.transaction(async () => {
      for (let size = 1; size <= 200; size++) {
        const places = Array.from({ length: size }, () => '?').join(', ');
        await database.query(
          `SELECT 1 IN (${places}) AS found`,
          Array.from({ length: size }, () => 1),
        );
      }
      const [open] = await database.query<{ Value: string }>(`SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'`);
      expect(Number(open?.Value)).toBeLessThanOrEqual(24);
    });
  });

  it('hands out no connection that could not say what it is', async () => {
    await open(SERVER_MODES['its defaults']);
    await database.execute(`CREATE USER nobody@'%' IDENTIFIED BY 'x'`);
    const url = new URL(scratch.url);
    [url.username, url.password] = ['nobody', 'x'];
    await database.execute(`GRANT SELECT ON ${url.pathname.slice(1)}.* TO nobody@'%'`);
    const other = await openDataSource({ engine: 'mysql', url: url.href });
    // From now on the server answers none of the first statements of a session.
    await database.execute(`ALTER USER nobody@'%' WITH MAX_QUERIES_PER_HOUR 1`);
    const asked = new Database(other);
    const answers = await Promise.allSettled(
      Array.from({ length: 4 }, () => asked.query('SELECT SLEEP(0.05)')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(asked.load()).toMatchObject({ inUse: 0, idle: 1, waiting: 0 }); // the one that began before
    await other.destroy();
    await database.execute(`DROP USER nobody@'%'`);
  });

  it('refuses what is no value of a column, and takes ids that JavaScript cannot count', async () => {
    await open(SERVER_MODES['its defaults']);
    for (const value of [{ id: 1 }, [1], Number.NaN, new Date(Number.NaN), () => 1])
      await expect(database.query('SELECT ? AS one', [value])).rejects.toThrow(
        'a parameter of a statement is no text',
      );
    await database.execute('CREATE TABLE big (id BIGINT UNSIGNED PRIMARY KEY)');
    const ids = [9_007_199_254_740_993n, 18_446_744_073_709_551_615n];
    for (const id of ids) await database.execute('INSERT INTO big VALUES (?)', [id]);
    for (const id of ids)
      expect(await database.query('SELECT id FROM big WHERE id = ? LIMIT ?', [id, 1])).toEqual([
        { id: String(id) },
      ]);
  });
});
