import { Logger } from '@nestjs/common';
import { describeOnEachEngine } from '@cutover/database/testing';
import { AuditProcess, AuditScratch } from '../testing/audit-process';

Logger.overrideLogger(false);

const OLD = 1_700_000_000_000;
/** Ids begin behind it. */
const BASE = 10_000_000_000;

describeOnEachEngine('verifying the audit trail', (engine) => {
  let scratch: AuditScratch;
  let trail: AuditProcess;

  beforeAll(async () => {
    scratch = await AuditScratch.on(await engine.createDatabase());
  });
  beforeEach(async () => {
    await scratch.empty();
    trail = new AuditProcess(scratch.database);
  });
  afterAll(() => scratch.drop());

  const sql = (text: string) => trail.database.execute(text);
  const findings = async () => (await trail.verification.run()).findings;
  const at = expect.stringMatching(/^\d{4}-/);
  const swap = (table: string, column: string, one: number, other: number) =>
    sql(
      `UPDATE ${table} SET ${column} = CASE ${column} WHEN ${one} THEN -${other} ELSE -${one} END WHERE ${column} IN (${one}, ${other})`,
    ).then(() => sql(`UPDATE ${table} SET ${column} = -${column} WHERE ${column} < 0`));

  it('proves what nobody touched, and an empty trail', async () => {
    expect(await trail.verification.run()).toMatchObject({ sealed: 0, first: null, head: null, found: 0 });
    await trail.write(5);
    const { head, ...rest } = await trail.verification.run();
    expect(rest).toMatchObject({ sealed: 5, first: 1, found: 0, waiting: 0, missingKeys: [] });
    expect(await trail.verification.run({ head: head ?? undefined })).toMatchObject({ found: 0 });
  });

  it('names an entry of which anything was changed', async () => {
    const changes = [
      'at = at + 1',
      `actor = 'user:8'`,
      `action = 'user.linked'`,
      `subject = 'user:8'`,
      `outcome = 'failure'`,
      `code = 'reused'`,
      `address = '127.0.0.1'`,
      `request_id = 'r'`,
      `detail = '{}'`,
    ];
    await trail.write(2 + changes.length);
    for (const [index, change] of changes.entries())
      await sql(`UPDATE cutover_audit_log SET ${change} WHERE id = ${BASE + index + 2}`);
    const detail = 'is not the entry that was sealed';
    const found = await findings();
    for (const [index] of changes.entries()) {
      const [sequence, id] = [index + 2, BASE + index + 2];
      const about = { trail: 'current', sequence, id, action: expect.any(String), at };
      expect(found).toContainEqual({ ...about, kind: 'changed', detail });
      expect(found).toContainEqual({
        ...about,
        kind: 'forged',
        detail: 'is not what a holder of a key wrote',
      });
    }
  });

  it('names entries that were removed: with their seals, or without', async () => {
    await trail.write(9);
    await sql(`DELETE FROM cutover_audit_log WHERE id - ${BASE} IN (2, 5, 6)`);
    await sql('DELETE FROM cutover_audit_log_seals WHERE sequence IN (5, 6)');
    await sql('DELETE FROM cutover_audit_log_seals WHERE sequence = 8');
    expect(await findings()).toMatchObject([
      { kind: 'removed', sequence: 2, id: BASE + 2 },
      { kind: 'removed', sequence: 5, id: null, detail: expect.stringContaining('up to 6 are gone') },
      { kind: 'removed', sequence: 8, id: null },
      { kind: 'inserted', sequence: null, id: BASE + 8, action: 'sign_in', at },
    ]);
    await sql(`DELETE FROM cutover_audit_log WHERE id = ${BASE + 1}`);
    await sql('DELETE FROM cutover_audit_log_seals WHERE sequence = 1');
    expect((await findings())[0]).toMatchObject({ kind: 'removed', sequence: 1 });
  });

  it.each([
    ['rows', () => swap('cutover_audit_log', 'id', BASE + 2, BASE + 4)],
    ['places', () => swap('cutover_audit_log_seals', 'sequence', 2, 4)],
    ['entries', () => swap('cutover_audit_log_seals', 'entry_id', BASE + 2, BASE + 4)],
    [
      'contents',
      async () => {
        const columns = ['at', 'actor', 'writer', 'number', 'mac'];
        const rows = await trail.database.query<Record<string, string | number>>(
          `SELECT ${columns.join(', ')} FROM cutover_audit_log WHERE id IN (${BASE + 2}, ${BASE + 4}) ORDER BY id`,
        );
        for (const [index, id] of [BASE + 4, BASE + 2].entries())
          await trail.database.execute(
            `UPDATE cutover_audit_log SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE id = ${id}`,
            columns.map((column) => rows[index]?.[column]),
          );
      },
    ],
  ] as [string, () => Promise<unknown>][])(
    'names both of two whose %s were swapped',
    async (_what, tamper) => {
      await trail.write(5);
      await tamper();
      const swapped = (await findings()).filter(({ kind }) => kind === 'swapped');
      expect(swapped.map(({ sequence }) => sequence)).toEqual([2, 4]);
      expect(swapped.map(({ detail }) => detail)).toEqual([
        expect.stringContaining('in the place of seal 4'),
        expect.stringContaining('in the place of seal 2'),
      ]);
    },
  );

  it('names a seal that no key made, and an entry whose mark was taken away', async () => {
    await trail.write(2);
    await trail.write(2, false);
    await sql(`UPDATE cutover_audit_log SET unsealed = NULL WHERE id = ${BASE + 3}`);
    const seal = `INSERT INTO cutover_audit_log_seals (sequence, entry_id, kid, previous, hmac)`;
    await sql(
      `${seal} SELECT 3, ${BASE + 4}, kid, hmac, hmac FROM cutover_audit_log_seals WHERE sequence = 2`,
    );
    const found = await findings();
    for (const expected of [
      { kind: 'inserted', sequence: null, id: BASE + 3 },
      { kind: 'changed', sequence: 3, id: BASE + 4 },
      { kind: 'inserted', sequence: 3, id: BASE + 4 },
    ])
      expect(found).toContainEqual(expect.objectContaining(expected));
  });

  it('finds a removed tail, also where the head beside it was set back, and another chain in its place', async () => {
    await trail.write(5);
    const head = (await trail.verification.run()).head ?? undefined;
    await sql(`DELETE FROM cutover_audit_log WHERE id > ${BASE + 3}`);
    await sql('DELETE FROM cutover_audit_log_seals WHERE sequence > 3');
    expect(await findings()).toContainEqual(expect.objectContaining({ kind: 'tail_removed', sequence: 4 }));
    const [last] = await trail.database.query<{ hmac: string }>(
      'SELECT hmac FROM cutover_audit_log_seals WHERE sequence = 3',
    );
    await sql(`UPDATE cutover_audit_log_chain SET sequence = 3, hmac = '${last?.hmac}'`);
    expect(await findings()).toContainEqual(expect.objectContaining({ kind: 'root_forged' }));
    expect((await trail.verification.run({ head })).findings).toContainEqual(
      expect.objectContaining({
        kind: 'tail_removed',
        sequence: 4,
        detail: expect.stringContaining('the head that was kept is 5'),
      }),
    );
    const restarted = new AuditProcess(scratch.database); // it remembers nothing
    await sql('UPDATE cutover_audit_log_chain SET lease_until = 1');
    await restarted.write(2);
    expect((await trail.verification.run({ head })).findings).toContainEqual(
      expect.objectContaining({ kind: 'head_differs', sequence: 5 }),
    );
  });

  it('still proves the rest after a removal by policy, and says what went', async () => {
    await trail.write(6);
    const before = Date.now() + 1;
    const preview = await trail.pruning.run({ before, by: 'cli:olga', dryRun: true });
    expect(preview).toMatchObject({ entries: 6, anchor: { sequence: 6 }, findings: 0 });
    const head = (await trail.verification.run()).head ?? undefined;
    expect(head).toMatchObject({ sequence: 6 });

    await trail.pruning.run({ before, by: 'cli:olga' });
    expect(await trail.verification.run()).toMatchObject({
      sealed: 1,
      first: 7,
      found: 0,
      pruned: { sequence: 6, entries: 6, by: 'cli:olga', hmac: preview.anchor?.hmac },
    });
    expect((await trail.verification.run({ head })).findings).toMatchObject([
      { kind: 'head_pruned', sequence: 6 },
    ]);
    expect((await trail.verification.run({ head: { sequence: 3, hmac: 'x' } })).findings).toMatchObject([
      { kind: 'head_pruned', sequence: 3 },
    ]);
    await trail.write(3);
    expect(await trail.verification.run()).toMatchObject({ sealed: 4, found: 0 });
    expect(await trail.pruning.run({ before: OLD, by: 'cli:olga' })).toMatchObject({ entries: 0 });

    await sql(`DELETE FROM cutover_audit_log WHERE id = ${BASE + 7}`);
    await sql('DELETE FROM cutover_audit_log_seals WHERE sequence = 7'); // the record of the removal
    expect((await findings())[0]).toMatchObject({ kind: 'removed', sequence: 7 });
  });

  it('removes nothing that does not prove itself, unless it is told to', async () => {
    await trail.write(4);
    await sql(`UPDATE cutover_audit_log SET actor = 'user:8' WHERE id = ${BASE + 2}`);
    const run = { before: Date.now() + 1, by: 'cli:olga' };
    await expect(trail.pruning.run(run)).rejects.toThrow('1 finding(s)');
    expect((await trail.verification.run()).sealed).toBe(4);
    expect(await trail.pruning.run({ ...run, despiteFindings: true })).toMatchObject({ findings: 1 });
    await trail.writer.mark();
    // What was removed with it is on record; that its own number was never proven stays.
    expect(await trail.verification.run()).toMatchObject({
      sealed: 1,
      findings: [{ kind: 'removed', detail: expect.stringMatching(/^number 2 of the writer/) }],
    });
  });

  it('exports what was asked for, with the seals', async () => {
    await trail.write(2);
    await trail.audit.record({
      action: 'user.pinned',
      actor: 'cli:olga',
      outcome: 'success',
      detail: { to: 'local' },
    });
    const read = async (...parameters: Parameters<typeof trail.export.lines>) => {
      const lines = [];
      for await (const line of trail.export.lines(...parameters)) lines.push(line);
      return lines;
    };
    const all = (await read('ndjson')).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(all).toMatchObject([
      {
        id: BASE + 1,
        at,
        action: 'sign_in',
        seal: { sequence: 1, kid: 'k1', previous: '' },
        proof: { number: 1 },
      },
      { id: BASE + 2, seal: { sequence: 2 } },
      { id: BASE + 3, action: 'user.pinned', detail: { to: 'local' }, seal: null },
    ]);
    const csv = await read('csv', { actions: ['user.pinned'] });
    expect(csv).toHaveLength(2);
    expect(csv[1]).toMatch(
      /^10000000003,\d{4}-.*Z,cli:olga,user\.pinned,,success,,,,"\{""to"":""local""\}",,,,,,'?[\w-]{22},\d+,3,k1,'?[\w-]{43}\r\n$/,
    );
    expect(await trail.export.count({ since: OLD, actions: ['sign_in'] })).toBe(2);
    expect(await read('ndjson', { until: OLD })).toEqual([]);
  });
});
