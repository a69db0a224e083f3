import { dump, eachServerMode, OwnServer } from '@cutover/database/testing';
import { DESCRIBED_API } from '@cutover/external-auth/testing';
import { Cutover } from './testing/cutover';
import { migrate } from './testing/schema';

/** Who is made, listed and found by exactly this name. */
const PEOPLE = [`o'brien`, `o\\'brien`, `"quoted"`, `x' OR '1'='1`, "縗'; --x", '100%_\\'];
/** Whom nobody is called: what has ended a text, a name or a statement somewhere. */
const NOBODY = [
  `x\\' OR SLEEP(9) -- `,
  `'; DROP TABLE users; -- `,
  `/*! DROP TABLE users */`,
  '\u00bf\u0027 OR 1=1 #',
  '`; DELETE FROM users; #',
];

/** Commands that take a name or a text from an operator. */
const commandsWith = (name: string): string[][] => [
  ['users', 'issue-reset', name, '--dry-run'],
  ['rollout', 'pin', name, 'local', '--dry-run'],
  ['rollout', 'plan', 'test-users', '--users', name],
  ['rollout', 'note', name],
  ['sessions', 'list', '--user', name],
  ['sessions', 'revoke', '--user', name],
  ['break-glass', 'test', '--user', name, '--password-stdin'],
  ['users', 'undo', name, '--dry-run'],
];

describe('a name made of what ends statements, to the command', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await OwnServer.start();
  }, 60_000);
  afterAll(() => server.stop());

  it.each(eachServerMode(() => server))(
    'is a name and nothing else on %s',
    async (_place, open) => {
      const database = await (await open()).createDatabase();
      const cutover = new Cutover({ DATABASE_URL: database.url, ...DESCRIBED_API });
      try {
        await migrate(database);
        for (const name of PEOPLE)
          await cutover.answer(['users', 'add', '--username', name, '--no-password']);
        const { items } = await cutover.answer<{ items: { username: string }[] }>(['users', 'list']);
        expect(items.map(({ username }) => username)).toEqual(PEOPLE);
        const before = dump(database, 'users');
        for (const name of PEOPLE) await cutover.answer(['rollout', 'pin', name, 'external']);
        for (const name of NOBODY)
          for (const args of commandsWith(name)) {
            const { code, stderr } = await cutover.run(args, 'Harbour-Lantern-58\n');
            if (code !== 0 && code !== 2) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
          }
        expect(dump(database, 'users')).toBe(before);
      } finally {
        cutover.remove();
        await database.drop();
      }
    },
    120_000,
  );
});
