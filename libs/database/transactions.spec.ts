import { statSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { openDataSource } from './data-source';
import { Database } from './database';
import { isDuplicate, ServiceUnavailable } from './errors';
import { describeOnEachEngine, type TestDatabase } from './testing';

describeOnEachEngine('statements and transactions', (engine) => {
  let scratch: TestDatabase;
  let dataSource: DataSource;
  let database: Database;

  beforeEach(async () => {
    scratch = await engine.createDatabase();
    dataSource = await openDataSource(scratch.connection);
    database = new Database(dataSource);
    await database.execute(`CREATE TABLE notes (id INT PRIMARY KEY, text VARCHAR(20), at BIGINT)`);
    await database.execute(`INSERT INTO notes VALUES (1, 'one', 1780000000001), (2, 'two', NULL)`);
  });
  afterEach(async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await scratch.drop();
  });

  const texts = async () =>
    (await database.query<{ text: string }>('SELECT text FROM notes ORDER BY id')).map(({ text }) => text);

  it('answers numbers as numbers and counts the rows it met, changed or not', async () => {
    expect((await database.query<{ at: number }>('SELECT at FROM notes WHERE id = ?', [1]))[0]?.at).toBe(
      1780000000001,
    );
    expect(await database.execute(`UPDATE notes SET text = ? WHERE id < ?`, ['one', 2])).toMatchObject({
      affected: 1,
    });
  });

  it('treats a statement that comes after the end of its transaction as one of its own', async () => {
    let late: Promise<unknown> = Promise.resolve();
    let open: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (open = resolve));
    await database.transaction(async () => {
      late = ended.then(() => database.execute(`UPDATE notes SET text = 'late' WHERE id = 2`));
      await database.query('SELECT 1 AS one');
    });
    open();
    await late;
    expect(await texts()).toEqual(['one', 'late']);
  });

  it('says afterwards how it ended, also each attempt that was undone', async () => {
    const ends: string[] = [];
    const note = () => {
      database.afterwards((outcome) => ends.push(outcome));
    };
    await database.transaction(async () => {
      note();
      await database.query('SELECT 1 AS one');
    });
    const undone = database.transaction(async () => {
      note();
      await database.query('SELECT 1 AS one');
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    note();
    expect(ends).toEqual(['committed', 'rolled back', 'committed']);
    expect(database.scope).toBeNull();
  });

  it('reads one instant in a snapshot, and keeps nobody from writing', async () => {
    const other = await openDataSource(scratch.connection);
    const read = await database.snapshot(async () => {
      const before = await texts();
      await other.query(`UPDATE notes SET text = 'meanwhile'`);
      return [before, await texts()];
    });
    await other.destroy();
    expect(read).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect(await texts()).toEqual(['meanwhile', 'meanwhile']);
    await expect(database.snapshot(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await database.execute(`UPDATE notes SET text = 'after'`)).toMatchObject({ affected: 2 });
  });

  it('tells a row that is there already from other failures', async () => {
    const taken = await database
      .execute(`INSERT INTO notes (id) VALUES (1)`)
      .catch((error: unknown) => error);
    const wrong = await database.query('SELECT nothing FROM nowhere').catch((error: unknown) => error);
    expect([isDuplicate(taken), isDuplicate(wrong)]).toEqual([true, false]);
    expect(wrong).not.toBeInstanceOf(ServiceUnavailable);
  });

  it('says that the service is unavailable when the connection is gone', async () => {
    await dataSource.destroy();
    await expect(database.query('SELECT 1 AS one')).rejects.toThrow(ServiceUnavailable);
    await expect(database.transaction(() => database.query('SELECT 1 AS one'))).rejects.toThrow(
      ServiceUnavailable,
    );
  });

  if (engine.name === 'mysql') {
    it('runs a transaction again that lost to another one', async () => {
      const order: string[] = [];
      let arrivals = 0;
      let meet: () => void = () => undefined;
      const met = new Promise<void>((resolve) => (meet = resolve));
      const inOrder = (first: number, second: number) =>
        database.transaction(async () => {
          await database.execute(`UPDATE notes SET text = CONCAT(text, '+') WHERE id = ?`, [first]);
          order.push(`${first}${second}`);
          if (++arrivals === 2) meet();
          await met;
          await database.execute(`UPDATE notes SET text = CONCAT(text, '+') WHERE id = ?`, [second]);
        });
      await Promise.all([inOrder(1, 2), inOrder(2, 1)]);
      expect(order).toHaveLength(3);
      expect(await texts()).toEqual(['one++', 'two++']);
    });
  } else {
    it('keeps the file to its owner', () => {
      expect(statSync(new URL(scratch.url.replace('sqlite:', 'file:')).pathname).mode & 0o777).toBe(0o600);
    });
  }
});

it('says that the service is unavailable when nobody listens', async () => {
  const refused = openDataSource({ engine: 'mysql', url: 'mysql://root@127.0.0.1:1/none' });
  await expect(refused).rejects.toThrow(ServiceUnavailable);
});
