import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretsReport } from '@cutover/config';
import { Cutover } from './testing/cutover';

const key = () => randomBytes(32).toString('base64');

describe('cutover keys check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-check-'));
  const [jwt, shared, audit] = [randomBytes(48).toString('base64'), key(), key()];
  const reversed = randomBytes(16).toString('hex');
  const cutover = new Cutover({
    NODE_ENV: 'production',
    DATABASE_URL: 'mysql://app:Xk93-hQ@db.invalid/app?ssl=true',
    LOCAL_JWT_SECRET_FILE: join(folder, 'jwt'),
    TOKEN_ENCRYPTION_KEYS: `k1:${shared}`,
  });

  beforeAll(() => {
    writeFileSync(join(folder, 'jwt'), `${jwt}\n`);
    chmodSync(join(folder, 'jwt'), 0o640);
  });
  afterAll(() => {
    for (const secret of [jwt, shared, audit, reversed, 'Xk93-hQ', 'x'.repeat(32)])
      expect(cutover.output).not.toContain(secret);
    cutover.remove();
    rmSync(folder, { recursive: true });
  });

  it('says of each secret where it is from, how long and how strong it is, without a database', async () => {
    const { code, stdout } = await cutover.run(['keys', 'check'], '', { AUDIT_KEYS: `a1:${audit}` });
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual(
      expect.arrayContaining([
        ['SECRET', 'FROM (MODE)', 'KEY', 'BYTES', 'BITS AT MOST', 'BITS NEEDED'],
        ['DATABASE_URL', 'environment', 'password', '7', expect.any(String), '-'],
        ['LOCAL_JWT_SECRET', 'file (0640)', '1.', '64', expect.stringMatching(/^38\d$/), '128'],
        ['TOKEN_ENCRYPTION_KEYS', 'environment', 'k1', '32', '256', '128'],
        ['METRICS_TOKEN', 'not set'],
      ]),
    );
    expect(stdout).not.toContain('every account');
  });

  it('says that everybody can read a file, and its folder does not keep them out', async () => {
    const open = mkdtempSync(join(tmpdir(), 'cutover-open-'));
    writeFileSync(join(open, 'token'), randomBytes(24).toString('hex'));
    chmodSync(join(open, 'token'), 0o644);
    const check = async () => {
      const given = { AUDIT_KEYS: `a1:${audit}`, METRICS_TOKEN_FILE: join(open, 'token') };
      const { code, stdout } = await cutover.run(['keys', 'check'], '', given);
      return [
        code,
        stdout.includes('METRICS_TOKEN is in a file that every account here may read (mode 0644).'),
      ];
    };
    expect(await check()).toEqual([0, false]);
    chmodSync(open, 0o755);
    expect(await check()).toEqual([0, true]);
    rmSync(open, { recursive: true });
  });

  it('exits with 2 and the reasons for what production would refuse', async () => {
    const args = ['keys', 'check', '--json'];
    const { code, stdout, stderr } = await cutover.run(args, '', {
      AUDIT_KEYS: `a2:${audit},a1:${shared}`,
      METRICS_TOKEN: 'x'.repeat(32),
      BACKUP_KEY_FILE: join(folder, 'no-such-file'),
    });
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as SecretsReport).reasons.map(({ name }) => name).sort()).toEqual([
      'AUDIT_KEYS',
      'BACKUP_KEY_FILE',
      'METRICS_TOKEN',
    ]);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        detail: expect.stringContaining('AUDIT_KEYS holds a secret that TOKEN_ENCRYPTION_KEYS holds too'),
      },
    });
    expect(await cutover.refusal(['keys', 'check'])).toMatchObject({
      exit: 2,
      detail: expect.stringContaining('AUDIT_KEYS must be set in production'),
    });
  });

  it('takes nothing for a name that may be the secret itself, whatever way round somebody wrote it', async () => {
    const { code } = await cutover.run(['keys', 'check'], '', {
      AUDIT_KEYS: `${reversed}:a1`,
      OTEL_EXPORTER_OTLP_HEADERS: `${reversed}==`,
    });
    expect(code).toBe(2);
  });

  it('makes no secret where a development machine has none yet', async () => {
    const database = { NODE_ENV: '', DATABASE_URL: `sqlite:${folder}/people.sqlite` };
    const development = { ...database, LOCAL_JWT_SECRET_FILE: '', TOKEN_ENCRYPTION_KEYS: '' };
    const { code, stdout } = await cutover.run(['keys', 'check'], '', development);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/kept|\d{2}/);
    expect(existsSync(join(folder, 'secrets.env'))).toBe(false);
  });
});

describe('a command in production', () => {
  it('is held to the rules of the API', async () => {
    const cutover = new Cutover({
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://portal.example.org',
      LOCAL_JWT_SECRET: 'z'.repeat(32),
      TOKEN_ENCRYPTION_KEYS: `k1:${key()}`,
      AUDIT_KEYS: `a1:${key()}`,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      TRUST_PROXY: '::/0',
    });
    for (const args of [
      ['users', 'list'],
      ['check-api', '--username', 'a', '--password-stdin'],
      ['rehearse'],
    ]) {
      const { exit, detail } = await cutover.refusal(args, 'a password\n');
      expect(exit).toBe(78);
      for (const name of ['LOCAL_JWT_SECRET', 'NODE_TLS_REJECT_UNAUTHORIZED', 'TRUST_PROXY'])
        expect(detail).toContain(`${name}: `);
      expect(detail).not.toContain('zzzz');
    }
    cutover.remove();
  });

  it('copies nobody to a scratch database that is reached in clear', async () => {
    const cutover = new Cutover({
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://portal.example.org',
      LOCAL_JWT_SECRET: key(),
      TOKEN_ENCRYPTION_KEYS: `k1:${key()}`,
      AUDIT_KEYS: `a1:${key()}`,
    });
    const scratch = 'mysql://app:Xk93-hQ@db.invalid/scratch';
    expect(await cutover.refusal(['rehearse', '--database', scratch])).toMatchObject({
      exit: 2,
      detail: expect.stringContaining('without TLS'),
    });
    cutover.remove();
  });
});
