import { ConfigurationError } from '@cutover/config';
import { Database, openDataSource } from '@cutover/database';
import { describeOnEachEngine } from '@cutover/database/testing';
import { KeySurvey } from './key-survey';
import { keyNamed, SealedSessions, vaultWith } from './testing/sealed-sessions';

const [OLD, NEW, SPARE] = [keyNamed('old'), keyNamed('new'), keyNamed('spare')];

describeOnEachEngine('the survey of keys', (engine) => {
  let sessions: SealedSessions;

  beforeAll(async () => {
    sessions = await SealedSessions.on(await engine.createDatabase());
  });
  afterEach(() => sessions.clear());
  afterAll(() => sessions.drop());

  it('counts the sessions of each key and says which key can go', async () => {
    await sessions.add(2, OLD);
    await sessions.add(3, NEW);
    await sessions.add(1, keyNamed('lost'));
    expect(await sessions.with(NEW, SPARE, OLD).survey.take()).toEqual({
      rows: 6,
      unsealed: 0,
      keys: [
        { kid: 'new', state: 'current', rows: 3 },
        { kid: 'spare', state: 'removable', rows: 0 },
        { kid: 'old', state: 'needed', rows: 2 },
        { kid: 'lost', state: 'missing', rows: 1 },
      ],
    });
  });

  it('asks for both keys of a session whose tokens are under two', async () => {
    const [owner] = await sessions.add(1, OLD);
    if (!owner) throw new Error('no session');
    await sessions.database.execute('UPDATE cutover_provider_tokens SET id_token = ?', [
      sessions.with(NEW).vault.seal('an id token', 'id', owner),
    ]);
    const { keys, rows } = await sessions.with(NEW, OLD).survey.take();
    expect({ keys, rows }).toEqual({
      rows: 1,
      keys: [
        { kid: 'new', state: 'current', rows: 1 },
        { kid: 'old', state: 'needed', rows: 1 },
      ],
    });
  });

  it.each(['a-token-that-nobody-sealed', `${'x'.repeat(33)}:then a colon`, ':', ''])(
    'never takes stored text for the name of a key: %j',
    async (text) => {
      await sessions.add(1, OLD);
      await sessions.database.execute('UPDATE cutover_provider_tokens SET access_token = ?', [text]);
      expect(await sessions.with(OLD).survey.take()).toEqual({
        rows: 1,
        unsealed: 1,
        keys: [{ kid: 'old', state: 'current', rows: 1 }],
      });
    },
  );

  it('refuses to do without a key that rows need, with their number and nothing of a key', async () => {
    const lost = keyNamed('lost');
    await sessions.add(2, OLD);
    await sessions.add(1, lost);
    await expect(sessions.with(NEW, lost, OLD).survey.requireKeys()).resolves.toBeUndefined();
    const refusal = await sessions
      .with(NEW)
      .survey.requireKeys()
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConfigurationError);
    const { message } = refusal as ConfigurationError;
    expect(message).toContain('"lost" (1 session), "old" (2 sessions)');
    for (const key of [OLD, NEW, lost]) expect(message).not.toContain(key.split(':')[1]);
  });

  it('needs no key where there is no table yet', async () => {
    const empty = await engine.createDatabase();
    const dataSource = await openDataSource(empty.connection);
    try {
      const survey = new KeySurvey(new Database(dataSource), vaultWith(NEW));
      await expect(survey.requireKeys()).resolves.toBeUndefined();
    } finally {
      await dataSource.destroy();
      await empty.drop();
    }
  });
});
