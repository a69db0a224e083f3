import type { DataSource } from 'typeorm';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { UserRepository } from '../user.repository';
import { ActiveFlags } from '../active-flag/active-flags';
import { NameCandidates } from './name-candidates';

describeOnEachEngine('candidates for a typed name', (engine) => {
  let scratch: TestDatabase;
  let dataSource: DataSource;
  let users: UserRepository;

  beforeEach(async () => {
    scratch = await engine.createDatabase();
    dataSource = await openDataSource(scratch.connection);
    await new Migrator(dataSource).migrate();
    const database = new Database(dataSource);
    users = new UserRepository(database, new NameCandidates(database), new ActiveFlags(database));
  });
  afterEach(async () => {
    await dataSource.destroy();
    await scratch.drop();
  });

  const insert = (username: string) =>
    dataSource.query(`INSERT INTO users (username, hashed_password) VALUES (?, 'x')`, [username]);

  it('are found where the collation of the column has another idea of i and I', async () => {
    if (engine.name === 'mysql')
      await dataSource.query(
        `ALTER TABLE users MODIFY username VARCHAR(150) CHARACTER SET utf8mb4 COLLATE utf8mb4_turkish_ci NOT NULL`,
      );
    await insert('Isil_Ari');
    expect(await users.findByUsername('iSIL_aRI')).toMatchObject({ outcome: 'one' });
    expect(await users.findByUsername('ısıl_arı')).toEqual({ outcome: 'none' });
  });

  it('are few, however the name is spelled', async () => {
    for (let number = 0; number < 60; number++) await insert(`user-${number}`);
    for (const name of [
      'Straße',
      'ẞ',
      'JOSE\u0301',
      'Łukasz',
      'ſam',
      '王',
      'q\u0323\u0307',
      '한글',
      '^a]-[b*?',
    ])
      await insert(name);
    const candidates = new NameCandidates(new Database(dataSource));
    for (const [name, is] of [
      ['ß', 'ẞ'],
      ['STRASSE', null],
      ['sTRAẞE', 'Straße'],
      ['josé', 'JOSE\u0301'],
      ['é', null],
      ['łUKASZ', 'Łukasz'],
      ['SAM', 'ſam'],
      ['王', '王'],
      ['Q\u0307\u0323', 'q\u0323\u0307'],
      ['\u1112\u1161\u11ab\u1100\u1173\u11af', '한글', '^a]-[b*?'],
      ['éééééé', null],
      ['^A]-[B*?', '^a]-[b*?'],
      ['%', null],
      ['______', null],
    ] as const) {
      const { sql, parameters } = await candidates.condition('username', [name]);
      const [row] = (await dataSource.query(
        `SELECT COUNT(*) AS count FROM users u WHERE ${sql}`,
        parameters,
      )) as {
        count: number;
      }[];
      expect([name, Number(row?.count) <= 3]).toEqual([name, true]);
      expect(await users.findByUsername(name)).toMatchObject(
        is === null ? { outcome: 'none' } : { outcome: 'one', user: { username: is } },
      );
    }
  });

  it('of an identity are compared to the letter', async () => {
    await insert('ada');
    await dataSource.query(`UPDATE users SET external_user_id = 'abc-1'`);
    expect(await users.findByExternalUserId('abc-1')).toMatchObject({ username: 'ada' });
    for (const other of ['ABC-1', 'abc-1 ', 'ábc-1', '漢字', '']) {
      expect(await users.findByExternalUserId(other)).toBeNull();
    }
  });
});
