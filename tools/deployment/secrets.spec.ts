import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, compose, lines, read, servicesOf } from './deployed-files';

const { loadSettings, SECRET_NAMES, fileSettingOf } =
  jest.requireActual<typeof import('@cutover/config')>('@cutover/config');

/** Settings that name the file of a secret, with what they name. */
type Files = Record<string, string>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cutover-deployment-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string) => statSync(join(folder, path)).mode & 0o777;
const contentOf = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('docker/make-secrets.sh', () => {
  const make = () => execFileSync(join(folder, 'make-secrets.sh'), ['portal.example.org'], { stdio: 'pipe' });
  const made = () =>
    Object.fromEntries(
      readdirSync(join(folder, 'secrets')).map((name) => [name, contentOf(`secrets/${name}`)]),
    );
  beforeEach(() => {
    writeFileSync(join(folder, 'make-secrets.sh'), read('docker/make-secrets.sh'), { mode: 0o755 });
  });

  it('makes each secret once, one file each, for its owner alone', () => {
    expect(make().toString()).toBe('');
    const first = made();
    expect(modeOf('secrets')).toBe(0o700);
    expect(Object.keys(first).sort()).toEqual(
      Object.values(compose.secrets)
        .map(({ file }) => file.replace('secrets/', ''))
        .sort(),
    );
    make();
    expect(made()).toEqual(first);
  });

  it.each(['api-1', 'migrate', 'cutover'])('makes what production demands of %s', (name) => {
    make();
    const files = filesOf(
      compose.services[name]?.environment ?? {},
      '/run/secrets/',
      join(folder, 'secrets'),
    );
    expect(startOf(files)).not.toThrow();
  });

  it('makes a certificate of the database that names it, and that the programs can trust', () => {
    make();
    const certificate = new X509Certificate(contentOf('secrets/mysql.crt'));
    expect(certificate.checkHost('mysql')).toBe('mysql');
    expect(certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(contentOf('secrets/mysql.key')))).toBe(true);
  });

  it('keeps the keys of the first release, and gives its database TLS', () => {
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets/mysql-password'), 'old-password-of-mysql');
    const keys = { LOCAL_JWT_SECRET: 'old+jwt==', TOKEN_ENCRYPTION_KEYS: 'k1:old=', AUDIT_KEYS: 'a1:old=' };
    const url = 'mysql://cutover:old-password-of-mysql@mysql:3306/cutover';
    const before = Object.entries({ ...keys, DATABASE_URL: url }).map(
      ([name, value]) => `${name}=${value}\n`,
    );
    writeFileSync(join(folder, 'secrets/api.env'), before.join(''));
    writeFileSync(join(folder, 'secrets/operator.env'), 'BACKUP_KEY=old-backup=\n');
    make();
    expect(made()).toMatchObject({
      'local-jwt-secret': keys.LOCAL_JWT_SECRET,
      'token-encryption-keys': keys.TOKEN_ENCRYPTION_KEYS,
      'audit-keys': keys.AUDIT_KEYS,
      'backup-key': 'old-backup=',
      'database-url': `${url}?ssl=true&ssl-ca=/run/secrets/mysql.crt`,
    });
  });
});

describe('the compose files', () => {
  it('hold no secret in an environment, and give each service the files that it names', () => {
    for (const [, service] of [...servicesOf(compose), ...servicesOf(attempt)]) {
      const environment = Object.entries(service.environment ?? {});
      expect(environment.filter(([name]) => (SECRET_NAMES as string[]).includes(name))).toEqual([]);
      expect(
        environment.filter(
          ([name, value]) => /PASSWORD|SECRET|TOKEN|KEY/.test(name) && !/^\/run\/secrets\//.test(value),
        ),
      ).toEqual([]);
      const named = environment.flatMap(([, value]) => /^\/run\/secrets\/(.+)$/.exec(value)?.[1] ?? []);
      expect(named.filter((name) => !service.secrets?.includes(name))).toEqual([]);
      expect((service.env_file ?? []).filter((file) => file.startsWith('secrets/'))).toEqual([]);
    }
  });

  it('give the key of backups to the operator’s command alone', () => {
    const holders = servicesOf(compose).filter(([, { secrets }]) => secrets?.includes('backup-key'));
    expect(holders.map(([name]) => name)).toEqual(['cutover']);
  });

  it('hold none in a file that is read into an environment', () => {
    for (const file of ['docker/.env.example', 'docker/stand-in.env'])
      expect(SECRET_NAMES.filter((name) => new RegExp(`^${name}=`, 'm').test(read(file)))).toEqual([]);
  });
});

