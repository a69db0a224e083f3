import { answerWith, startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import type { CheckReport } from '@cutover/external-auth';
import { Cutover } from './testing/cutover';

const PASSWORD = 'Nanosecond-Wire-1952';
const CHECK = ['check-api', '--username', 'grace', '--password-stdin'];

describe('cutover check-api', () => {
  let standIn: StandInProcess;
  let cutover: Cutover;
  beforeAll(async () => {
    standIn = await startStandIn();
    const settings = Object.entries(standIn.settings({ USE_EXTERNAL_AUTH: 'false' }));
    cutover = new Cutover(Object.fromEntries(settings.filter(([, value]) => value !== undefined)) as never);
  });
  afterAll(async () => {
    expect(cutover.output).not.toContain(PASSWORD);
    expect(cutover.output).not.toMatch(/eyJ[\w-]{10}/); // a token
    expect(cutover.output).not.toMatch(/^\s+at .+:\d+/m); // a stack trace
    cutover.remove();
    await standIn.stop();
  });

  it('proves a deployment while the switch is still off, in words and in JSON', async () => {
    const [text, report] = await Promise.all([
      cutover.run(CHECK, `${PASSWORD}\n`),
      cutover.answer<CheckReport>(CHECK, PASSWORD),
    ]);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/^sign in +ok +\d+ +the API let the account in$/m);
    expect(text.stdout).toMatch(/^accessToken +access_token$/m);
    expect(text.stdout).toMatch(/All is well\.\n$/);
    expect(report).toMatchObject({ api: standIn.url, username: 'grace@contoso.example', outcome: 'ok' });
  });

  it('exits by what it found: the account refused, a page and no API, settings that describe none', async () => {
    const page = await answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
    });
    const [refused, html, unset] = await Promise.all([
      cutover.run(CHECK, 'another one'),
      cutover.run(CHECK, PASSWORD, { EXTERNAL_AUTH_API_URL: page.url }),
      cutover.refusal(CHECK, PASSWORD, { EXTERNAL_AUTH_API_URL: '', EXTERNAL_AUTH_ISSUER: '' }),
    ]);
    await page.close();
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('refused the test account') });
    expect(refused.stdout).toContain('What to do:\n  sign_in: Check the name and the password');
    expect(html).toMatchObject({ code: 1, stderr: expect.stringMatching(/did not pass: .*sign_in/) });
    expect(unset).toMatchObject({ exit: 78, code: 'configuration', stdout: '' });
    expect(unset.detail).toMatch(/EXTERNAL_AUTH_API_URL[^]*EXTERNAL_AUTH_ISSUER/);
  });
});
