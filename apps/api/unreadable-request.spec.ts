import { connect } from 'node:net';
import { sqliteEngine } from '@cutover/database/testing';
import { TestApi } from './testing/test-api';

/** Node's own refusals: no database has a part in them. */
describe('what is no request yet', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start(await sqliteEngine.createDatabase());
  });
  afterAll(() => api.stop());

  /** All that comes back until the connection ends; `trickle` is sent byte by byte for as long as it lasts. */
  const sent = (head: string, trickle = '') =>
    new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
      const timer = setInterval(() => trickle && socket.write(trickle), 100);
      let text = '';
      socket.on('connect', () => socket.write(head));
      socket
        .on('error', () => undefined)
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part));
      socket.on('close', () => {
        clearInterval(timer);
        resolve(text);
      });
    });
  const PROBLEM = /^HTTP\/1\.1 400 [\s\S]*\r\nPermissions-Policy: [\s\S]*"code":"validation_failed"/;

  it('is answered like every error', async () => {
    expect(await sent('NONSENSE\r\n\r\n')).toMatch(PROBLEM);
    expect(await sent(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(PROBLEM);
  });

  it('ends its connection where it trickles in, headers and body alike', async () => {
    const post = 'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
    const since = performance.now();
    const answers = await Promise.all([
      sent(''),
      sent(`${post}X-Long: `, 'x'),
      sent(`${post}Content-Length: 200000\r\n\r\n`, ' '),
      sent(`${post}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
    ]);
    const [silent, ...trickled] = answers;
    expect(silent).toBe(''); // a browser opens connections ahead
    for (const answer of trickled) expect(answer).toMatch(PROBLEM);
    expect(performance.now() - since).toBeLessThan(20_000);
  }, 30_000);
});
