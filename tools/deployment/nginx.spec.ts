import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const CONFIGURATION = join(__dirname, '../../docker/nginx');

/** Where containers and machines keep what the configuration names: all of it in one folder here. */
const PLACES =
  /\/(etc\/nginx\/cutover|opt\/cutover\/current\/docker\/nginx|run\/secrets|etc\/cutover|tmp|var\/log\/nginx)\//g;

const nginx = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  .map((folder) => join(folder, 'nginx'))
  .find((path) => existsSync(path));

describe('nginx', () => {
  let folder: string;

  beforeAll(() => {
    if (!nginx) throw new Error('nginx is not installed: tools/test/system-packages.mjs names the package');
    folder = mkdtempSync(join(tmpdir(), 'cutover-nginx-'));
    for (const file of readdirSync(CONFIGURATION)) {
      const text = readFileSync(join(CONFIGURATION, file), 'utf8')
        .replaceAll(PLACES, `${folder}/`)
        .replaceAll('/dev/stdout', join(folder, 'stdout'));
      writeFileSync(join(folder, file), text);
    }
    const site = `pid ${folder}/nginx.pid; events {} http { include ${folder}/cutover.site; }`;
    writeFileSync(join(folder, 'machine.conf'), site);
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=localhost',
    ];
    const files = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')];
    execFileSync('openssl', ['req', '-x509', ...key, ...files], { stdio: 'ignore' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['of the containers', 'nginx.conf'],
    ['of the containers with the stand-in', 'nginx.try.conf'],
    ['of a Debian machine', 'machine.conf'],
  ])('accepts the configuration %s', (_where, file) => {
    const { stderr } = spawnSync(nginx ?? '', ['-t', '-e', 'stderr', '-c', join(folder, file)], {
      encoding: 'utf8',
    });

    expect(stderr).toMatch(/test is successful/);
    expect(stderr).not.toMatch(/\[(warn|emerg)\]/);
  });
});
