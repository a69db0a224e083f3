import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { DatabaseRateLimiter } from './database-rate-limiter';

const MINUTE = 60_000;

describeOnEachEngine('counting in the database', (engine) => {
  let scratch: TestDatabase;
  let sources: DataSource[];
  let database: Database;
  let limiter: DatabaseRateLimiter;
  let inAnotherProcess: DatabaseRateLimiter;

  const limiterOf = (source: DataSource) =>
    new DatabaseRateLimiter(new Database(source), { keyPrefix: 'test', points: 3, duration: 60 });

  beforeAll(async () => {
    scratch = await engine.createDatabase();
    sources = [await openDataSource(scratch.connection), await openDataSource(scratch.connection)];
    const [one, other] = sources as [DataSource, DataSource];
    await new Migrator(one).migrate();
    database = new Database(one);
    limiter = limiterOf(one);
    inAnotherProcess = limiterOf(other);
  });
  afterEach(() => database.execute('DELETE FROM cutover_rate_limits'));
  afterAll(async () => {
    for (const source of sources) await source.destroy();
    await scratch.drop();
  });

  /** What became of each attempt: the points taken with it, or the refusal. */
  const attempts = (count: number, limiters = [limiter]) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        (limiters[index % limiters.length] ?? limiter).consume('ada').then(
          ({ consumedPoints }) => consumedPoints,
          (refused: unknown) => {
            if (refused instanceof RateLimiterRes) return 'refused';
            throw refused;
          },
        ),
      ),
    );
  /** As if so much time had gone by on the database's clock. */
  const pass = (milliseconds: number) =>
    database.execute('UPDATE cutover_rate_limits SET expires_at = expires_at - ?', [milliseconds]);
  const rows = () => database.query('SELECT bucket, points FROM cutover_rate_limits ORDER BY bucket');

  it('lets exactly so many of a burst through, over all processes', async () => {
    const outcomes = await attempts(60, [limiter, inAnotherProcess]);
    expect(outcomes.filter((outcome) => outcome !== 'refused').sort()).toEqual([1, 2, 3]);
  });

  it('says how long to wait', async () => {
    await attempts(3);
    await pass(20_000);
    const refused = await limiter.consume('ada').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RateLimiterRes);
    const { msBeforeNext } = refused as RateLimiterRes;
    expect(msBeforeNext).toBeGreaterThan(0);
    expect(msBeforeNext).toBeLessThanOrEqual(40_000);
  });

  it('begins a new window when the old one is over', async () => {
    await attempts(4);
    await pass(MINUTE);
    expect(await attempts(4)).toEqual(expect.arrayContaining([1, 2, 3, 'refused']));
  });

  it('takes nothing from whoever is refused', async () => {
    await attempts(10);
    await limiter.giveBack('ada', 0);
    expect(await attempts(2)).toEqual(expect.arrayContaining([3, 'refused']));
  });

  it('gives nothing back to a window that began later, nor to an empty one', async () => {
    await attempts(1);
    await limiter.giveBack('ada', 2 * MINUTE);
    expect(await limiter.get('ada')).toMatchObject({ consumedPoints: 1 });
    await limiter.giveBack('ada', 0);
    await limiter.giveBack('ada', 0);
    expect(await limiter.get('ada')).toMatchObject({ consumedPoints: 0, remainingPoints: 3 });
  });

  it('tells keys apart by case and accent', async () => {
    await attempts(3);
    for (const key of ['ADA', 'ådä']) {
      expect(await limiter.consume(key)).toMatchObject({ consumedPoints: 1 });
    }
  });

  it('blocks, sets and forgets a key as the library’s other stores do', async () => {
    await limiter.set('ada', 2, 60);
    expect(await attempts(2)).toEqual(expect.arrayContaining([3, 'refused']));
    expect(await limiter.delete('ada')).toBe(true);
    await limiter.block('ada', 60);
    expect(await attempts(1)).toEqual(['refused']);
    await limiter.delete('ada');
    expect(await limiter.get('ada')).toBeNull();
  });

  it('removes what is over, in batches, and nothing else', async () => {
    const values = Array.from({ length: 1200 }, (_, index) => `('old:${index}', 1, 1)`).join(', ');
    await database.execute(`INSERT INTO cutover_rate_limits (bucket, points, expires_at) VALUES ${values}`);
    await attempts(1);
    await Promise.all([limiter.purge(), inAnotherProcess.purge()]);
    expect(await rows()).toEqual([{ bucket: 'test:ada', points: 1 }]);
  });
});
