import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../load-settings';
import { SECRET_NAMES } from './secret-settings';
import { messagesOf, newKey, SECRETS } from '../testing/environments';

const TOKEN = 'metrics-of-the-portal';

describe('a secret from a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string | Buffer, mode = 0o600): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    chmodSync(path, mode); // whatever the umask says
    return path;
  }
  const given = (path: string) => ({ ...SECRETS, METRICS_TOKEN_FILE: path });
  const tokenIn = (path: string) => loadSettings(given(path)).http.metricsToken;

  it.each([
    ['as it is', TOKEN, TOKEN],
    ['without one line end', `${TOKEN}\n`, TOKEN],
    ['without one line end of Windows', `${TOKEN}\r\n`, TOKEN],
    ['with its blanks', ` ${TOKEN} `, ` ${TOKEN} `],
    ['with its quotes', `"${TOKEN}"`, `"${TOKEN}"`],
  ])('is taken %s', (_how, content, token) => {
    expect(tokenIn(file('token', content))).toBe(token);
  });

  it('may be any of the secrets, and goes nowhere but into the settings', () => {
    const files = {
      DATABASE_URL_FILE: file('url', 'mysql://app:Xk93-hQ@localhost/people\n'),
      LOCAL_JWT_SECRET_FILE: file('jwt', `${SECRETS.LOCAL_JWT_SECRET}\n`),
      TOKEN_ENCRYPTION_KEYS_FILE: file('keys', `${SECRETS.TOKEN_ENCRYPTION_KEYS}\n`),
      AUDIT_KEYS_FILE: file('audit', `${SECRETS.AUDIT_KEYS}\n`),
      BACKUP_KEY_FILE: file('backup', `${newKey()}\n`),
      METRICS_TOKEN_FILE: file('metrics', `${TOKEN}\n`),
      EXTERNAL_AUTH_CLIENT_SECRET_FILE: file('client', 'a~secret.of-Entra\n'),
      OTEL_EXPORTER_OTLP_HEADERS_FILE: file('otel', 'x-key=a%20b\n'),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example.org',
    };
    expect(Object.keys(files).filter((name) => name.endsWith('_FILE'))).toHaveLength(SECRET_NAMES.length);
    expect(loadSettings(files)).toMatchObject({
      database: { connection: { url: 'mysql://app:Xk93-hQ@localhost/people' } },
      secrets: { localJwtSecrets: [SECRETS.LOCAL_JWT_SECRET], keptIn: null, backupKey: expect.any(Buffer) },
      http: { metricsToken: TOKEN },
      tracing: { headers: { 'x-key': 'a b' } },
    });
    expect(process.env['METRICS_TOKEN']).toBeUndefined();
  });

  it.each([
    ['is not there', () => join(folder, 'nothing'), 'does not exist'],
    ['is a folder', () => folder, 'a folder'],
    ['is under a file', () => join(file('token', TOKEN), 'more'), 'no folder'],
    ['is empty', () => file('empty', ''), 'empty'],
    ['is but a line end', () => file('line', '\n'), 'empty'],
    ['has two lines', () => file('lines', `${TOKEN}\n\n`), 'one line'],
    ['has a NUL in it', () => file('nul', `${TOKEN}\0`), 'control characters'],
    ['is no text', () => file('binary', Buffer.alloc(20, 0xff)), 'no UTF-8'],
    ['is larger than any secret', () => file('large', 'x'.repeat(65 * 1024)), 'more than 64 KiB'],
    ['can be written to by everybody', () => file('open', TOKEN, 0o602), 'may write to'],
    ['can be replaced by everybody', () => inFolder(0o777), 'may replace it'],
    ['is linked to from where everybody can replace the link', () => linkFrom(0o777), 'may replace it'],
    ['is a pipe', () => pipe(), 'no regular file'],
  ] as [string, () => string, string][])(
    'that %s is refused, by the setting and the cause alone',
    (_what, path, cause) => {
      const faults = messagesOf(given(path()));
      expect(faults).toEqual([{ name: 'METRICS_TOKEN_FILE', problem: expect.stringContaining(cause) }]);
      expect(JSON.stringify(faults)).not.toMatch(new RegExp(`${TOKEN}|${folder}`));
    },
  );

  it('may be in a folder of everybody where each file is its owner’s, as /tmp is', () => {
    expect(tokenIn(inFolder(0o1777))).toBe(TOKEN);
  });

  it('is, from the environment too, without one line end, and of one line', () => {
    const given = (token: string) => ({ ...SECRETS, METRICS_TOKEN: token });
    expect(loadSettings(given(`${TOKEN}\n`)).http.metricsToken).toBe(TOKEN);
    expect(messagesOf(given(`${TOKEN}\n\n`))).toEqual([
      { name: 'METRICS_TOKEN', problem: expect.stringContaining('one line') },
    ]);
  });

  it('is refused beside the same secret as it is, of which one would be ignored', () => {
    expect(messagesOf({ ...given(file('token', TOKEN)), METRICS_TOKEN: TOKEN })).toEqual([
      { name: 'METRICS_TOKEN_FILE', problem: expect.stringContaining('together with METRICS_TOKEN') },
    ]);
  });

  it('is for secrets only', () => {
    expect(messagesOf({ ...SECRETS, PUBLIC_URL_FILE: file('url', 'https://portal.example.org') })).toEqual([
      { name: 'PUBLIC_URL_FILE', problem: expect.stringContaining('no secret') },
    ]);
  });

  it('is held to the rules of its setting', () => {
    const files = { ...SECRETS, AUDIT_KEYS: '', AUDIT_KEYS_FILE: file('audit', 'no key') };
    expect(messagesOf(files)).toMatchObject([{ name: 'AUDIT_KEYS' }]);
    const weak = { ...files, AUDIT_KEYS_FILE: file('audit', SECRETS.TOKEN_ENCRYPTION_KEYS) };
    const production = { ...weak, NODE_ENV: 'production', PUBLIC_URL: 'https://portal.example.org' };
    expect(messagesOf(production)).toMatchObject([{ name: 'AUDIT_KEYS' }]);
  });

  function inFolder(mode: number): string {
    const open = join(folder, `open-${mode}`);
    mkdirSync(open, { recursive: true });
    chmodSync(open, mode);
    const path = join(open, 'token');
    writeFileSync(path, TOKEN, { mode: 0o600 });
    return path;
  }

  function linkFrom(mode: number): string {
    const link = `${inFolder(mode)}-link`;
    symlinkSync(file('token', TOKEN), link);
    return link;
  }

  function pipe(): string {
    const path = join(folder, 'pipe');
    spawnSync('mkfifo', ['-m', '600', path]);
    return path;
  }
});
