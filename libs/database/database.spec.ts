import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { DataSource } from 'typeorm';
import { openDataSource } from './data-source';
import { Database } from './database';
import { ServiceUnavailable } from './errors';
import { describeOnEachEngine, type TestDatabase } from './testing';

describeOnEachEngine('the door to the database', (engine) => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await engine.createDatabase();
    dataSource = await openDataSource(testDatabase.connection);
    database = new Database(dataSource);
    await database.execute('CREATE TABLE things (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE)');
  });
  afterEach(() => database.execute('DELETE FROM things'));
  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });

  const names = async () =>
    (await database.query<{ name: string }>('SELECT name FROM things ORDER BY id')).map(({ name }) => name);
  const add = (id: number, name: string) => database.execute('INSERT INTO things VALUES (?, ?)', [id, name]);

  it('says how many rows a statement changed', async () => {
    expect((await add(1, 'a')).affected).toBe(1);
    expect((await database.execute('UPDATE things SET name = ? WHERE id = ?', ['b', 1])).affected).toBe(1);
    expect((await database.execute('UPDATE things SET name = ? WHERE id = ?', ['b', 1])).affected).toBe(1);
    expect((await database.execute('DELETE FROM things WHERE id = ?', [2])).affected).toBe(0);
  });

  it('keeps all of a transaction, or nothing', async () => {
    await database.transaction(async () => {
      await add(1, 'kept');
      await add(2, 'kept too');
    });
    const failing = database.transaction(async () => {
      await add(3, 'lost');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await names()).toEqual(['kept', 'kept too']);
  });

  it('lets an inner transaction join the outer one', async () => {
    const outer = database.transaction(async () => {
      await database.transaction(() => add(1, 'inner'));
      throw new Error('outer fails');
    });
    await expect(outer).rejects.toThrow('outer fails');
    expect(await names()).toEqual([]);
  });

  it('keeps the statements of others out of a transaction that fails', async () => {
    let release: () => void = () => undefined;
    const paused = new Promise<void>((resolve) => (release = resolve));
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    const failing = database.transaction(async () => {
      await add(1, 'lost');
      started();
      await paused;
      throw new Error('fails late');
    });
    await running;
    const other = add(2, 'somebody else’s');
    release();
    await expect(failing).rejects.toThrow('fails late');
    await other;
    expect(await names()).toEqual(['somebody else’s']);
  });

  it('serves many at once', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, id) => database.transaction(() => add(id, `thing ${id}`))),
    );
    expect(await names()).toHaveLength(60);
  });
});

describe('a database that nobody answers for', () => {
  let silent: Server;
  afterEach(() => silent?.close());

  it('is service_unavailable, without the password in the error', async () => {
    silent = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const opening = openDataSource({
      engine: 'mysql',
      url: `mysql://root:a-secret-word@127.0.0.1:${port}/app`,
    });
    const error: unknown = await opening.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain(
      'a-secret-word',
    );
  });
});