describe('the guide’s commands on a machine', () => {
  const guide = read('docs/deployment.md');

  /** Runs an indented block of the guide, with this folder for /etc/cutover, and without the accounts that it needs. */
  function run(block: string): void {
    const script = block
      .replaceAll(/^ {4}/gm, '')
      .replaceAll('/etc/cutover', folder)
      .replaceAll(' -g cutover-operators', '')
      .replaceAll(/^(chgrp|groupadd|systemctl|cutover) .*$/gm, ':')
      .replaceAll('mariadb <<', 'cat <<');
    execFileSync('bash', ['-euc', script], { stdio: 'pipe' });
  }
  const blockWith = (line: string) =>
    guide
      .split(/\n(?! {4}|\n)/)
      .find((part) => part.includes(`    ${line}`))
      ?.replace(/^(?! {4}).*$/gm, '') ?? '';

  it('make what production demands of each unit and of the command, readable for their group alone', () => {
    mkdirSync(join(folder, 'secrets'), { mode: 0o750 });
    run(blockWith('api=$(openssl rand -hex 24)'));
    run(blockWith('cat > /etc/cutover/api.env <<END'));
    expect(SECRET_NAMES.filter((name) => contentOf('api.env').includes(name))).toEqual([]);
    const secrets = readdirSync(join(folder, 'secrets'));
    expect(secrets.map((name) => modeOf(`secrets/${name}`))).toEqual(secrets.map(() => 0o640));
    for (const unit of ['cutover-api@.service', 'cutover-backup.service'])
      expect(startOf(filesOfUnit(unit))).not.toThrow();
    expect(startOf(filesOfCommand())).not.toThrow();
  });

  it('take the secrets of the first release over', () => {
    writeFileSync(
      join(folder, 'api.env'),
      'NODE_ENV=production\nDATABASE_URL=mysql://a:b@127.0.0.1/c\nLOCAL_JWT_SECRET=j+w/t==\nTOKEN_ENCRYPTION_KEYS=k1:a=\nAUDIT_KEYS=a1:b=\nMETRICS_TOKEN=m\n',
    );
    writeFileSync(join(folder, 'operator.env'), 'DATABASE_URL=mysql://o:p@127.0.0.1/c\nBACKUP_KEY=b=\n');
    run(blockWith('groupadd --system --force cutover-operators'));
    run(blockWith('sed -i -E'));
    expect(contentOf('api.env')).toBe('NODE_ENV=production\n');
    const secrets = Object.fromEntries(
      readdirSync(join(folder, 'secrets')).map((name) => [name, contentOf(`secrets/${name}`)]),
    );
    expect(secrets).toEqual({
      'api-database-url': 'mysql://a:b@127.0.0.1/c\n',
      'operator-database-url': 'mysql://o:p@127.0.0.1/c\n',
      'local-jwt-secret': 'j+w/t==\n',
      'token-encryption-keys': 'k1:a=\n',
      'audit-keys': 'a1:b=\n',
      'metrics-token': 'm\n',
      'backup-key': 'b=\n',
    });
  });

  it('put no password into a file', () => {
    for (const path of ['docs/deployment.md', 'docs/break-glass.md', 'docker/README.md']) {
      expect(read(path)).not.toMatch(/--password-stdin.*<|> ?\S*password\S*$|tee /m);
    }
  });

  /** What `%d` is to a unit: a folder with the credentials that it loads. */
  function filesOfUnit(unit: string): Files {
    const loaded = new Map(
      lines(`docker/systemd/${unit}`).flatMap((line) => {
        const [, id, path] = /^LoadCredential=([^:]+):\/etc\/cutover\/(.+)$/.exec(line) ?? [];
        return id && path ? [[id, join(folder, path)] as const] : [];
      }),
    );
    const named = lines(`docker/systemd/${unit}`).flatMap((line) => {
      const [, setting, id] = /^Environment=(\w+_FILE)=%d\/(.+)$/.exec(line) ?? [];
      return setting && id ? [[setting, loaded.get(id) ?? 'not loaded'] as const] : [];
    });
    return Object.fromEntries(named);
  }

  function filesOfCommand(): Files {
    const named = [...read('docker/systemd/cutover').matchAll(/^(\w+_FILE)=\/etc\/cutover\/(.+)$/gm)];
    return Object.fromEntries(named.map(([, setting = '', path = '']) => [setting, join(folder, path)]));
  }
});

function filesOf(environment: Record<string, string>, from: string, to: string): Files {
  const settings = SECRET_NAMES.map(fileSettingOf) as string[];
  return Object.fromEntries(
    Object.entries(environment)
      .filter(([name]) => settings.includes(name))
      .map(([name, path]) => [name, path.replace(from, `${to}/`)]),
  );
}

/** A start in production with these files and no secret beside them. */
function startOf(files: Files) {
  expect(Object.keys(files).length).toBeGreaterThan(3);
  const place = '/run/secrets/mysql.crt';
  const url = readFileSync(files['DATABASE_URL_FILE'] ?? '', 'utf8');
  // Where the address names a file of the container, it is beside the others here.
  const copy = join(folder, 'database-url');
  writeFileSync(copy, url.replace(place, join(folder, 'secrets/mysql.crt')), { mode: 0o600 });
  return () =>
    loadSettings({
      ...files,
      DATABASE_URL_FILE: copy,
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://portal.example.org',
    });
}
