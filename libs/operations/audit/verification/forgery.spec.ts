import { Logger } from '@nestjs/common';
import { describeOnEachEngine } from '@cutover/database/testing';
import { AuditProcess, AuditScratch } from '../testing/audit-process';
import type { FindingKind } from './finding';

Logger.overrideLogger(false);

/** Ids begin behind it. */
const BASE = 10_000_000_000;
const FOR_EVER = 9_000_000_000_000;

type Row = Record<string, string | number | null>;

/**
 * What somebody can do who writes to the database and has no key. Of the API's entries 1 to 4 are sealed, of a command's
 * 5 and 6; 7 of the API and 8 of another command wait for their seal.
 */
describeOnEachEngine('whoever writes to the database without a key', (engine) => {
  let scratch: AuditScratch;
  let api: AuditProcess;
  let command: AuditProcess;
  let head: { sequence: number; hmac: string };

  beforeAll(async () => {
    scratch = await AuditScratch.on(await engine.createDatabase());
  });
  beforeEach(async () => {
    await scratch.empty();
    [api, command] = [new AuditProcess(scratch.database), new AuditProcess(scratch.database)];
    await api.write(4, false);
    await command.write(2, false);
    await api.writer.mark();
    await command.marking.end();
    await api.sealer.seal();
    await api.sealer.release();
    ({ head } = await api.root.read());
    await api.write(1, false);
    await api.writer.mark();
    const last = new AuditProcess(scratch.database);
    await last.write(1, false);
    await last.marking.end();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  afterAll(() => scratch.drop());

  const sql = (text: string, parameters?: unknown[]) => scratch.database.execute(text, parameters);
  const rows = (condition: string) =>
    scratch.database.query<Row>(`SELECT * FROM cutover_audit_log WHERE ${condition} ORDER BY id`);
  const insert = (table: string, row: Row) =>
    sql(
      `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
        .map(() => '?')
        .join(', ')})`,
      Object.values(row),
    );
  /** By a process that was started since and remembers nothing. */
  const sealed = async () => {
    const { sealer } = new AuditProcess(scratch.database);
    await sealer.seal();
    await sealer.release();
  };
  const verified = (kept?: { sequence: number; hmac: string }) =>
    new AuditProcess(scratch.database).verification.run({ head: kept });
  const later = () =>
    jest.useFakeTimers({
      now: Date.now() + 60_000,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval', 'performance'],
    });

  it('has nothing found where nothing was done', async () => {
    await sealed();
    expect(await verified(head)).toMatchObject({
      sealed: 8,
      found: 0,
      writers: { open: 1, closed: 2, unproven: 0 },
    });
  });

  const forgedPruning = async (at: number) => {
    const [model] = await rows(`id = ${BASE + 7}`);
    const detail = JSON.stringify({ ...head, entries: 6, before: new Date().toISOString(), findings: 0 });
    await insert('cutover_audit_log', {
      ...model,
      id: null,
      action: 'audit.pruned',
      number: at,
      detail,
    } as Row);
  };
  const remove = async (condition: string) => {
    await sql(
      `DELETE FROM cutover_audit_log_seals WHERE entry_id IN (SELECT id FROM cutover_audit_log WHERE ${condition})`,
    );
    await sql(`DELETE FROM cutover_audit_log WHERE ${condition}`);
  };
  const lease = (owner: string | null) =>
    sql(
      `UPDATE cutover_audit_log_chain SET lease_owner = ?, lease_until = ${owner === null ? 'NULL' : FOR_EVER}`,
      [owner],
    );

  it.each<[string, () => Promise<unknown>, FindingKind, RegExp]>([
    [
      'an entry that nobody wrote',
      async () => {
        const [model] = await rows(`id = ${BASE + 7}`);
        await insert('cutover_audit_log', { ...model, id: null, number: 99 } as Row);
      },
      'forged',
      /not what a holder of a key wrote/,
    ],
    [
      'a removal by policy that nobody asked for, and then everything before it',
      async () => {
        await forgedPruning(6);
        await sealed();
        await remove(`id <= ${BASE + 6}`);
      },
      'removed',
      /up to 6 are gone with their seals/,
    ],
    [
      'an entry that waits',
      () => sql(`UPDATE cutover_audit_log SET actor = 'x' WHERE id = ${BASE + 7}`),
      'forged',
      /./,
    ],
    [
      'an entry that is sealed',
      () => sql(`UPDATE cutover_audit_log SET actor = 'x' WHERE id = ${BASE + 2}`),
      'changed',
      /./,
    ],
    [
      'the time of an entry',
      () => sql(`UPDATE cutover_audit_log SET at = at - 86400000 WHERE id = ${BASE + 7}`),
      'forged',
      /./,
    ],
    [
      'what an entry counts as',
      () => sql(`UPDATE cutover_audit_log SET fact = 'restore_proven' WHERE id = ${BASE + 7}`),
      'forged',
      /./,
    ],
    ['an entry away that waits', () => remove(`id = ${BASE + 7}`), 'removed', /^number 5 of the writer 1 /],
    ['an entry away that is sealed', () => remove(`id = ${BASE + 2}`), 'removed', /is gone with its seal/],
    [
      'the only entry of a command away',
      () => remove(`id = ${BASE + 8}`),
      'removed',
      /^number 1 of the writer 3 /,
    ],
    [
      'a whole command away, with what it said of itself',
      async () => {
        await remove(`id = ${BASE + 8}`);
        await sql('DELETE FROM cutover_audit_writers WHERE ordinal = 3');
      },
      'writer_removed',
      /the writer 3 /,
    ],
    [
      'the same, and the count of writers',
      async () => {
        await remove(`id = ${BASE + 8}`);
        await sql('DELETE FROM cutover_audit_writers WHERE ordinal = 3');
        await sql('UPDATE cutover_audit_log_chain SET writers = 2');
      },
      'root_forged',
      /./,
    ],
    [
      'the end away, with marks and the head beside it',
      async () => {
        await remove(`id > ${BASE + 4}`);
        await sql('DELETE FROM cutover_audit_writers WHERE ordinal > 1');
        await sql(
          `UPDATE cutover_audit_log_chain SET writers = 1, sequence = 4, hmac = (SELECT hmac FROM cutover_audit_log_seals WHERE sequence = 4)`,
        );
      },
      'root_forged',
      /./,
    ],
    [
      'two entries into each other’s place',
      async () => {
        await sql(`UPDATE cutover_audit_log SET id = 1 WHERE id = ${BASE + 2}`);
        await sql(`UPDATE cutover_audit_log SET id = ${BASE + 2} WHERE id = ${BASE + 4}`);
        await sql(`UPDATE cutover_audit_log SET id = ${BASE + 4} WHERE id = 1`);
      },
      'swapped',
      /in the place of seal 4/,
    ],
    [
      'a copy of an entry beside it',
      async () => {
        const [model] = await rows(`id = ${BASE + 1}`);
        await insert('cutover_audit_log', { ...model, id: null, unsealed: 1 } as Row);
      },
      'replayed',
      /number 1 of the writer \S+ once more/,
    ],
    [
      'an entry to another writer',
      async () => {
        const [other] = await rows(`id = ${BASE + 8}`);
        await sql(`UPDATE cutover_audit_log SET writer = ?, boot = ? WHERE id = ${BASE + 7}`, [
          other?.['writer'],
          other?.['boot'],
        ]);
      },
      'forged',
      /./,
    ],
    ['the head', () => sql('UPDATE cutover_audit_log_chain SET sequence = 5'), 'root_forged', /./],
    [
      'up to where policy removed',
      () => sql(`UPDATE cutover_audit_log_chain SET pruned_to = 6`),
      'root_forged',
      /./,
    ],
    [
      'entries while holding the lease',
      async () => {
        await lease('somebody');
        await sql(`UPDATE cutover_audit_log SET outcome = 'failure' WHERE unsealed = 1`);
        await lease(null);
      },
      'forged',
      /./,
    ],
    [
      'entries away while holding the lease',
      async () => {
        await lease('somebody');
        await remove('unsealed = 1');
        await lease(null);
      },
      'removed',
      /^number 5 of the writer 1 /,
    ],
    [
      'how far a writer has come',
      () => sql('UPDATE cutover_audit_writers SET up_to = 4 WHERE ordinal = 1'),
      'mark_changed',
      /./,
    ],
    [
      'what was undone',
      () => sql(`UPDATE cutover_audit_writers SET voided = '5' WHERE ordinal = 1`),
      'mark_changed',
      /./,
    ],
    [
      'what policy removed of a writer',
      () => sql(`UPDATE cutover_audit_writers SET pruned = '5' WHERE ordinal = 1`),
      'mark_changed',
      /./,
    ],
    [
      'an entry past the sealer',
      () => sql(`UPDATE cutover_audit_log SET unsealed = NULL WHERE id = ${BASE + 7}`),
      'inserted',
      /./,
    ],
    [
      'the mark of one writer in the place of another’s',
      async () => {
        await sql('DELETE FROM cutover_audit_writers WHERE ordinal = 2');
        await sql('UPDATE cutover_audit_writers SET ordinal = 2 WHERE ordinal = 3');
      },
      'mark_changed',
      /the writer 2 /,
    ],
  ])('cannot bring %s without being found', async (_what, attack, kind, detail) => {
    await attack();
    const before = await verified();
    await sealed();
    for (const { found, findings } of [before, await verified()]) expect(found).toBe(findings.length);
    const all = [...before.findings, ...(await verified()).findings];
    expect(all).toContainEqual(expect.objectContaining({ kind, detail: expect.stringMatching(detail) }));
    expect((await verified()).found).toBeGreaterThan(0);
  });

  it('gets no seal for what it wrote, and sets off the alarm', async () => {
    await forgedPruning(6);
    await sealed();
    expect(await rows(`action = 'audit.pruned'`)).toMatchObject([{ unsealed: 2 }]);
    expect(await verified()).toMatchObject({ pruned: null, brokenSince: expect.any(String) });
    const [alarm] = await rows(`action = 'audit.chain_broken'`);
    expect(alarm?.['detail']).toContain('no holder of the key wrote the entry');
    expect((await verified(head)).found).toBeGreaterThan(0);
  });

  it('cannot set a writer’s mark back: the process notices, and so does whoever verifies later', async () => {
    const saved = await scratch.database.query<Row>('SELECT * FROM cutover_audit_writers ORDER BY ordinal');
    await api.write(1, false);
    await api.writer.mark();
    await sql('DELETE FROM cutover_audit_writers WHERE ordinal = 1');
    await insert('cutover_audit_writers', saved[0] as Row);
    await api.write(1, false);
    await api.marking.run();
    expect((await verified()).findings).toContainEqual(
      expect.objectContaining({ kind: 'broken', detail: expect.stringContaining('the mark of the writer') }),
    );
    later();
    expect((await verified()).findings).toContainEqual(
      expect.objectContaining({ kind: 'tail_unproven', detail: expect.stringMatching(/^the writer 1 /) }),
    );
  });

  it('cannot bring in an entry whose transaction was undone, or one that policy removed', async () => {
    let undone: Row | undefined;
    const work = scratch.database.transaction(async () => {
      await api.write(1, false);
      [undone] = await rows('number = 6');
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await api.write(1, false);
    await api.writer.mark();
    await sealed();
    expect(await verified()).toMatchObject({ found: 0, brokenSince: null }); // a proven gap, and no alarm

    const [old] = await rows(`id = ${BASE + 1}`);
    await api.pruning.run({ before: Date.now() + 1, by: 'cli:olga' });
    expect(await verified()).toMatchObject({ found: 0 });
    await insert('cutover_audit_log', { ...undone, id: null, unsealed: 1 } as Row);
    await insert('cutover_audit_log', { ...old, id: null, unsealed: 1 } as Row);
    await sealed();
    const { findings } = await verified();
    for (const detail of ['its transaction was undone', 'it was removed by policy'])
      expect(findings).toContainEqual(
        expect.objectContaining({ kind: 'replayed', detail: expect.stringContaining(detail) }),
      );
  });

  it('is told from a process that was killed: its tail is unproven until an operator has looked', async () => {
    await sealed();
    later();
    const { findings, writers } = await verified();
    expect(findings).toEqual([
      expect.objectContaining({
        kind: 'tail_unproven',
        detail: expect.stringMatching(/^the writer 1 .*after its number 5,/),
      }),
    ]);
    expect(writers).toEqual({ open: 0, closed: 2, unproven: 1, givenUp: 0 });
    const operator = new AuditProcess(scratch.database);
    expect(await operator.acknowledgement.run('cli:olga', 'the machine lost power')).toMatchObject({
      tails: 1,
    });
    await operator.end();
    expect(await verified()).toMatchObject({ found: 0, writers: { unproven: 0, givenUp: 1 } });
    // It was not dead: what it writes from here on is another writer's.
    expect(await api.writer.mark()).toHaveLength(1);
  });
});
