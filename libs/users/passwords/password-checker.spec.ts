import { openDataSource, Database, Migrator } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import type { DataSource } from 'typeorm';
import { ActiveFlags } from '../active-flag/active-flags';
import { NameCandidates } from '../names/name-candidates';
import { UserRepository } from '../user.repository';
import { HashSurvey } from './hash-survey';
import { HashThreads, ServiceBusy } from './hash-threads';
import { PasswordChecker } from './password-checker';

/** Made by other implementations: libxcrypt, Python's hashlib, and the reference code of Argon2 (its test.c). */
const HASHES = [
  {
    made: 'bcrypt $2a$',
    password: 'U*U',
    stored: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  },
  {
    made: 'bcrypt $2b$',
    password: 'pässword ✓',
    stored: '$2b$06$abcdefghijklmnopqrstuufo4bs9cdlEmEkYOXb0TxWPCO.KjgoTu',
  },
  {
    made: 'bcrypt $2y$',
    password: 'pässword ✓',
    stored: '$2y$06$abcdefghijklmnopqrstuufo4bs9cdlEmEkYOXb0TxWPCO.KjgoTu',
  },
  {
    made: 'argon2id',
    password: 'password',
    stored: '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  },
  {
    made: 'argon2i',
    password: 'password',
    stored: '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
  },
  {
    made: 'argon2i of version 16',
    password: 'password',
    stored: '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ',
  },
  {
    made: 'passlib',
    password: 'pässword ✓',
    stored: '$pbkdf2-sha256$29000$8PHy8/T19vf4.fr7/P3./w$/uugex0xIq84XLfkv3jn7dPoOB0TFzQxTNl3rb7vVlM',
  },
  {
    made: 'Django',
    password: 'pässword ✓',
    stored: 'pbkdf2_sha256$260000$seasalt2$jlN2K1WOZ4NU/244VEs6UU4A1HIZE98h6HN4JlKdDcM=',
  },
];
const TOO_COSTLY = `$2b$31$${'A'.repeat(53)}`;

describeOnEachEngine('local passwords', (engine) => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let threads: HashThreads;
  let checker: PasswordChecker;
  let users: UserRepository;

  beforeAll(async () => {
    testDatabase = await engine.createDatabase();
    dataSource = await openDataSource(testDatabase.connection);
    await new Migrator(dataSource).migrate();
    const database = new Database(dataSource);
    users = new UserRepository(database, new NameCandidates(database), new ActiveFlags(database));
    threads = new HashThreads();
    checker = new PasswordChecker(threads, new HashSurvey(database, threads));
  });
  afterAll(async () => {
    await threads.onApplicationShutdown();
    await dataSource.destroy();
    await testDatabase.drop();
  });

  let serial = 0;
  async function person(hashedPassword: string | null, active = true) {
    const user = await users.create({
      username: `person${++serial}`,
      email: null,
      fullName: null,
      role: 'user',
      hashedPassword,
    });
    return { ...user, active, hashedPassword };
  }

  it.each(HASHES)('as $made stored them are checked as they stand', async ({ password, stored }) => {
    const user = await person(stored);
    expect(await checker.check(user, password)).toBe(true);
    expect(await checker.check(user, `${password}x`)).toBe(false);
    expect(await checker.check(user, '')).toBe(false);
  });

  it('are stored so that they can be checked again', async () => {
    const hash = await checker.hash('Analytical-Engine-1843');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const user = await person(hash);
    expect(await checker.check(user, 'Analytical-Engine-1843')).toBe(true);
    expect(await checker.check(user, 'analytical-Engine-1843')).toBe(false);
  });

  it('open nothing for unknown, inactive and password-less people, nor for hashes that nobody can check', async () => {
    const stored = await checker.hash('right');
    expect(await checker.check(null, 'right')).toBe(false);
    expect(await checker.check(await person(stored, false), 'right')).toBe(false);
    expect(await checker.check(await person(null), 'right')).toBe(false);
    expect(await checker.check(await person('right'), 'right')).toBe(false);
    expect(await checker.check(await person(''), '')).toBe(false);
    expect(await checker.check(await person(TOO_COSTLY), 'right')).toBe(false);
  });

  it('name to operators whose hash nobody can check, and why', async () => {
    const [strange, costly] = [await person('md5:5f4dcc3b5aa7'), await person(TOO_COSTLY)];
    const listed = await checker.unverifiable();
    expect(listed).toContainEqual({
      id: strange.id,
      username: strange.username,
      reason: 'unknown hash format',
    });
    expect(listed).toContainEqual({
      id: costly.id,
      username: costly.username,
      reason: expect.stringMatching(/would take about \d+ ms/),
    });
  });

  it('keep the event loop turning while they are hashed', async () => {
    let turns = 0;
    const turn = setInterval(() => (turns += 1), 1);
    await checker.check(await person(`$2b$12$${'A'.repeat(53)}`), 'wrong');
    clearInterval(turn);
    expect(turns).toBeGreaterThan(20);
  });

  it('are turned away at once when too many wait, for all names alike', async () => {
    const known = await person(await checker.hash('right'));
    const outcomes = await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        checker
          .check(index % 2 ? known : null, 'wrong')
          .catch((error: unknown) => (error instanceof ServiceBusy ? 'busy' : error)),
      ),
    );
    expect(new Set(outcomes)).toEqual(new Set([false, 'busy']));
    const busy = (parity: number) =>
      outcomes.filter((outcome, index) => outcome === 'busy' && index % 2 === parity).length;
    expect(busy(0)).toBeGreaterThan(0);
    expect(busy(1)).toBeGreaterThan(0);
    expect(await checker.check(known, 'right')).toBe(true);
  });
});
