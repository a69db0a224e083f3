import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(__dirname, '../../dist/apps/auth-api/main.js');

function launch(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    output: output.trim(),
  }));
  return { child, ended };
}

it.each([
  ['production', { NODE_ENV: 'production' }, /^auth-api is a stand-in .* NODE_ENV=production\.$/],
  ['another address than loopback', { AUTH_API_HOST: '0.0.0.0' }, /AUTH_API_HOST: expects 127\.0\.0\.1/],
  ['a port that is none', { AUTH_API_PORT: '99999' }, /AUTH_API_PORT: expects 0 to 65535/],
  [
    'half of a certificate',
    { AUTH_API_TLS_CERT: 'x.pem' },
    /needs both AUTH_API_TLS_CERT and AUTH_API_TLS_KEY/,
  ],
])('refuses %s with one sentence and exit 78', async (_case, env, sentence) => {
  const { code, output } = await launch(env).ended;
  expect(code).toBe(78);
  expect(output).toMatch(sentence);
  expect(output.split('\n')).toHaveLength(1);
});

it('names a taken port and the setting that changes it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, output } = await launch({ AUTH_API_PORT: String(port) }).ended;
  taken.close();
  expect(code).toBe(1);
  expect(output).toBe(`Port ${port} is taken by another program; set AUTH_API_PORT to a free one.`);
});

it('says where it is ready, and exits 0 on SIGTERM with a connection open and a call waiting', async () => {
  const { child, ended } = launch({ AUTH_API_PORT: '0' });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const [, url] =
    /^auth-api \(stand-in for development and tests\) ready at (http:\/\/127\.0\.0\.1:\d+)$/.exec(line) ?? [];
  await fetch(`${url}/control/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ latency: 60_000 }),
  });
  const waiting = fetch(`${url}/api/auth/validate`).then(
    () => 'answered',
    () => 'broken',
  );
  child.kill('SIGTERM');
  expect(await waiting).toBe('broken');
  expect(await ended).toMatchObject({ code: 0 });
});
