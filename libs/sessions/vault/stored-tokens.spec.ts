import { randomBytes } from 'node:crypto';
import { describeOnEachEngine } from '@cutover/database/testing';
import { keyNamed, SealedSessions, tokensNamed } from './testing/sealed-sessions';
import { VaultError } from './token-vault';

const KEY = keyNamed('k');

describeOnEachEngine('tokens at rest', (engine) => {
  let sessions: SealedSessions;

  beforeAll(async () => {
    sessions = await SealedSessions.on(await engine.createDatabase());
  });
  afterEach(() => sessions.clear());
  afterAll(() => sessions.drop());

  // 16 KiB and 48 KiB: around what TEXT would hold of them sealed; 1 MiB: far beyond what a provider hands out.
  it.each([1, 2047, 16_384, 49_152, 1_048_576])(
    'come back as they came, at a length of %i',
    async (length) => {
      const owner = await sessions.addSession();
      const token = () => randomBytes(length).toString('base64url').slice(0, length);
      const given = {
        accessToken: token(),
        refreshToken: token(),
        idToken: token(),
        accessTokenExpiresAt: Date.now() + 60_000,
      };
      const { tokens } = sessions.with(KEY);
      await tokens.insert(owner, given);
      expect(await tokens.find(owner)).toMatchObject(given);
      const renewed = { ...given, accessToken: token(), refreshToken: token() };
      expect(await tokens.replace(owner, renewed, 1)).toBe(true);
      expect(await tokens.find(owner)).toMatchObject(renewed);
      expect(
        await sessions.with(keyNamed('new'), KEY).rotation.run({ actor: 'test', batch: 10 }),
      ).toMatchObject({
        rotated: 1,
      });
    },
  );

  it.each([
    ['another session of the same person', { userId: 7, kind: 'refresh', from: 'elsewhere' }],
    ['another person’s session', { userId: 8, kind: 'refresh', from: 'elsewhere' }],
    ['the place of another kind', { userId: 7, kind: 'id', from: 'here' }],
  ] as const)('do not open where they were copied to %s', async (_place, { userId, kind, from }) => {
    const [elsewhere] = await sessions.add(1, KEY);
    const here = await sessions.addSession(userId);
    const { tokens, vault } = sessions.with(KEY);
    await tokens.insert(here, tokensNamed('this session'));
    const origin = from === 'here' ? here : elsewhere;
    const [row] = await sessions.database.query<{ sealed: string }>(
      'SELECT refresh_token AS sealed FROM cutover_provider_tokens WHERE session_id = ?',
      [origin?.sessionId],
    );
    if (!origin || !row) throw new Error('nothing to copy');
    expect(vault.open(row.sealed, 'refresh', origin)).toContain('refresh token');
    await sessions.database.execute(
      `UPDATE cutover_provider_tokens SET ${kind}_token = ? WHERE session_id = ?`,
      [row.sealed, here.sessionId],
    );
    await expect(tokens.find(here)).rejects.toThrow(VaultError);
  });
});
