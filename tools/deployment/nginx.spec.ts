import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

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

  describe('in front of the API', () => {
    let api: Server;
    let proxy: ChildProcess;
    let port: number;
    let reached: number;

    beforeAll(async () => {
      api = createServer((request, response) => {
        reached += 1;
        request.resume().on('end', () => response.writeHead(401).end());
      }).listen(0, '127.0.0.1');
      await once(api, 'listening');
      const free = createServer().listen(0, '127.0.0.1');
      await once(free, 'listening');
      port = portOf(free);
      free.close();
      await once(free, 'close');
      const upstream = `upstream cutover_api { server 127.0.0.1:${portOf(api)}; keepalive 32; }`;
      const server = `server { listen 127.0.0.1:${port}; include ${folder}/portal.conf; }`;
      const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join(' ');
      writeFileSync(
        join(folder, 'alone.conf'),
        `pid ${folder}/alone.pid; daemon off; events { worker_connections 2048; } http { ${places} access_log off; include ${folder}/http.conf; ${upstream} ${server} }`,
      );
      proxy = spawn(nginx ?? '', ['-e', join(folder, 'errors'), '-c', join(folder, 'alone.conf')], {
        stdio: 'ignore',
      });
      await until(async () => (await ask('GET', '/')).status === 401);
    });
    beforeEach(() => {
      reached = 0;
    });
    afterAll(async () => {
      proxy.kill('SIGQUIT');
      await once(proxy, 'exit');
      api.close();
    });

    const ask = (method: string, path: string, localAddress = '127.0.0.1') =>
      new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
        const call = request({ host: '127.0.0.1', port, method, path, localAddress }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => (text += part));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              type: answer.headers['content-type'] ?? '',
              text,
            }),
          );
        });
        call.on('error', reject).end();
      });
    const flood = (path: string) => Promise.all(Array.from({ length: 300 }, () => ask('POST', path)));

    it('holds a flood of sign-ins from one address before it reaches the API, in words that the portal reads', async () => {
      const answers = await flood('/api/auth/login');
      const held = answers.filter(({ status }) => status === 429);
      expect(held.length).toBeGreaterThan(100);
      expect(reached).toBe(answers.length - held.length);
      expect(held[0]?.type).toBe('application/problem+json');
      expect(JSON.parse(held[0]?.text ?? '')).toMatchObject({
        status: 429,
        code: 'rate_limited',
        retryAfter: 5,
        requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      for (const spelled of ['/api/auth/%6Cogin', '/API//auth/./login?x', '/x/../api/auth/reset'])
        expect((await flood(spelled)).map(({ status }) => status)).toContain(429);
      expect(await ask('POST', '/api/auth/login', '127.0.0.2')).toMatchObject({ status: 401 });
    });

    it('holds nothing else', async () => {
      const answers = await flood('/api/auth/refresh');
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    });
  });
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 1; !(await isSo().catch(() => false)); attempt += 1) {
    if (attempt === 200) throw new Error('nginx does not answer');
    await delay(25);
  }
}
