import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { migrations } from '@cutover/migrations';
import { Cutover } from './testing/cutover';
import { migrate, query, schemaOf } from './testing/schema';

const STEPS = migrations.map(({ name }) => name);
const ALL_BUT_ONE = String(STEPS.length - 1);

describeOnEachEngine('cutover db', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;

  beforeEach(async () => {
    database = await engine.createDatabase();
    cutover = new Cutover({ DATABASE_URL: database.url });
  });

  afterEach(async () => {
    expect(cutover.output).not.toMatch(/^\s+at .+:\d+/m); // a stack trace
    cutover.remove();
    await database.drop();
  });

  it('says where an empty database stands and what to do next, without touching it', async () => {
    const { code, stdout } = await cutover.run(['db', 'status']);
    expect({ code, lines: stdout.trim().split('\n') }).toEqual({
      code: 0,
      lines: [...STEPS.map((name) => `pending  ${name}`), 'Next: cutover db migrate'],
    });
    expect(await tables(database)).toEqual([]);
  });

  it('applies nothing in a dry run, not even where the API would at its start', async () => {
    const { code, stdout } = await cutover.run(['db', 'migrate', '--dry-run', '--json'], '', {
      DATABASE_MIGRATE: 'true',
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ dryRun: true, applied: STEPS });
    expect(await tables(database)).toEqual([]);
  });

  it('applies each step once when two processes migrate at the same moment', async () => {
    const answers = await Promise.all([1, 2].map(() => cutover.runAlone(['db', 'migrate', '--json'])));
    expect(answers.flatMap(({ stdout }) => (JSON.parse(stdout) as { applied: string[] }).applied)).toEqual(
      STEPS,
    );
    expect(await schemaOf(database)).toEqual({ applied: STEPS, pending: [], unknown: [] });
  });

  it('makes nobody: a migrated database has no account and no credentials', async () => {
    await migrate(database);
    expect(await cutover.answer(['users', 'list'])).toMatchObject({ items: [] });
    expect(await cutover.answer(['break-glass', 'list'])).toMatchObject({ items: [] });
  });

  it('takes steps back, newest first, as the dry run said', async () => {
    await migrate(database);
    const reverted = STEPS.slice(1).reverse();
    expect(await cutover.answer(['db', 'revert', '--steps', ALL_BUT_ONE, '--dry-run'])).toEqual({
      dryRun: true,
      reverted,
    });
    expect((await schemaOf(database)).applied).toEqual(STEPS);
    expect(await cutover.answer(['db', 'revert', '--steps', ALL_BUT_ONE])).toEqual({
      dryRun: false,
      reverted,
    });
    expect((await schemaOf(database)).applied).toEqual(STEPS.slice(0, 1));
    expect((await cutover.run(['db', 'revert'])).stdout).toBe(`Took back 1 step(s): ${STEPS[0]}.\n`);
  });

  it('refuses to go back while somebody has no password, names them and says what was taken back before', async () => {
    await migrate(database);
    await query(database, `INSERT INTO users (username, hashed_password) VALUES ('grace', NULL)`);
    const people = () => query(database, 'SELECT * FROM users');
    const before = await people();

    const { exit, code, detail } = await cutover.refusal(['db', 'revert', '--steps', ALL_BUT_ONE]);
    expect({ exit, code }).toEqual({ exit: 2, code: 'validation_failed' });
    expect(detail).toContain('grace (id 1)');
    expect(await people()).toEqual(before);
    const { pending } = await schemaOf(database);
    for (const name of STEPS) expect(detail.includes(name)).toBe(pending.includes(name));
  });

  it('refuses everything but db status on the database of a newer version', async () => {
    await migrate(database);
    await query(
      database,
      `INSERT INTO cutover_migrations (timestamp, name) VALUES (1990000000000, 'Later1990000000000')`,
    );

    const status = await cutover.answer<{ unknown: string[] }>(['db', 'status']);
    expect(status.unknown).toEqual(['Later1990000000000']);
    const commands = [
      ['db', 'migrate'],
      ['db', 'revert', '--dry-run'],
      ['rollout', 'status'],
    ];
    for (const refusal of await Promise.all(commands.map((args) => cutover.refusal(args)))) {
      expect(refusal).toMatchObject({ exit: 2, stdout: '', code: 'validation_failed' });
      expect(refusal.detail).toContain('newer version of cutover');
      expect(refusal.detail).toContain('Later1990000000000');
    }
    expect((await schemaOf(database)).applied).toEqual(STEPS);
  });
});

const tables = (database: TestDatabase) =>
  query(
    database,
    database.connection.engine === 'mysql'
      ? 'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()'
      : 'SELECT name FROM sqlite_schema',
  );
