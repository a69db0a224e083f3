import { randomBytes } from 'node:crypto';
import { hash } from 'bcrypt';
import { describeOnMysql } from '@cutover/database/testing';
import { AuditProcess, AuditScratch, auditKey } from '@cutover/operations/testing';
import { ApiProcess } from './testing/api-process';
import { Client } from './testing/client';
import { eventually } from './testing/eventually';

const PASSWORD = 'Analytical-Engine-1843';
const PEOPLE = 40;

/** Milliseconds: three processes start. */
jest.setTimeout(120_000);

describeOnMysql('a process that seals the audit trail', (engine) => {
  let scratch: AuditScratch;
  let trail: AuditProcess;
  const running: ApiProcess[] = [];
  let settings: Record<string, string>;

  beforeAll(async () => {
    const database = await engine.createDatabase();
    scratch = await AuditScratch.on(database);
    trail = new AuditProcess(scratch.database, 'k1');
    settings = {
      DATABASE_URL: database.url,
      LOCAL_JWT_SECRET: randomBytes(32).toString('hex'),
      TOKEN_ENCRYPTION_KEYS: auditKey('tokens'),
      AUDIT_KEYS: auditKey('k1'),
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '0',
      RATE_LIMIT_SIGN_IN_PER_ADDRESS: '0',
    };
    const hashed = await hash(PASSWORD, 4);
    for (let person = 0; person < PEOPLE; person++)
      await scratch.database.execute('INSERT INTO users (username, hashed_password) VALUES (?, ?)', [
        `person${person}`,
        hashed,
      ]);
  });
  afterAll(async () => {
    for (const api of running) await api.kill();
    await scratch.drop();
  });

  const start = async () => {
    const api = await ApiProcess.start(settings);
    running.push(api);
    const [, url = ''] = /ready at (http:\/\/[^\s,"]+)/.exec(await api.said('ready at ')) ?? [];
    return { api, url };
  };
  /** Everybody at once, every fourth with a wrong password. @returns how many were answered */
  const signIns = async (url: string) => {
    const people = Array.from({ length: PEOPLE }, (_, person) => person);
    const answers = await Promise.all(
      people.map((person) =>
        new Client(() => url).signIn(`person${person}`, person % 4 === 0 ? 'wrong' : PASSWORD),
      ),
    );
    return answers.filter(({ status }) => status === 200 || status === 401).length;
  };
  const entries = async () => {
    const [row] = await scratch.database.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM cutover_audit_log WHERE action = 'sign_in'`,
    );
    return Number(row?.count);
  };

  it('ends on SIGTERM with everything sealed, and loses nothing to SIGKILL', async () => {
    const first = await start();
    expect(await signIns(first.url)).toBe(PEOPLE);
    const { code, output } = await first.api.stop();
    expect(code).toBe(0);
    expect(await entries()).toBe(PEOPLE);
    const { head, ...proven } = await trail.verification.run();
    expect(proven).toMatchObject({ sealed: PEOPLE, found: 0, waiting: 0 });
    expect(output).toContain(`${head?.sequence}:${head?.hmac}`);

    const second = await start();
    expect(await signIns(second.url)).toBe(PEOPLE);
    await second.api.kill();
    expect(await entries()).toBe(2 * PEOPLE);

    await start();
    await eventually(
      () => trail.verification.run({ ...(head && { head }) }),
      ({ sealed, waiting }) => sealed === 2 * PEOPLE && waiting === 0,
    );
    // Nobody says that what it wrote in its last second is all there.
    jest.useFakeTimers({
      now: Date.now() + 60_000,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance'],
    });
    const { findings } = await trail.verification.run();
    jest.useRealTimers();
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'tail_unproven', detail: expect.stringMatching(/^the writer 2 /) }),
    );
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['tail_unproven']));
  });

  it('does not start without the key that its last seal is under', async () => {
    await expect(ApiProcess.start({ ...settings, AUDIT_KEYS: auditKey('k2') })).rejects.toThrow(
      /AUDIT_KEYS: lacks a key that entries of the audit trail were sealed under: "k1"/,
    );
  });
});
