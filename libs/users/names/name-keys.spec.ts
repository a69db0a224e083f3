import type { DataSource } from 'typeorm';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { UserRepository } from '../user.repository';
import { ActiveFlags } from '../active-flag/active-flags';
import { NameCandidates } from './name-candidates';
import { NameKeys } from './name-keys';
import { NameSweeps } from './name-sweeps';

/** As many as no engine walks through when it has an index. */
const CROWD = 2000;
const COLLATIONS = {
  sqlite: ['BINARY'],
  mysql: ['utf8mb4_unicode_ci', 'utf8mb4_bin', 'utf8mb4_turkish_ci'],
};

describeOnEachEngine('keys of names', (engine) => {
  let scratch: TestDatabase;
  let dataSource: DataSource;
  let database: Database;

  beforeEach(async () => {
    scratch = await engine.createDatabase();
    dataSource = await openDataSource(scratch.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
    await insert('Straße', 'JOSÉ', 'Ada');
    await insert(...Array.from({ length: CROWD }, (_, number) => `user-${number}`));
  });
  afterEach(async () => {
    await dataSource.destroy();
    await scratch.drop();
  });

  /** As the legacy application does it: past us. */
  const insert = (...usernames: string[]) =>
    dataSource.query(
      `INSERT INTO users (username, email, hashed_password) VALUES ${usernames.map(() => `(?, ?, 'x')`).join(', ')}`,
      usernames.flatMap((name) => [name, `${name}@example.org`]),
    );
  const rename = (from: string, to: string) =>
    dataSource.query(`UPDATE users SET username = ?, email = ? WHERE username = ?`, [
      to,
      `${to}@example.org`,
      from,
    ]);
  const compareBy = async (collation: string) => {
    if (engine.name === 'mysql')
      for (const column of ['username VARCHAR(150)', 'email VARCHAR(255)'])
        await dataSource.query(`ALTER TABLE users MODIFY ${column} COLLATE ${collation} NOT NULL`);
  };
  /** A process of its own. */
  const repository = () =>
    new UserRepository(database, new NameCandidates(database), new ActiveFlags(database));
  const found = async (typed: string) => {
    const match = await repository().findByUsername(typed);
    const byEmail = (await repository().findByEmail(`${typed}@example.org`)).map(({ username }) => username);
    const byName = match.outcome === 'none' ? [] : match.outcome === 'one' ? [match.user] : match.users;
    expect(byEmail).toEqual(byName.map(({ username }) => username));
    return byEmail;
  };
  const due = () => database.execute('UPDATE cutover_name_sweep SET due_at = 0');
  const sweep = async (goOn = () => true) => {
    await due();
    return new NameKeys(database).sweep(goOn);
  };
  const keys = async () =>
    Number((await dataSource.query('SELECT COUNT(*) AS count FROM cutover_user_names'))[0].count);

  describe.each(COLLATIONS[engine.name])('under %s', (collation) => {
    beforeEach(() => compareBy(collation));

    it('find a name by index look-ups alone, however it is spelled', async () => {
      await sweep();
      if (engine.name === 'mysql') await dataSource.query('ANALYZE TABLE users, cutover_user_names');
      const candidates = new NameCandidates(database);
      const asked: [string, unknown[]][] = [];
      const query = database.query.bind(database);
      jest.spyOn(database, 'query').mockImplementation((sql: string, parameters: unknown[] = []) => {
        asked.push([sql, parameters]);
        return query(sql, parameters);
      });
      for (const column of ['username', 'email'] as const)
        for (const name of ['ada', 'ß', 'josé', 'Jose\u0301', 'ſtraẞe', '%', 'nobody'])
          await candidates.find(column, [name]);
      const walks: unknown[] = [];
      for (const [sql, parameters] of asked.filter(([sql]) => sql.includes('cutover_user_names'))) {
        const plan: Record<string, unknown>[] = await dataSource.query(
          `EXPLAIN ${engine.name === 'sqlite' ? 'QUERY PLAN ' : ''}${sql}`,
          parameters,
        );
        expect(plan.length).toBeGreaterThan(3);
        walks.push(
          ...plan.filter(({ detail, type }) =>
            engine.name === 'sqlite'
              ? /^SCAN (?!CONSTANT)/.test(String(detail))
              : ['ALL', 'index'].includes(String(type)),
          ),
        );
      }
      expect(walks).toEqual([]);
    });

    it('are not needed for whom the legacy application has just added: also a second one of a name is seen at once', async () => {
      await sweep();
      await insert('Łukasz');
      expect(await found('łUKASZ')).toEqual(['Łukasz']);
      if (collation.endsWith('_ci')) return; // its index refuses the second one
      await insert('ada');
      expect(await found('ADA')).toEqual(['Ada', 'ada']);
    });

    it('follow a person whom the legacy application has renamed, who is found at once as the new name is spelled', async () => {
      await sweep();
      await rename('Ada', 'Åsa LöVeLace');
      expect(await found('Åsa LöVeLace')).toEqual(['Åsa LöVeLace']);
      expect(await found('Ada')).toEqual([]);
      await sweep();
      expect(await found('åSA lÖvElACE')).toEqual(['Åsa LöVeLace']);
      expect(await found('ada')).toEqual([]);
    });
  });

  it('keep nobody out while there are none, and while there are not all', async () => {
    expect(await found('sTRAẞE')).toEqual(['Straße']);
    let batches = 0;
    await sweep(() => batches++ < 1);
    expect(await keys()).toBeGreaterThan(0);
    expect(await keys()).toBeLessThan(CROWD);
    for (const [typed, name] of [
      ['sTRAẞE', 'Straße'],
      ['USER-1', 'user-1'],
      [`USER-${CROWD - 1}`, `user-${CROWD - 1}`],
    ] as const)
      expect(await found(typed)).toEqual([name]);
    await sweep();
    expect(await keys()).toBe(CROWD + 3);
  });

  it('are forgotten with the person, and no sweep puts back above a gap what a restore has cleared', async () => {
    await sweep();
    await dataSource.query(`DELETE FROM users WHERE username LIKE 'user-1%'`);
    await sweep();
    expect(await keys()).toBe(
      Number((await dataSource.query('SELECT COUNT(*) AS count FROM users'))[0].count),
    );

    await dataSource.query('DELETE FROM cutover_user_names');
    let batches = 0;
    let pending: Promise<unknown> = Promise.resolve();
    await sweep(() => {
      if (batches++ === 1)
        // As a restore does it; on both engines the statement is done before the next one of the sweep.
        pending = Promise.all([
          database.execute('UPDATE cutover_name_sweep SET owner = NULL, due_at = 0'),
          database.execute('DELETE FROM cutover_user_names'),
        ]);
      return true;
    });
    await pending;
    expect(await keys()).toBe(0);
    expect(await found('sTRAẞE')).toEqual(['Straße']);
  });
  it('are made by one process of several, and by the next one after its end', async () => {
    const start = () => {
      const sweeps = new NameSweeps(new SchedulerRegistry(), new NameKeys(database));
      sweeps.onApplicationBootstrap();
      return sweeps;
    };
    const first = start();
    await first.run();
    expect(await keys()).toBe(CROWD + 3);
    await first.onModuleDestroy();
    await rename('Ada', 'LöVeLace');
    const second = start();
    await second.run(); // not due yet
    expect(await new NameKeys(database).sweep(() => true)).toBe(false);
    await due();
    await second.run();
    expect(await found('lÖvElACE')).toEqual(['LöVeLace']);
    await second.onModuleDestroy();
  });
});
