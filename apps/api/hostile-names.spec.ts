import fc from 'fast-check';
import { dump, eachServerMode, OwnServer } from '@cutover/database/testing';
import { TestApi } from './testing/test-api';

const PASSWORD = 'Harbour-Lantern-58';
/** Who is there, and signs in by exactly this name. */
const PEOPLE = [
  `o'brien`,
  `o\\'brien`,
  `"quoted"`,
  '`ticked`',
  `x' OR '1'='1`,
  "縗'; --x",
  '100%_\\',
  'zoë 🙂',
];
/** What has ended a text, a name or a statement somewhere: in a mode, a character set, a comment, a pattern. */
const PARTS = [
  `'`,
  `"`,
  '`',
  '\\',
  `\\'`,
  `''`,
  '%',
  '_',
  '\\%',
  ';',
  '--',
  '-- ',
  '#',
  '/*',
  '*/',
  '/*!',
  ' OR 1=1',
  ' OR SLEEP(9)',
  `'; DROP TABLE users; -- `,
  ` UNION SELECT hashed_password FROM users`,
  '\u00bf\u0027',
  '\u00bf\u005c',
  '縗',
  '表',
  'ソ',
  '\u2019',
  '\u02bc',
  '＇',
  '\u0000',
  '\u001a',
  '\n',
  '\u200b',
  '🙂',
  'ß',
  'é',
  'ad',
  'o',
  '{"$ne":1}',
  '${1}',
  '?',
  ':name',
  '@@version',
];
const NAMES_A_MODE = 50;

const names = fc
  .array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''));

/** Every route that takes a text from somebody, with the name in each place for one. */
async function everywhere(api: TestApi, admin: ReturnType<TestApi['client']>, name: string) {
  const inPath = encodeURIComponent(name);
  const anybody = api.client();
  const answers = [
    await anybody.signIn(name, name),
    await anybody.call('POST', '/api/auth/reset', {
      body: { username: name, code: name, newPassword: PASSWORD },
    }),
    await anybody.call('POST', '/api/auth/trouble', { body: { username: name, message: name } }),
    await anybody.call('POST', '/api/auth/login/link', { body: { linkToken: name, password: name } }),
    await anybody.call('GET', '/api/auth/me', {
      headers: { authorization: 'Bearer x', cookie: `cutover_session=${inPath}` },
    }),
  ];
  for (const path of ['users', 'audit'])
    answers.push(await admin.call('GET', `/api/admin/${path}?cursor=${inPath}&limit=1`));
  answers.push(
    await admin.call('GET', `/api/auth/sessions?cursor=${inPath}`),
    await admin.call('DELETE', `/api/auth/sessions/${inPath}`),
    await admin.call('PATCH', `/api/admin/users/${inPath}`, { body: { active: false } }),
    await admin.call('DELETE', `/api/admin/users/${inPath}/sessions`),
    await admin.call('PUT', '/api/admin/rollout', {
      body: { stage: 'test-users', testUsers: [name], reason: name },
      headers: { 'if-match': `"${inPath}"` },
    }),
  );
  return answers.map(({ status }) => status);
}

describe('a name made of what ends statements', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await OwnServer.start();
  }, 60_000);
  afterAll(() => server.stop());

  it.each(eachServerMode(() => server))(
    'is a name and nothing else on %s, on every route',
    async (_place, open) => {
      const scratch = await (await open()).createDatabase();
      const api = await TestApi.start(scratch);
      try {
        for (const username of PEOPLE) await api.addPerson({ username, password: PASSWORD, email: null });
        await api.addPerson({ username: 'root', password: PASSWORD, email: null, role: 'admin' });
        const admin = api.client();
        expect(await admin.signIn('root', PASSWORD)).toMatchObject({ status: 200 });
        const before = dump(scratch, 'users');
        for (const username of PEOPLE)
          expect(await api.client().signIn(username, PASSWORD)).toMatchObject({
            status: 200,
            body: { user: { username } },
          });
        const tried = fc.sample(names, { numRuns: NAMES_A_MODE, seed: 58 });
        for (let from = 0; from < tried.length; from += 5) {
          const some = tried.slice(from, from + 5);
          const answers = await Promise.all(some.map((name) => everywhere(api, admin, name)));
          expect(
            answers.flatMap((statuses, index) =>
              statuses.filter((status) => status >= 500).map((status) => [some[index], status]),
            ),
          ).toEqual([]);
        }
        expect(dump(scratch, 'users')).toBe(before);
      } finally {
        await api.stop();
      }
    },
    120_000,
  );
});
