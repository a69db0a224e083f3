import { once } from 'node:events';
import { createServer } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { generate } from 'selfsigned';
import { answerWith } from '../testing/answering-server';
import { externalAuthUnderTest, failureOf } from '../testing/external-auth-under-test';
import { standInEnvironment } from '../testing/stand-in-environment';
import { startStandIn } from '../testing/stand-in-process';

const DAY = 86_400_000;

interface Certificate {
  host?: string;
  ip?: string;
  from?: Date;
  until?: Date;
}

const certificate = ({
  host = 'localhost',
  ip,
  from = new Date(Date.now() - DAY),
  until = new Date(Date.now() + DAY),
}: Certificate) =>
  generate([{ name: 'commonName', value: host }], {
    keySize: 2048,
    notBeforeDate: from,
    notAfterDate: until,
    extensions: [{ name: 'subjectAltName', altNames: ip ? [{ type: 7, ip }] : [{ type: 2, value: host }] }],
  });

const AUTHORITIES = getCACertificates('default');
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  setDefaultCACertificates(AUTHORITIES);
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Signs in at https://localhost of a server with this certificate, which stands among the trusted ones or not. */
async function signInAt(options: Certificate, trusts = false) {
  const { cert, private: key } = await certificate(options);
  const bodies: string[] = [];
  const server = createServer({ cert, key }, async (request, response) => {
    for await (const chunk of request) bodies.push(String(chunk));
    response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const auth = await externalAuthUnderTest({
    ...standInEnvironment(url),
    EXTERNAL_AUTH_CLIENT_SECRET_EXPIRES: '2031-03-04',
  });
  if (trusts) setDefaultCACertificates([cert]);
  const error = await failureOf(auth.client.signIn('grace', 'secret'));
  const metrics = await auth.metrics.registry.metrics();
  await auth.close();
  server.closeAllConnections();
  server.close();
  return { error, bodies, metrics };
}

it.each<[string, Certificate, boolean, string]>([
  ['nobody vouches for', {}, false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['names another host', { host: 'other.example' }, true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [
    'has expired',
    { from: new Date(Date.now() - 3 * DAY), until: new Date(Date.now() - DAY) },
    true,
    'CERT_HAS_EXPIRED',
  ],
  [
    'is not valid yet',
    { from: new Date(Date.now() + DAY), until: new Date(Date.now() + 3 * DAY) },
    true,
    'CERT_NOT_YET_VALID',
  ],
])(
  'a certificate that %s is a fault of configuration, and gets no password',
  async (_case, options, trusts, code) => {
    const { error, bodies } = await signInAt(options, trusts);
    expect(error).toMatchObject({ code: 'external_misconfigured', status: 502, failure: { code } });
    expect(bodies).toEqual([]);
  },
);

it('no variable of Node.js turns the check off', async () => {
  await tellNode(`process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'`);
  try {
    const { error, bodies } = await signInAt({});
    expect(error).toMatchObject({ failure: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    expect(bodies).toEqual([]);
  } finally {
    await tellNode('delete process.env.NODE_TLS_REJECT_UNAUTHORIZED');
  }
});

/** What Node.js itself reads: Jest gives tests a copy of the environment. */
async function tellNode(code: string): Promise<void> {
  await once(new Worker(code, { eval: true, env: SHARE_ENV }), 'exit');
}

it('a certificate that is trusted, valid and names the host is taken', async () => {
  const { error, bodies } = await signInAt({}, true);
  expect(error).toMatchObject({ code: 'invalid_credentials' });
  expect(bodies).toHaveLength(1);
});

it('the end of a certificate that was taken, and of the client secret, is told in time', async () => {
  const until = new Date('2031-02-03T04:05:06Z');
  const name = 'cutover_external_auth_certificate_expiry_timestamp_seconds';
  const { metrics } = await signInAt({ until }, true);
  expect(metrics).toContain(`\n${name} ${until.getTime() / 1000}\n`);
  expect(metrics).toContain(
    `\ncutover_external_auth_client_secret_expiry_timestamp_seconds ${Date.UTC(2031, 2, 4) / 1000}\n`,
  );
  expect((await signInAt({ until })).metrics).not.toContain(`\n${name} `);
});

it('https to a server that speaks http is a fault of configuration', async () => {
  const server = await answerWith((_request, response) => response.end());
  const auth = await externalAuthUnderTest(standInEnvironment(server.url.replace('http:', 'https:')));
  expect(await failureOf(auth.client.signIn('grace', 'secret'))).toMatchObject({
    code: 'external_misconfigured',
  });
  await auth.close();
  await server.close();
});

it('TLS connections are kept and used again, at the stand-in too', async () => {
  const { cert, private: key } = await certificate({ ip: '127.0.0.1' });
  const folder = await mkdtemp(join(tmpdir(), 'cutover-tls-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key, { mode: 0o600 })]);
  setDefaultCACertificates([cert]);
  const standIn = await startStandIn({ AUTH_API_TLS_CERT: certFile, AUTH_API_TLS_KEY: keyFile });
  cleanups.push(() => standIn.stop());
  const auth = await externalAuthUnderTest(standIn.settings());
  cleanups.push(() => auth.close());

  const { tokens } = await auth.client.signIn('grace', 'Nanosecond-Wire-1952');
  const { connections } = await standIn.control.resetCounts();
  for (let count = 0; count < 3; count += 1) await auth.client.signIn('grace', 'Nanosecond-Wire-1952');
  await expect(auth.verifier.verify(tokens.accessToken)).resolves.toBeDefined();
  const state = await standIn.control.state();
  expect(state.calls.login).toBe(3);
  expect(state.connections - connections).toBe(1); // this very question's
});
