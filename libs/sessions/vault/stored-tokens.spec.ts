import { randomBytes } from 'node:crypto';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigurationModule, loadSettings } from '@cutover/config';
import { DatabaseModule } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { AuditModule, MetricsModule } from '@cutover/operations';
import { ProviderTokenStore } from '../provider-token-store';
import { SessionsModule } from '../sessions.module';
import { keyNamed, SealedSessions, tokensNamed } from './testing/sealed-sessions';
import { VaultError } from './token-vault';

const KEY = keyNamed('k');

describeOnEachEngine('tokens at rest', (engine) => {
  let sessions: SealedSessions;
  let context: INestApplicationContext;
  let tokens: ProviderTokenStore;

  beforeAll(async () => {
    const database = await engine.createDatabase();
    sessions = await SealedSessions.on(database);
    context = await NestFactory.createApplicationContext(sessionsOn(database), { logger: false });
    tokens = context.get(ProviderTokenStore, { strict: false });
  });
  afterEach(() => sessions.clear());
  afterAll(async () => {
    await context.close();
    await sessions.drop();
  });

  // 16 KiB and 48 KiB: around what TEXT would hold of them sealed; 1 MiB: far beyond what a provider hands out.
  it.each([1, 2047, 16_384, 49_152, 1_048_576])(
    'come back as they came, at a length of %i',
    async (length) => {
      const owner = await sessions.addSession();
      const token = () => randomBytes(length).toString('base64url').slice(0, length);
      const given = { accessToken: token(), refreshToken: token(), idToken: token() };
      await tokens.insertAll([tokens.seal(owner, { ...given, accessTokenExpiresAt: Date.now() + 60_000 })]);
      expect(await tokens.find(owner)).toMatchObject(given);

      const rotated = sessions.with(keyNamed('new'), KEY);
      expect(await rotated.rotation.run({ actor: 'cli:olga', batch: 10 })).toMatchObject({ rotated: 1 });
      expect(await sessions.find(rotated.vault, owner)).toMatchObject(given);
    },
  );

  it.each([
    ['another session of the same person', { userId: 7, kind: 'refresh', from: 'elsewhere' }],
    ['another person’s session', { userId: 8, kind: 'refresh', from: 'elsewhere' }],
    ['the place of another kind', { userId: 7, kind: 'id', from: 'here' }],
  ] as const)('do not open where they were copied to %s', async (_place, { userId, kind, from }) => {
    const [elsewhere] = await sessions.add(1, KEY);
    const here = await sessions.addSession(userId);
    const given = { ...tokensNamed('this session'), idToken: null };
    await tokens.insertAll([tokens.seal(here, { ...given, accessTokenExpiresAt: Date.now() + 60_000 })]);
    const origin = from === 'here' ? here : elsewhere;
    const [row] = await sessions.database.query<{ sealed: string }>(
      'SELECT refresh_token AS sealed FROM cutover_provider_tokens WHERE session_id = ?',
      [origin?.sessionId],
    );
    if (!origin || !row) throw new Error('nothing to copy');
    expect(sessions.with(KEY).vault.open(row.sealed, 'refresh', origin)).toContain('refresh token');
    await sessions.database.execute(
      `UPDATE cutover_provider_tokens SET ${kind}_token = ? WHERE session_id = ?`,
      [row.sealed, here.sessionId],
    );
    await expect(tokens.find(here)).rejects.toThrow(VaultError);
  });
});

function sessionsOn({ url }: TestDatabase) {
  const settings = loadSettings({
    DATABASE_URL: url,
    LOCAL_JWT_SECRET: 'x'.repeat(32),
    TOKEN_ENCRYPTION_KEYS: KEY,
  });
  return {
    module: class Sessions {},
    imports: [
      ConfigurationModule.forRoot(settings),
      DatabaseModule.forRoot(),
      MetricsModule,
      AuditModule,
      SessionsModule,
    ],
  };
}
