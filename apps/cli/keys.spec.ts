import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnMysql, dump, type TestDatabase } from '@cutover/database/testing';
import type { RotationResult, SurveyedKeys } from '@cutover/sessions';
import { Cutover } from './testing/cutover';
import { behind, migrate, query } from './testing/schema';
import { addSealedSessions, keyNamed, opened, untouched } from './testing/sealed-tokens';

const [OLD, NEW, LOST] = [keyNamed('old'), keyNamed('new'), keyNamed('lost')];
const rotate = (...rest: string[]) => ['keys', 'rotate', ...rest];

describeOnMysql('cutover keys', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;

  beforeAll(async () => {
    database = await engine.createDatabase();
    await migrate(database);
    cutover = new Cutover({
      DATABASE_URL: database.url,
      TOKEN_ENCRYPTION_KEYS: `${NEW},${OLD}`,
      AUDIT_KEYS: keyNamed('a1'),
    });
  });
  beforeEach(async () => {
    for (const table of ['cutover_provider_tokens', 'cutover_sessions', 'cutover_audit_log'])
      await query(database, `DELETE FROM ${table}`);
  });
  afterAll(async () => {
    expect(cutover.output).not.toMatch(/^\s+at .+:\d+/m); // a stack trace
    expect(cutover.output).not.toContain('token-of-');
    for (const key of [OLD, NEW, LOST]) expect(cutover.output).not.toContain(key.split(':')[1]);
    cutover.remove();
    await database.drop();
  });

  it('shows who needs which key, rotates them, and then says that the old one can go', async () => {
    const ids = await addSealedSessions(database, 3, OLD);
    expect((await cutover.run(['keys', 'status'])).stdout.split('\n')).toEqual([
      'KEY  SESSIONS  STATE',
      'new  0         the first: new tokens are sealed under it',
      'old  3         still needed: "cutover keys rotate" seals these again',
      '',
    ]);
    const { code, stdout, stderr } = await cutover.run(rotate());
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'Sealed the tokens of 3 sessions again under "new".\n',
      stderr: '', // no bar: nobody watches a terminal
    });
    expect(await opened(database, NEW)).toEqual(untouched(ids));
    expect(await cutover.answer<SurveyedKeys>(['keys', 'status'])).toEqual({
      rows: 3,
      unsealed: 0,
      keys: [
        { kid: 'new', state: 'current', rows: 3 },
        { kid: 'old', state: 'removable', rows: 0 },
      ],
      audit: [{ kid: 'a1', state: 'current', entries: 1 }],
    });
    expect(await query(database, 'SELECT action, outcome, actor FROM cutover_audit_log')).toEqual([
      { action: 'keys.rotated', outcome: 'success', actor: expect.stringMatching(/^cli:/) },
    ]);
  });

  it('changes nothing in a dry run', async () => {
    await addSealedSessions(database, 2, OLD);
    const [lost] = await addSealedSessions(database, 1, LOST);
    const before = dump(database, 'cutover_provider_tokens');
    const { code, stdout, stderr } = await cutover.run(rotate('--dry-run', '--end-unreadable', '--json'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      kid: 'new',
      rotated: 2,
      unreadable: [lost],
      ended: 1,
      remaining: 0,
    });
    expect(stderr).toBe('');
    expect(dump(database, 'cutover_provider_tokens')).toBe(before);
    expect(await query(database, 'SELECT 1 FROM cutover_audit_log')).toEqual([]);
  });

  it('exits with 1 while rows need a key that is not configured, names them, and ends them when told to', async () => {
    const ids = await addSealedSessions(database, 2, OLD);
    const [lost] = await addSealedSessions(database, 1, LOST);
    const wanting = await cutover.run(['keys', 'status', '--json']);
    expect(wanting.code).toBe(1);
    expect((JSON.parse(wanting.stdout) as SurveyedKeys).keys).toContainEqual({
      kid: 'lost',
      state: 'missing',
      rows: 1,
    });
    expect(JSON.parse(wanting.stderr)).toEqual({
      error: { code: 'failed', detail: expect.stringContaining('not in TOKEN_ENCRYPTION_KEYS: lost') },
    });

    const incomplete = await cutover.run(rotate());
    expect(incomplete.code).toBe(1);
    expect(incomplete.stdout.split('\n')).toEqual([
      'Sealed the tokens of 2 sessions again under "new".',
      'Left as they are, as no configured key opens them:',
      `  session ${lost}`,
      '',
    ]);
    expect(incomplete.stderr).toContain('1 session(s) hold tokens that no configured key opens');

    expect(await cutover.answer<RotationResult>(rotate('--end-unreadable'))).toMatchObject({
      unreadable: [lost],
      ended: 1,
    });
    expect(await opened(database, NEW)).toEqual(untouched(ids));
  });

  if (engine.name === 'mysql') {
    it('goes on where it was killed, to the same end', async () => {
      const ids = await addSealedSessions(database, 60, OLD);
      const held = ids[35] as string;
      const half = () =>
        query<{ id: string }>(
          database,
          `SELECT session_id AS id FROM cutover_provider_tokens WHERE access_token LIKE 'new:%' ORDER BY session_id`,
        );
      await behind(database, async (source) => {
        const runner = source.createQueryRunner();
        await runner.startTransaction();
        // The rotation waits for this row: it is killed in the middle of a batch.
        await runner.query('SELECT 1 FROM cutover_provider_tokens WHERE session_id = ? FOR UPDATE', [held]);
        const killed = await cutover.runUntilKilled(
          rotate('--batch', '10'),
          async () => (await half()).length >= 30,
        );
        expect(killed.code).toBeNull();
        await runner.rollbackTransaction();
        await runner.release();
      });
      expect((await half()).map(({ id }) => id)).toEqual(ids.slice(0, 30));
      expect(await cutover.answer(rotate('--batch', '10'))).toMatchObject({ rotated: 30, unreadable: [] });
      expect(await opened(database, NEW)).toEqual(untouched(ids));
    });
  }
});

describe('cutover', () => {
  it('keeps its keys out of a diagnostic report', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cutover-report-'));
    const cutover = new Cutover({ TOKEN_ENCRYPTION_KEYS: OLD });
    const writesReport =
      "data:text/javascript,process.on('exit',()=>process.report.writeReport('report.json'))";
    try {
      await cutover.runAlone(['--help'], {
        NODE_OPTIONS: `--report-directory=${folder} --import ${writesReport}`,
      });
      const report = readFileSync(join(folder, 'report.json'), 'utf8');
      expect(JSON.parse(report)).toHaveProperty('header.nodejsVersion');
      expect(report).not.toContain(OLD.split(':')[1]);
    } finally {
      cutover.remove();
      rmSync(folder, { recursive: true });
    }
  });
});
