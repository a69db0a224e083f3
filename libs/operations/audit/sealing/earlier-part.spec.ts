import { Logger } from '@nestjs/common';
import { describeOnEachEngine } from '@cutover/database/testing';
import { AuditProcess, AuditScratch } from '../testing/audit-process';
import { FirstRelease } from '../testing/first-release';

Logger.overrideLogger(false);

describeOnEachEngine('the trail of the first release', (engine) => {
  let scratch: AuditScratch;
  let before: FirstRelease;
  let now: AuditProcess;

  beforeAll(async () => {
    scratch = await AuditScratch.on(await engine.createDatabase());
  });
  beforeEach(async () => {
    await scratch.empty();
    now = new AuditProcess(scratch.database);
    before = new FirstRelease(scratch.database, now.keys);
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  afterAll(() => scratch.drop());

  const sql = (text: string) => scratch.database.execute(text);
  const verified = (head?: { sequence: number; hmac: string }) =>
    new AuditProcess(scratch.database).verification.run({ head });
  const kinds = async () => (await verified()).findings.map(({ kind, trail }) => `${trail} ${kind}`);
  const later = () =>
    jest.useFakeTimers({
      now: Date.now() + 60_000,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance'],
    });

  it('goes on: what waits is sealed as it stands, once, and verify says where that ends', async () => {
    await before.write(3);
    await before.seal();
    await before.write(2);
    await before.stop();
    expect((await verified()).earlier).toMatchObject({ sealed: 3, closed: false });
    await now.write(2);
    await now.end();
    const { earlier, ...rest } = await verified();
    expect(rest).toMatchObject({ sealed: 2, found: 0, waiting: 0 });
    expect(earlier).toMatchObject({ sealed: 5, first: 1, head: { sequence: 5 }, closed: true, added: 0 });
    if (earlier.head) expect(await verified(earlier.head)).toMatchObject({ found: 0 }); // kept from its log
    const page = await now.pages.page({ limit: 3 });
    const next = await now.pages.page({ limit: 9, cursor: page.nextCursor ?? '' });
    const ids = [...page.items, ...next.items].map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([7, 7]);
  });

  it('may still be written by a process of it, which seals: that is said, and then vouched for', async () => {
    await before.write(1);
    await before.seal();
    await now.write(1);
    expect((await verified()).earlier).toMatchObject({ closed: false }); // it has the lease
    await before.stop();
    await now.write(1);
    await before.write(2);
    await before.seal();
    expect(await verified()).toMatchObject({ found: 0, earlier: { closed: true, added: 2 } });
    await now.write(1);
    expect(await verified()).toMatchObject({ found: 0, earlier: { sealed: 3, added: 0 } });
  });

  it('takes nothing in once it is closed, when no process of it runs', async () => {
    await before.write(2);
    await now.write(1);
    await before.write(1); // by whoever has SQL
    await now.write(1);
    expect(await verified()).toMatchObject({ found: 0, waiting: 1, earlier: { sealed: 2 } });
    await sql('UPDATE audit_log SET at = at - 60000 WHERE id = 3');
    expect(await kinds()).toEqual(['earlier unsealed']);
    await sql('UPDATE audit_log SET unsealed = NULL WHERE id = 3');
    expect(await kinds()).toEqual(['earlier inserted']);
  });

  it('seals what a killed process of it left, once an operator has looked', async () => {
    await now.write(1);
    await before.write(2);
    await sql('UPDATE audit_log SET at = at - 60000');
    expect(await kinds()).toEqual(['earlier unsealed', 'earlier unsealed']);
    expect(await now.acknowledgement.run('cli:olga', 'the old process was killed')).toMatchObject({
      leftBehind: 2,
    });
    await now.end();
    expect(await verified()).toMatchObject({ found: 0, earlier: { sealed: 2, closed: true } });
  });

  it.each([
    ['an entry changed', () => sql(`UPDATE audit_log SET actor = 'x' WHERE id = 2`), 'earlier changed'],
    [
      'its end removed, with the head beside it',
      async () => {
        await sql('DELETE FROM audit_log WHERE id = 3');
        await sql('DELETE FROM cutover_audit_seals WHERE sequence = 3');
        await sql(
          'UPDATE cutover_audit_chain SET sequence = 2, hmac = (SELECT hmac FROM cutover_audit_seals WHERE sequence = 2)',
        );
      },
      'earlier tail_removed',
    ],
    [
      'its beginning removed, with the first release’s word for it',
      async () => {
        await sql('DELETE FROM audit_log WHERE id = 1');
        await sql('DELETE FROM cutover_audit_seals WHERE sequence = 1');
      },
      'earlier removed',
    ],
    [
      'where it ends changed',
      () => sql('UPDATE cutover_audit_log_chain SET earlier_to = 2'),
      'current root_forged',
    ],
  ] as [string, () => Promise<unknown>, string][])('shows %s', async (_what, tamper, finding) => {
    await before.write(3);
    await now.write(1);
    await tamper();
    expect(await kinds()).toContain(finding);
  });

  it('is pruned with the rest, and an old key is free when nothing is left that was made under it', async () => {
    const old = new AuditProcess(scratch.database, 'old', 'k1');
    await new FirstRelease(scratch.database, old.keys).write(3);
    await old.audit.record({ action: 'break_glass.tested', actor: 'cli:olga', outcome: 'success' });
    await old.end();
    const both = new AuditProcess(scratch.database, 'k1', 'old');
    expect(await both.keys.survey()).toMatchObject([
      { kid: 'k1' },
      { kid: 'old', state: 'needed', entries: 3 },
    ]);
    await both.pruning.run({ before: Date.now() + 1, by: 'cli:olga' });
    await both.end();
    expect(await both.keys.survey()).toMatchObject([{ kid: 'k1' }, { kid: 'old', state: 'removable' }]);
    const free = new AuditProcess(scratch.database, 'k1');
    expect(await free.verification.run()).toMatchObject({
      found: 0,
      missingKeys: [],
      earlier: { sealed: 0 },
    });
    expect(await free.facts.lastProven(['break_glass_test'])).toEqual(expect.any(Number));
  });

  it('keeps what a drill proves when its time is pruned, and what nobody proves counts for nothing', async () => {
    const at = Date.now() - 1000;
    const drill = {
      action: 'break_glass.sign_in',
      actor: 'user:7',
      subject: 'user:7',
      outcome: 'success',
    } as const;
    await now.backdated(at, { ...drill, detail: { provider: 'down' } });
    await now.end();
    await sql(
      `INSERT INTO audit_log (at, actor, action, subject, outcome, detail) VALUES (${Date.now()}, 'x', 'break_glass.sign_in', 'user:7', 'success', '{"provider":"down"}')`,
    );
    expect(await now.facts.lastProven(['break_glass_drill'])).toBe(at);
    await now.pruning.run({ before: Date.now() + 1, by: 'cli:olga' });
    expect(await now.facts.lastProven(['break_glass_drill'], 'user:7')).toBe(at);
    await sql(`UPDATE cutover_audit_evidence SET at = at + 86400000`);
    expect(await now.facts.lastProven(['break_glass_drill'])).toBeNull();
    await sql(`UPDATE cutover_audit_evidence SET at = at - 86400000`);
    expect(await now.facts.lastProven(['break_glass_drill'])).toBe(at);
    await sql(`UPDATE cutover_audit_writers SET writer = 'another'`); // as if it came from another deployment
    expect(await now.facts.lastProven(['break_glass_drill'])).toBeNull();
  });

  it('is gone on with by whoever has the keys only, and says by name which is missing', async () => {
    await new AuditProcess(scratch.database, 'old').write(1);
    const without = new AuditProcess(scratch.database, 'new');
    await expect(without.write(1)).rejects.toThrow('AUDIT_KEYS: lacks a key');
    await expect(without.keys.requireKeys()).rejects.toThrow('"old"');
    expect(await without.verification.run()).toMatchObject({ found: 0, missingKeys: ['old'] });
  });

  it('and this one are whole with two writers, undone work and a sealer at once', async () => {
    const [one, other] = [new AuditProcess(scratch.database), new AuditProcess(scratch.database)];
    for (const { writer } of [one, other]) await writer.open();
    const work = async (trail: AuditProcess) => {
      for (let turn = 0; turn < 12; turn++) {
        await scratch.database
          .transaction(async () => {
            await trail.write(2, false);
            if (turn % 3 === 0) throw new Error('no');
          })
          .catch(() => undefined);
        await trail.writer.mark();
      }
    };
    const sealing = async () => {
      for (let turn = 0; turn < 12; turn++) await now.sealer.seal();
    };
    await Promise.all([work(one), work(other), sealing()]);
    for (const trail of [one, other]) await trail.marking.end();
    await now.sealer.seal();
    expect(await verified()).toMatchObject({ sealed: 32, found: 0, writers: { closed: 2 } });
    later();
    expect(await verified()).toMatchObject({ found: 0, brokenSince: null });
  });
});
