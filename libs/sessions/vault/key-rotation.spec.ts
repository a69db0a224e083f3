import { describeOnEachEngine, dump, type TestDatabase } from '@cutover/database/testing';
import { keyNamed, SealedSessions, tokensNamed } from './testing/sealed-sessions';
import type { TokenOwner } from './token-vault';

const OLD = keyNamed('old');
const NEW = keyNamed('new');
const RUN = { actor: 'cli:olga', batch: 7 };

describeOnEachEngine('the rotation of keys', (engine) => {
  let test: TestDatabase;
  let sessions: SealedSessions;

  beforeAll(async () => {
    test = await engine.createDatabase();
    sessions = await SealedSessions.on(test);
  });
  afterEach(() => sessions.clear());
  afterAll(() => sessions.drop());

  const columns = (rows: string) =>
    sessions.database.query<Record<string, unknown>>(
      `SELECT ${rows} FROM cutover_provider_tokens ORDER BY session_id`,
    );

  it('seals every row again under the first key and changes nothing else of it', async () => {
    const owners = await sessions.add(20, OLD);
    const rest =
      'session_id, obtained_at, access_token_expires_at, version, refresh_due_at, sent_at, failures';
    const before = await columns(rest);
    const progress: number[] = [];
    const result = await sessions
      .with(NEW, OLD)
      .rotation.run({ ...RUN, onProgress: (done) => progress.push(done) });

    expect(result).toEqual({ kid: 'new', rotated: 20, unreadable: [], ended: 0, remaining: 0 });
    expect(progress).toEqual([7, 14, 20]);
    expect(await columns(rest)).toEqual(before);
    const { vault } = sessions.with(NEW); // without the old key
    for (const owner of owners) {
      expect(await sessions.find(vault, owner)).toEqual({
        ...tokensNamed(owner.sessionId),
        idToken: null,
        version: 1,
      });
    }
  });

  it('leaves a figure in the audit trail, and none where nothing was to do', async () => {
    await sessions.add(3, OLD);
    const { rotation } = sessions.with(NEW, OLD);
    await rotation.run(RUN);
    await rotation.run(RUN);
    const entries = await sessions.database.query<{ detail: string }>(
      'SELECT actor, action, outcome, detail FROM cutover_audit_log',
    );
    expect(entries).toEqual([
      { actor: 'cli:olga', action: 'keys.rotated', outcome: 'success', detail: expect.any(String) },
    ]);
    expect(JSON.parse(entries[0]?.detail ?? '')).toEqual({
      kid: 'new',
      rotated: 3,
      unreadable: 0,
      ended: 0,
      remaining: 0,
    });
  });

  it('tells keys apart whose names differ in case or look like a pattern', async () => {
    const [upper, lower, under, letter] = ['K_1', 'k_1', 'a_b', 'axb'].map(keyNamed) as [
      string,
      string,
      string,
      string,
    ];
    await sessions.add(1, upper);
    expect(await sessions.with(lower, upper).rotation.run(RUN)).toMatchObject({ rotated: 1 });
    expect(await sessions.with(letter, lower).rotation.run(RUN)).toMatchObject({ rotated: 1 });
    expect(await sessions.with(under, letter).rotation.run(RUN)).toMatchObject({ rotated: 1 });
  });

  it('lists what no configured key opens, leaves it as it is, and still does the rest', async () => {
    const [lost] = await sessions.add(1, keyNamed('lost'));
    const [moved, origin] = await sessions.add(2, OLD);
    await sessions.add(10, OLD);
    await sessions.database.execute(
      `UPDATE cutover_provider_tokens SET access_token = 'ey.never.sealed' WHERE session_id = ?`,
      [moved?.sessionId],
    );
    // A ciphertext of another session's row.
    const [copied] = await sessions.database.query<{ sealed: string }>(
      'SELECT refresh_token AS sealed FROM cutover_provider_tokens WHERE session_id = ?',
      [lost?.sessionId],
    );
    await sessions.database.execute(
      'UPDATE cutover_provider_tokens SET refresh_token = ? WHERE session_id = ?',
      [copied?.sealed, origin?.sessionId],
    );
    const { rotation } = sessions.with(NEW, OLD);
    const unreadable = [lost, moved, origin].map((owner) => owner?.sessionId).sort();
    expect(await rotation.unreadable(RUN.batch)).toEqual(unreadable);
    expect(await rotation.run(RUN)).toMatchObject({ rotated: 10, unreadable, ended: 0, remaining: 0 });

    const before = dump(test, 'cutover_provider_tokens');
    expect(await rotation.run(RUN)).toMatchObject({ rotated: 0, unreadable });
    expect(dump(test, 'cutover_provider_tokens')).toBe(before);
  });

  it('ends the sessions that nobody can read any more, where it is told to', async () => {
    const [lost] = await sessions.add(1, keyNamed('lost'));
    const [orphan] = await sessions.add(1, OLD);
    await sessions.database.execute('DELETE FROM cutover_sessions WHERE id = ?', [orphan?.sessionId]);
    await sessions.add(2, OLD);
    const { rotation } = sessions.with(NEW, OLD);
    expect(await rotation.run({ ...RUN, endUnreadable: true })).toMatchObject({
      rotated: 2,
      unreadable: [lost?.sessionId, orphan?.sessionId].sort(),
      ended: 2,
      remaining: 0,
    });
    expect(await rotation.due()).toBe(0);
    expect(await columns('session_id')).toHaveLength(2);
    expect(
      await sessions.database.query('SELECT end_reason AS reason FROM cutover_sessions WHERE id = ?', [
        lost?.sessionId,
      ]),
    ).toEqual([{ reason: 'revoked' }]);
  });

  it('loses no token that is refreshed between its reading and its writing, and is in nobody’s way', async () => {
    const owners = await sessions.add(20, OLD);
    const { rotation, vault } = sessions.with(NEW, OLD);
    const another = sessions.with(OLD, NEW).vault; // of a process that was not restarted yet
    const refresh = (owner: TokenOwner, version: number) =>
      sessions.refresh(another, owner, `${owner.sessionId} at ${version}`, version);
    const refreshed = new Map<string, Promise<boolean>>();
    const reseal = vault.reseal.bind(vault);
    jest.spyOn(vault, 'reseal').mockImplementation((sealed, owner) => {
      if (!refreshed.has(owner.sessionId)) refreshed.set(owner.sessionId, refresh(owner, 1));
      return reseal(sealed, owner);
    });

    for (const version of [1, 2]) {
      expect(await rotation.run(RUN)).toMatchObject({ unreadable: [] });
      expect(await Promise.all(refreshed.values())).toEqual(owners.map(() => true));
      for (const owner of owners) {
        const stored = tokensNamed(`${owner.sessionId} at ${version}`);
        expect(await sessions.find(another, owner)).toMatchObject({ ...stored, version: version + 1 });
        if (version === 1) refreshed.set(owner.sessionId, refresh(owner, 2));
      }
    }
    expect(await rotation.run(RUN)).toMatchObject({ unreadable: [], remaining: 0 });
  });

  it('says that another process still seals under an older key', async () => {
    const [first] = (await sessions.add(3, OLD)).sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
    const behind = sessions.with(OLD, NEW).vault;
    let stored = false;
    const { rotation, survey } = sessions.with(NEW, OLD);
    const result = await rotation.run({
      ...RUN,
      batch: 2,
      onProgress: async () => {
        if (first && !stored) stored = await sessions.refresh(behind, first, 'later', 1);
      },
    });
    expect(stored).toBe(true);
    expect(result).toMatchObject({ rotated: 3, unreadable: [], remaining: 1 });
    expect((await survey.take()).keys).toContainEqual({ kid: 'old', state: 'needed', rows: 1 });
    expect(await rotation.run(RUN)).toMatchObject({ rotated: 1, remaining: 0 });
  });
});
