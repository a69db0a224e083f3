import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describeOnEachEngine, dump, type TestDatabase } from '@cutover/database/testing';
import type { RehearsalResult } from './commands/rehearse/rehearsal-result';
import { Cutover } from './testing/cutover';
import { query } from './testing/schema';

const PEOPLE = 40;
const LEGACY = 'id, username, email, full_name, hashed_password, is_active, role, created_at, updated_at';
/** Milliseconds for one rehearsal, on a machine that has other work. */
const LIMIT = 300_000;

interface Decided {
  stage: string;
  percent: number;
  changed_by: string;
  hold_reason: string | null;
}

describeOnEachEngine('cutover rehearse', (engine) => {
  let database: TestDatabase;
  let cutover: Cutover;
  let folder: string;

  beforeEach(async () => {
    database = await engine.createDatabase();
    folder = mkdtempSync(join(tmpdir(), 'cutover-rehearse-spec-'));
    cutover = new Cutover({ TMPDIR: folder });
  });

  afterEach(async () => {
    cutover.remove();
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  });

  /** Rehearses in the scratch database, and looks at it behind the command's back as soon as a step is through. */
  async function rehearse(args: string[], after: Record<string, (pid: number) => unknown>) {
    const report = join(folder, 'report');
    const child = cutover.start([
      ...['rehearse', '--users', `${PEOPLE}`, '--sample', `${PEOPLE}`, '--seed', 'spec'],
      ...['--database', database.url, '--report', report, ...args],
    ]);
    child.stdin.end();
    const looks: Promise<unknown>[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [, step = ''] = /^(.+): [\d.]+ s$/.exec(line) ?? [];
      looks.push(Promise.resolve(after[step]?.(child.pid as number)));
    });
    const ended = await cutover.ended(child);
    await Promise.all(looks);
    const result = JSON.parse(readFileSync(join(report, 'result.json'), 'utf8')) as RehearsalResult;
    const text = (name: string) => readFileSync(join(report, name), 'utf8');
    return { ...ended, result, markdown: text('report.md'), html: text('report.html') };
  }

  const legacyRows = () => query(database, `SELECT ${LEGACY} FROM users ORDER BY id`);

  // A whole one takes minutes: MySQL's is shown by rehearse-backup.spec.ts.
  if (engine.name === 'sqlite') {
    it(
      'takes everybody there and back, and leaves the legacy table as it was',
      async () => {
        let before = '';
        let rowsBefore: unknown[] = [];
        let rowsUndone: unknown[] = [];
        let decisions: Decided[] = [];
        let signedIn: { user_id: number; side: string; stage: string }[] = [];
        const { code, result, markdown, html, stdout } = await rehearse(['--keep'], {
          'legacy people': async () => {
            before = dump(database, 'users');
            rowsBefore = await legacyRows();
          },
          backup: async () => {
            decisions = await query<Decided>(
              database,
              'SELECT stage, percent, changed_by, hold_reason FROM cutover_rollout_policies ORDER BY version',
            );
            signedIn = await query(
              database,
              `SELECT DISTINCT user_id, side, stage FROM cutover_sign_in_outcomes WHERE outcome = 'success'`,
            );
          },
          'sync undone': async () => {
            rowsUndone = await legacyRows();
          },
        });

        expect({ code, findings: result.findings, outcome: result.outcome }).toEqual({
          code: 0,
          findings: [],
          outcome: 'go',
        });
        expect(rowsBefore).toHaveLength(PEOPLE);
        expect(rowsUndone).toEqual(rowsBefore);
        expect(dump(database, 'users')).toBe(before);

        expect(decisions.map(({ stage, percent }) => `${stage} ${percent}`)).toEqual([
          ...['off 0', 'shadow 0', 'test-users 0', 'percent 5', 'percent 25'],
          ...['percent 5', 'percent 5', 'percent 25', 'all 25', 'off 25'],
        ]);
        expect(decisions[5]?.hold_reason).toContain('guardrail went back');
        expect(decisions[6]?.hold_reason).toBeNull();
        const active = rowsBefore.filter((row) => Number((row as { is_active: unknown }).is_active) === 1);
        for (const stage of ['off', 'shadow', 'test-users', 'percent', 'all'])
          expect(new Set(signedIn.filter((one) => one.stage === stage).map((one) => one.user_id)).size).toBe(
            active.length,
          );
        const external = signedIn.filter(({ stage, side }) => stage === 'all' && side === 'external');
        expect(external.length).toBeGreaterThan(PEOPLE / 2);

        expect(stdout).toContain('GO: everything held.');
        expect(markdown).toContain('**GO');
        expect(html).toMatch(/<svg/);
        expect(markdown + html + stdout).not.toMatch(/legacy-password-\d|\$argon2|\$2[aby]\$/);
      },
      LIMIT,
    );
  } else {
    it(
      'says no go where somebody could not sign in, and ends in 1 with nothing left behind',
      async () => {
        const { code, result, markdown, stderr } = await rehearse([], {
          'schema up': () =>
            query(
              database,
              `UPDATE users SET hashed_password = 'broken' WHERE id = (SELECT id FROM (SELECT MIN(id) AS id FROM users WHERE is_active = 1 AND role = 'user') AS somebody)`,
            ),
          'sign-ins before': (pid) => process.kill(pid, 'SIGTERM'),
        });
        expect(code).toBe(1);
        expect(result.outcome).toBe('no-go');
        expect(result.findings.join('\n')).toContain('The operator stopped the rehearsal.');
        expect(result.findings).toContain('off: 1 could not sign in although the policy promised it.');
        expect(markdown).toContain('could not sign in although the policy promised it');
        expect(stderr).toContain('No go');
        expect(await query(database, 'SHOW TABLES')).toEqual([]);
      },
      LIMIT,
    );
  }
});
