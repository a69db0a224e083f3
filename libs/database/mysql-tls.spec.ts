import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { openDataSource } from './data-source';
import { mysqlEngine, type TestDatabase } from './testing/test-engine';

interface Server {
  url: string;
  stop(): Promise<void>;
}

/**
 * Names of this machine that are taken for other hosts, since they are no addresses as such are written. The server's
 * certificate has the first, as TLS spells it out.
 */
const [NAMED, NOT_NAMED] = ['127.1', '127.2'];
const IN_CERTIFICATE = '127.0.0.1';
const STARTER = join(__dirname, '../../tools/testing/mysql-server.mjs');

const certificate = () =>
  generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: IN_CERTIFICATE }] }],
  });

describe('TLS to the database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-mysql-tls-'));
  const file = (name: string) => join(folder, name);
  let server: Server;
  let plain: TestDatabase;

  beforeAll(async () => {
    const [ours, others] = await Promise.all([certificate(), certificate()]);
    writeFileSync(file('ours.pem'), ours.cert);
    writeFileSync(file('ours.key'), ours.private);
    writeFileSync(file('others.pem'), others.cert);
    const { startScratchServer } = (await import(STARTER)) as {
      startScratchServer(options: string[]): Promise<Server>;
    };
    server = await startScratchServer([
      `--ssl-cert=${file('ours.pem')}`,
      `--ssl-key=${file('ours.key')}`,
      '--bind-address=127.0.0.1,127.0.0.2',
    ]);
    plain = await mysqlEngine.createDatabase();
  });
  afterAll(async () => {
    await server.stop();
    await plain.drop();
    rmSync(folder, { recursive: true });
  });

  const at = (host: string, parameters: string) =>
    openDataSource({
      engine: 'mysql',
      url: `${server.url.replace('127.0.0.1', host)}/mysql?${parameters}`,
    });

  it.each([NAMED, 'localhost'])(
    'is used with a certificate that is trusted and names the host: %s',
    async (host) => {
      const source = await at(host, `ssl=true&ssl-ca=${file('ours.pem')}`);
      const [{ Value: cipher }] = (await source.query(`SHOW STATUS LIKE 'Ssl_cipher'`)) as [
        { Value: string },
      ];
      await source.destroy();
      expect(cipher).toMatch(/^(TLS_|ECDHE)/);
    },
  );

  it.each([
    ['that names another host', NOT_NAMED, '&ssl-ca=ours.pem', /altnames/],
    ['of another authority', NAMED, '&ssl-ca=others.pem', /self-signed/],
    ['of another authority, on this machine too', 'localhost', '&ssl-ca=others.pem', /self-signed/],
    ['that nobody vouches for', NAMED, '', /self-signed/],
  ])('is not used with a certificate %s', async (_what, host, authority, cause) => {
    const failure = await failureOf(at(host, `ssl=true${authority.replace('=', `=${folder}/`)}`));
    expect(failure).toMatch(cause);
  });

  it('is not given up where a server has none', async () => {
    const failure = await failureOf(openDataSource({ engine: 'mysql', url: `${plain.url}?ssl=true` }));
    expect(failure).toMatch(/secure|SSL/i);
  });
});

async function failureOf(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => new Error('it was opened'),
    (reason: unknown) => reason as Error,
  );
  return `${String(error.cause)} ${error.message}`;
}
