import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Database, openDataSource } from '@cutover/database';
import { describeOnMysql, dump, type TestDatabase } from '@cutover/database/testing';
import { fillLegacyTable, legacyDefinition } from './commands/rehearse/copy/legacy-table';
import { knownHashes } from './commands/rehearse/people/known-passwords';
import { legacyRow } from './commands/rehearse/people/legacy-people';
import { Seeded } from './commands/rehearse/people/seeded';
import type { RehearsalResult } from './commands/rehearse/rehearsal-result';
import { Cutover } from './testing/cutover';
import { migrate, query } from './testing/schema';

type Answer = RehearsalResult & { recorded: boolean; files: string[]; kept: string };

const MAIN = resolve(__dirname, '../../dist/apps/cli/main.js');
const PEOPLE = 40;
/** Milliseconds; two dozen processes, on machines that are busy too. */
const LIMIT = 400_000;

/** A legacy table as a rehearsal makes it, made by nobody but this test. */
async function legacyDatabase(connection: TestDatabase['connection'], seed: string): Promise<void> {
  const source = await openDataSource(connection);
  try {
    const database = new Database(source);
    for (const statement of legacyDefinition(database.engine)) await database.execute(statement);
    const hashOf = await knownHashes(new Seeded(seed), PEOPLE);
    await fillLegacyTable(database, PEOPLE, (index) => legacyRow(index, hashOf));
  } finally {
    await source.destroy();
  }
}

/** Nobody is asked for anything that is not in the answer of the command, the logs, or the databases. */
function expectEverybodyServed({ rounds, automatic, legacy, restore, undo }: Answer): void {
  expect(rounds.map(({ name, broken, wrong }) => [name, broken.count, wrong.count])).toEqual(
    [
      'off',
      'shadow',
      'test users',
      '5 %',
      '25 %',
      '25 %, provider failing',
      '5 %, provider failing',
      '5 %, hold lifted',
      '25 % again',
      '100 %',
      'rolled back',
      'restored copy',
    ].map((name) => [name, 0, 0]),
  );
  for (const { name, tried, local, external, refused } of rounds) {
    if (name !== '25 %, provider failing') expect(tried).toBe(PEOPLE);
    // One of forty is inactive, and must not get in.
    expect(local.count + external.count).toBe(tried - (refused['invalid_credentials'] ?? 0));
    expect(Object.keys(refused).filter((code) => code !== 'invalid_credentials')).toEqual([]);
  }
  expect(automatic).toMatchObject({
    from: '25 %',
    to: '5 %',
    hold: expect.stringMatching(/^guardrail went back: faults/),
  });
  expect(legacy).toMatchObject({ rows: PEOPLE, definitionEqual: true, restoredEqual: true });
  expect(restore).toMatchObject({ users: PEOPLE, rowsEqual: true, signedIn: true });
  expect(undo).toMatchObject({ left: 0 });
}

describe('cutover rehearse, refused or stopped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-rehearse-spec-'));
  const at = (name: string) => join(folder, name);
  // A provider of the deployment that must never hear of a rehearsal; nothing listens there.
  const cutover = new Cutover({
    DATABASE_URL: `sqlite:${at('none.sqlite')}`,
    TMPDIR: folder,
    USE_EXTERNAL_AUTH: 'true',
    EXTERNAL_AUTH_API_URL: 'http://127.0.0.1:9',
  });
  const left = () => readdirSync(folder).filter((name) => name.startsWith('cutover-rehearsal-'));
  afterAll(() => {
    cutover.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuses a copy that holds something, says what it would do, and leaves nothing behind when stopped', async () => {
    const connection = { engine: 'sqlite' as const, path: at('full.sqlite') };
    await legacyDatabase(connection, 'spec');
    const [refused, planned] = await Promise.all([
      cutover.refusal(['rehearse', '--database', `sqlite:${at('full.sqlite')}`]),
      cutover.answer<{ steps: string[] }>(['rehearse', '--dry-run']),
    ]);
    expect(refused).toMatchObject({ exit: 2, detail: expect.stringContaining('holds something') });
    expect(planned.steps).toContain('manual rollback');
    expect(left()).toEqual([]);

    const ended = await stopped(folder, ['rehearse', '--users', '40', '--report', at('stopped')]);
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The operator stopped the rehearsal.'),
    });
    expect(existsSync(at('stopped/report.md'))).toBe(true);
    expect(left()).toEqual([]);
    expect(processesIn(folder)).toEqual([]);
  });
});

