import type { DataSource } from 'typeorm';
import { MigrationRefused, openDataSource } from '@cutover/database';
import { describeOnEachEngine, dump, type TestDatabase } from '@cutover/database/testing';
import { UnclearFlags } from '@cutover/users';
import { TestApi } from './testing/test-api';

const PASSWORD = 'Harbour-Lantern-58';
const HASH = '$2b$06$rCZ0AsbFdHpKhEbLleu3b.hXeWT1rMiWL2tvBE7AWt3ES8JzAa2zC';

/** The column as applications have it, and how they write yes and no, as SQL. */
const MYSQL = [
  ['BIT(1) NOT NULL', `b'1'`, `b'0'`],
  ['CHAR(1) NOT NULL', `'Y'`, `'N'`],
  [`VARCHAR(10) NOT NULL DEFAULT 'Active'`, `'Active'`, `'Inactive'`],
  [`ENUM('yes','no') NOT NULL`, `'yes'`, `'no'`],
  [`ENUM('0','1') NOT NULL`, `'1'`, `'0'`],
  ['DECIMAL(3,1) NOT NULL', '1', '0'],
  ['BINARY(1) NOT NULL', `x'01'`, `x'00'`],
  ['BINARY(2) NOT NULL', `x'5900'`, `x'4E00'`],
] as const;
const SQLITE = [
  ['TEXT NOT NULL', `'true'`, `'false'`],
  ['BOOLEAN NOT NULL', `'t'`, `'f'`],
  ['BLOB NOT NULL', `x'01'`, `x'00'`],
  ['', `'1'`, `'0'`],
] as const;

/** A legacy table in which ada is switched on and grace is switched off. */
describeOnEachEngine('a legacy column is_active', (engine) => {
  const isMysql = engine.name === 'mysql';
  let scratch: TestDatabase;
  let source: DataSource;
  let api: TestApi | null;

  beforeEach(async () => {
    api = null;
    scratch = await engine.createDatabase();
    source = await openDataSource(scratch.connection);
  });
  afterEach(async () => {
    await source.destroy();
    await (api ?? { stop: () => scratch.drop() }).stop();
  });

  const makeTable = async (type: string, people: Record<string, string>) => {
    const id = isMysql ? 'INT AUTO_INCREMENT PRIMARY KEY' : 'INTEGER PRIMARY KEY';
    await source.query(
      `CREATE TABLE users (id ${id}, username VARCHAR(150) NOT NULL UNIQUE, email VARCHAR(255), full_name VARCHAR(255),
        hashed_password VARCHAR(255) NOT NULL, is_active ${type}, role VARCHAR(20) NOT NULL DEFAULT 'user',
        created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
    );
    for (const [name, flag] of Object.entries(people))
      await source.query(`INSERT INTO users (username, hashed_password, is_active) VALUES (?, ?, ${flag})`, [
        name,
        HASH,
      ]);
    await source.query(`UPDATE users SET role = 'admin' WHERE username = 'ada'`);
  };
  const signIn = async (name: string) => (await api?.client().signIn(name, PASSWORD))?.status;
  const rowsLike = async (flag: string) => {
    const rows = (await source.query(`SELECT username FROM users WHERE is_active = ${flag} ORDER BY id`)) as {
      username: string;
    }[];
    return rows.map(({ username }) => username);
  };

  it.each(isMysql ? MYSQL : SQLITE)(
    '%s with %s and %s lets in whom it names, and is written as the application writes it',
    async (type, yes, no) => {
      await makeTable(type, { ada: yes, grace: no });
      api = await TestApi.start(scratch);
      expect([await signIn('ada'), await signIn('grace')]).toEqual([200, 401]);

      const admin = api.client();
      await admin.signIn('ada', PASSWORD);
      const people = (await admin.call('GET', '/api/admin/users')).body['items'] as {
        id: number;
        active: boolean;
      }[];
      expect(people.map(({ active }) => active)).toEqual([true, false]);
      const grace = people[1]?.id;
      const set = (active: boolean) => admin.call('PATCH', `/api/admin/users/${grace}`, { body: { active } });
      expect(await set(true)).toMatchObject({ status: 200, body: { active: true } });
      expect(await rowsLike(yes)).toEqual(['ada', 'grace']);
      expect(await signIn('grace')).toBe(200);
      expect(await set(false)).toMatchObject({ status: 200, body: { active: false } });
      expect(await rowsLike(no)).toEqual(['grace']);
      expect(await signIn('grace')).toBe(401);

      await api.addPerson({ username: 'joan', password: PASSWORD });
      expect(await rowsLike(yes)).toEqual(['ada', 'joan']);
      expect(await signIn('joan')).toBe(200);
    },
  );

  it('in which nobody is switched off yet is written in the words that are the opposite', async () => {
    await makeTable('VARCHAR(10) NOT NULL', { ada: `'Yes'`, grace: `'Yes'` });
    api = await TestApi.start(scratch);
    const admin = api.client();
    await admin.signIn('ada', PASSWORD);
    expect(await admin.call('PATCH', '/api/admin/users/2', { body: { active: false } })).toMatchObject({
      body: { active: false },
    });
    expect(await rowsLike(`'No'`)).toEqual(['grace']);
  });

  it('with values that say neither is not adopted: nothing is changed, and the rows are named', async () => {
    await makeTable('VARCHAR(10)', { ada: `'Y'`, grace: `'gone'`, joan: `'Z'`, jean: 'NULL' });
    const before = dump(scratch, 'users');
    await expect(TestApi.start(scratch)).rejects.toThrow(MigrationRefused);
    await expect(TestApi.start(scratch)).rejects.toThrow(`'gone' in 1 row(s) (id 2); 'Z' in 1 row(s) (id 3)`);
    expect(dump(scratch, 'users')).toBe(before);
    const tables = (await source.query(
      isMysql
        ? 'SHOW TABLES'
        : `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`,
    )) as unknown[];
    expect(tables).toHaveLength(1);
  });

  it('that gets such values later keeps their people out, with those whose flag is NULL, and they are listed', async () => {
    await makeTable(isMysql ? 'TINYINT NULL' : 'BOOLEAN', { ada: '1', grace: '1', joan: '1', jean: '1' });
    api = await TestApi.start(scratch);
    const session = api.client();
    await session.signIn('grace', PASSWORD);
    await source.query(`UPDATE users SET is_active = 2 WHERE username = 'grace'`);
    await source.query(`UPDATE users SET is_active = -1 WHERE username = 'joan'`);
    await source.query(`UPDATE users SET is_active = NULL WHERE username = 'jean'`);
    expect(await Promise.all(['ada', 'grace', 'joan', 'jean'].map(signIn))).toEqual([200, 401, 401, 401]);
    expect((await session.refresh()).status).toBe(401);
    expect(await api.get(UnclearFlags).list()).toEqual([
      { id: 2, username: 'grace', value: '2' },
      { id: 3, username: 'joan', value: '-1' },
      { id: 4, username: 'jean', value: null },
    ]);
  });
});
