import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnMysql } from '@cutover/database/testing';
import { AuditProcess, AuditScratch, auditKey } from '@cutover/operations/testing';
import { Cutover } from './testing/cutover';

/** Milliseconds: each test waits for several processes. */
jest.setTimeout(120_000);

describeOnMysql('cutover audit', (engine) => {
  let scratch: AuditScratch;
  let trail: AuditProcess;
  let cutover: Cutover;
  let folder: string;

  beforeAll(async () => {
    const database = await engine.createDatabase();
    scratch = await AuditScratch.on(database);
    cutover = new Cutover({
      DATABASE_URL: database.url,
      LOCAL_JWT_SECRET: 'x'.repeat(32),
      TOKEN_ENCRYPTION_KEYS: auditKey('tokens'),
      AUDIT_KEYS: auditKey('k1'),
    });
    folder = mkdtempSync(join(tmpdir(), 'cutover-audit-'));
  });
  beforeEach(async () => {
    await scratch.empty();
    trail = new AuditProcess(scratch.database, 'k1');
    await trail.write(6);
    await trail.sealer.release();
  });
  afterAll(async () => {
    expect(cutover.output).not.toMatch(/^\s+at .+:\d+/m); // a stack trace
    for (const kid of ['k1', 'tokens']) expect(cutover.output).not.toContain(auditKey(kid).split(':')[1]);
    cutover.remove();
    rmSync(folder, { recursive: true });
    await scratch.drop();
  });

  it('proves the trail, hands it out and prunes it', async () => {
    const csv = join(folder, 'trail.csv');
    const { sequence, hmac } = await trail.root.read().then(({ head }) => head);
    const [proven, exported, piped, unnamed, previewed] = await Promise.all([
      cutover.run(['audit', 'verify', '--head', `${sequence}:${hmac}`]),
      cutover.answer(['audit', 'export', '--format', 'csv', '--to', csv]),
      cutover.run(['audit', 'export', '--format', 'ndjson', '--action', 'sign_in', '--until', '2020-01-01']),
      cutover.refusal(['audit', 'prune']),
      cutover.answer(['audit', 'prune', '--keep-days', '1', '--dry-run']),
    ]);
    expect(proven).toMatchObject({ code: 0, stderr: '' });
    expect(proven.stdout).toBe(
      `The audit trail is whole: 6 entries, seals 1 to 6.\nIts head, to be kept elsewhere: 6:${hmac}\n`,
    );
    expect(exported).toMatchObject({ entries: 6, file: csv });
    expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(8);
    expect(statSync(csv).mode & 0o777).toBe(0o600);
    expect(piped).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(unnamed).toMatchObject({ exit: 64 });
    expect(previewed).toMatchObject({ dryRun: true, entries: 0, anchor: null });

    const before = new Date().toISOString();
    expect(await cutover.answer(['audit', 'prune', '--before', before])).toMatchObject({ entries: 6 });
    const [rest, again] = await Promise.all([
      cutover.run(['audit', 'verify']),
      cutover.refusal(['audit', 'export', '--format', 'csv', '--to', csv]),
    ]);
    expect(rest.code).toBe(0);
    expect(rest.stdout).toMatch(
      /whole: 1 entries, seals 7 to 7\.\n.*\nRemoved by policy: everything up to seal 6,/,
    );
    expect(again).toMatchObject({ exit: 2, detail: expect.stringContaining('there already') });
  });

  it('names what was done to it, and the key that it lacks', async () => {
    const head = await trail.root.read().then(({ head }) => head);
    const sql = (text: string) => scratch.database.execute(text);
    await sql(`UPDATE cutover_audit_log SET outcome = 'failure' WHERE number = 2`);
    await sql('DELETE FROM cutover_audit_log WHERE number = 4');
    const [tampered, keyless, beyond] = await Promise.all([
      cutover.run(['audit', 'verify']),
      cutover.refusal(['audit', 'verify'], '', { AUDIT_KEYS: auditKey('k2') }),
      cutover.run(['audit', 'verify', '--json', '--head', `9:${head.hmac}`]),
    ]);
    expect(tampered.code).toBe(1);
    expect(tampered.stdout).toMatch(
      /^2 +10000000002 +sign_in +\d{4}-\S+Z +changed: is not the entry that was sealed$/m,
    );
    expect(tampered.stdout).toMatch(/^4 +10000000004 +- +- +removed: was sealed, and its entry is gone$/m);
    expect(tampered.stderr).toContain('does not prove itself: 3 finding(s)');
    expect(keyless).toMatchObject({ exit: 1 }); // a row is gone, whatever the key
    expect(beyond.code).toBe(1);
    expect(JSON.parse(beyond.stdout)).toMatchObject({
      intact: false,
      found: 4,
      findings: [
        { kind: 'changed' },
        { kind: 'forged' },
        { kind: 'removed' },
        { kind: 'tail_removed', sequence: 7 },
      ],
    });
    await scratch.empty();
    await new AuditProcess(scratch.database, 'k1').write(1);
    expect(await cutover.refusal(['audit', 'verify'], '', { AUDIT_KEYS: auditKey('k2') })).toMatchObject({
      exit: 78,
      detail: expect.stringMatching(/AUDIT_KEYS: lacks a key .*"k1"/),
    });
  });
});