/** Ctrl-C as soon as the API is up. */
async function stopped(folder: string, args: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { DATABASE_URL: `sqlite:${join(folder, 'none.sqlite')}`, TMPDIR: folder },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    if (/started/.test(String(chunk))) child.kill('SIGINT');
    stderr += String(chunk);
  });
  child.stdout.resume();
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

/** Ids of processes that work in a folder, as Linux shows them. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((id) => {
    try {
      return (
        /^\d+$/.test(id) && readlinkSync(`/proc/${id}/cwd`).startsWith(join(folder, 'cutover-rehearsal-'))
      );
    } catch {
      return false; // it has ended, or is somebody else's
    }
  });
}

describeOnMysql('cutover rehearse, with the people of a backup', (engine) => {
  let deployment: TestDatabase;
  let copy: TestDatabase;
  let cutover: Cutover;
  const folder = mkdtempSync(join(tmpdir(), 'cutover-rehearse-spec-'));
  const file = join(folder, 'people.backup');

  beforeAll(async () => {
    [deployment, copy] = [await engine.createDatabase(), await engine.createDatabase()];
    cutover = new Cutover({ DATABASE_URL: deployment.url, TMPDIR: folder });
  });
  afterAll(async () => {
    cutover.remove();
    await Promise.all([deployment.drop(), copy.drop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'proves that the backup restores, leaves the deployment alone but for its audit trail, and records it there',
    async () => {
      await legacyDatabase(deployment.connection, 'deployment');
      // Columns that no other deployment has come along.
      await query(deployment, `ALTER TABLE users ADD COLUMN phone VARCHAR(20) NULL`);
      await query(deployment, `UPDATE users SET phone = CONCAT('+49 ', id), updated_at = updated_at`);
      const legacy = dump(deployment, 'users');
      await migrate(deployment);
      await cutover.answer(['backup', '--to', file]);
      const people = dump(deployment, 'users');

      const rehearse = ['rehearse', '--from-backup', file, '--report', join(folder, 'report'), '--keep'];
      expect(await cutover.refusal([...rehearse, '--database', deployment.url])).toMatchObject({
        exit: 2,
        detail: expect.stringContaining('DATABASE_URL'),
      });
      const answer = await cutover.answer<Answer>([...rehearse, '--database', copy.url]);

      expect(answer).toMatchObject({
        outcome: 'go',
        findings: [],
        recorded: true,
        users: PEOPLE,
        restoredFrom: { users: PEOPLE, differing: 0 },
        source: { kind: 'backup', known: true },
      });
      expectEverybodyServed(answer);
      // Nobody's password is known, so the copy's are others; everything else is what the legacy application left.
      expect(withoutHashes(dump(copy, 'users'))).toBe(withoutHashes(legacy));
      expect(dump(deployment, 'users')).toBe(people);
      const [entry] = await query<{ action: string; outcome: string; detail: string }>(
        deployment,
        `SELECT action, outcome, detail FROM cutover_audit_log ORDER BY id DESC LIMIT 1`,
      );
      expect(entry).toMatchObject({ action: 'rehearsal.completed', outcome: 'success' });
      expect(JSON.parse(entry?.detail ?? '')).toMatchObject({
        backupRestored: true,
        digestEqual: true,
        users: PEOPLE,
        findings: 0,
      });
    },
    LIMIT,
  );
});

/** Of a dump by MariaDB's own program, which says bytes in quotes. */
const withoutHashes = (text: string) => text.replace(/'(\$|pbkdf2_sha256)[^']*'/g, `'-'`);
