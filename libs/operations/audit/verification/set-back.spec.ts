import { Logger } from '@nestjs/common';
import { describeOnEachEngine } from '@cutover/database/testing';
import { LocalUse } from '../facts/local-use';
import { AuditProcess, AuditScratch } from '../testing/audit-process';

Logger.overrideLogger(false);

type Row = Record<string, string | number | null>;

/** What somebody without a key can do with copies of rows that a holder of the key wrote, and beside the rows. */
describeOnEachEngine('copies that are put back into the audit trail', (engine) => {
  let scratch: AuditScratch;
  let api: AuditProcess;

  beforeAll(async () => {
    scratch = await AuditScratch.on(await engine.createDatabase());
  });
  beforeEach(async () => {
    await scratch.empty();
    api = new AuditProcess(scratch.database);
    await api.write(3);
    await api.marking.run();
    await api.job.run();
  });
  afterAll(() => scratch.drop());

  const sql = (text: string, parameters?: unknown[]) => scratch.database.execute(text, parameters);
  const rows = (table: string, condition = '1 = 1') =>
    scratch.database.query<Row>(`SELECT * FROM ${table} WHERE ${condition}`);
  const insert = (table: string, row: Row) =>
    sql(
      `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
        .map(() => '?')
        .join(', ')})`,
      Object.values(row),
    );
  const verified = () => new AuditProcess(scratch.database).verification.run();
  const findings = async () => (await verified()).findings;
  /** A sealer's lease ends within three seconds. */
  const lease = () =>
    sql(
      `UPDATE cutover_audit_log_chain SET lease_owner = 'somebody', lease_until = ${scratch.database.clock} + 2500`,
    );
  const aSecond = async () => {
    await api.marking.run();
    await api.job.run();
  };
  /** An administrator's act by the command line, sealed by no-one yet. */
  const command = async () => {
    const process = new AuditProcess(scratch.database);
    await process.audit.record({ action: 'user.added', actor: 'cli:olga', outcome: 'success' });
    await process.marking.end();
  };

  it('cannot take a command away that was not sealed yet: a process has seen that it registered', async () => {
    const [root] = await rows('cutover_audit_log_chain');
    await lease();
    await command();
    await aSecond();
    await sql('DELETE FROM cutover_audit_writers WHERE ordinal = 2');
    await sql(`DELETE FROM cutover_audit_log WHERE action = 'user.added'`);
    await sql('UPDATE cutover_audit_log_chain SET writers = ?, kid = ?, mac = ?, lease_owner = NULL', [
      root?.['writers'],
      root?.['kid'],
      root?.['mac'],
    ]);
    expect(await verified()).toMatchObject({ found: 0 }); // nothing in the database tells it
    await aSecond();
    expect(await findings()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'broken',
          detail: expect.stringContaining('count of writers went back'),
        }),
        expect.objectContaining({ kind: 'writer_removed' }),
      ]),
    );
  });

  it('cannot begin anew beside rows that are there: an untouched root is for an empty trail', async () => {
    await api.end();
    await new AuditProcess(scratch.database).pruning.run({ before: Date.now() + 1, by: 'cli:olga' });
    await sql(`DELETE FROM cutover_audit_writers WHERE pruned = ''`);
    for (const table of ['cutover_audit_log', 'cutover_audit_log_seals']) await sql(`DELETE FROM ${table}`);
    await sql(`UPDATE cutover_audit_log_chain SET sequence = 0, hmac = '', writers = 0, pruned_to = 0, pruned_hmac = '',
      earlier_to = NULL, earlier_hmac = '', earlier_pruned_to = 0, earlier_pruned_hmac = '', kid = '', mac = ''`);
    expect(await findings()).toContainEqual(expect.objectContaining({ kind: 'root_forged' }));
  });

  it.each<[string, (drill: Row) => Promise<unknown>, string, string]>([
    ['away', () => sql('DELETE FROM cutover_audit_evidence'), 'removed', 'kept as evidence, and not there'],
    [
      'about somebody else',
      () => sql(`UPDATE cutover_audit_evidence SET actor = 'user:1'`),
      'forged',
      'kept as evidence',
    ],
    [
      'twice',
      async () => {
        const [row] = await rows('cutover_audit_evidence');
        await insert('cutover_audit_evidence', { ...row, id: 5 } as Row);
      },
      'replayed',
      'once more',
    ],
    [
      'that was never pruned',
      (later) => insert('cutover_audit_evidence', later),
      'inserted',
      'nothing says that',
    ],
  ])('cannot have evidence that was kept %s', async (_what, tamper, kind, detail) => {
    const use = { action: 'break_glass.sign_in', actor: 'user:9', outcome: 'success' } as const;
    await api.audit.record({ ...use, detail: { provider: 'up' } });
    await aSecond();
    await api.pruning.run({ before: Date.now() + 1, by: 'cli:olga' });
    await api.audit.record({ ...use, detail: { provider: 'down' } });
    await aSecond();
    expect(await verified()).toMatchObject({ found: 0 });
    const [copy] = await rows('cutover_audit_log', `action = 'break_glass.sign_in'`);
    const { unsealed: _unsealed, ...row } = copy as Row;
    await tamper(row);
    expect(await findings()).toContainEqual(
      expect.objectContaining({ kind, detail: expect.stringContaining(detail) }),
    );
  });

  it('cannot hide a sign-in from the clean-up by how a column is written', async () => {
    await api.audit.record({
      action: 'sign_in',
      actor: 'user:9',
      outcome: 'success',
      detail: { authMode: 'local' },
    });
    await aSecond();
    const counted = async () => {
      const use = new LocalUse(Date.now() - 60_000);
      const { found } = await api.verification.run({
        onEntry: (entry, isProven) => {
          use.add(entry, isProven);
        },
      });
      return { found, signIns: use.signIns };
    };
    expect(await counted()).toEqual({ found: 0, signIns: 1 });
    const [row] = await rows('cutover_audit_log', `fact = 'local_sign_in'`);
    if (scratch.database.engine === 'mysql') await sql('ALTER TABLE cutover_audit_log MODIFY at VARCHAR(40)');
    // To JavaScript the same number; to SQL no number at all.
    await sql(`UPDATE cutover_audit_log SET at = ? WHERE fact = 'local_sign_in'`, [
      `0x${Number(row?.['at']).toString(16)}`,
    ]);
    const { found } = await counted(); // what it says itself counts for nothing then
    await scratch.empty();
    if (scratch.database.engine === 'mysql')
      await sql('ALTER TABLE cutover_audit_log MODIFY at BIGINT NOT NULL');
    expect(found).toBeGreaterThan(0);
  });

  it('cannot have prune remove what waits in the place of what is old', async () => {
    await api.audit.record({ action: 'user.added', actor: 'cli:olga', outcome: 'success' });
    const [fresh] = await rows('cutover_audit_log', `action = 'user.added'`);
    const [old] = await rows('cutover_audit_log_seals', 'sequence = 1');
    const pruning = api.pruning.run({
      before: Date.now() + 1,
      by: 'cli:olga',
      // By then it has verified what goes.
      onStart: () =>
        void sql('UPDATE cutover_audit_log_seals SET entry_id = ? WHERE sequence = 1', [fresh?.['id']]),
    });
    await expect(pruning).rejects.toMatchObject({ detail: expect.stringContaining('does not verify') });
    expect(await rows('cutover_audit_log', `action = 'user.added'`)).toHaveLength(1);
    await sql('UPDATE cutover_audit_log_seals SET entry_id = ? WHERE sequence = 1', [old?.['entry_id']]);
    await api.pruning.run({ before: Date.now() + 1, by: 'cli:olga' }); // again, it removes the rest
    await aSecond();
    expect(await verified()).toMatchObject({ found: 0 });
  });

  it('cannot keep it from being told for good that a mark was changed', async () => {
    await sql(`UPDATE cutover_audit_writers SET mac = 'x'`);
    await api.write(1, false);
    await sql('ALTER TABLE cutover_audit_log_chain RENAME TO cutover_away');
    await api.marking.run();
    await sql('ALTER TABLE cutover_away RENAME TO cutover_audit_log_chain');
    await api.marking.run();
    expect(await rows('cutover_audit_log', `action = 'audit.chain_broken'`)).toHaveLength(1);
    expect(await findings()).toContainEqual(
      expect.objectContaining({ kind: 'broken', detail: expect.stringContaining('the mark of the writer') }),
    );
  });

  it('cannot keep entries from being sealed by a lease that no sealer takes', async () => {
    await sql(`UPDATE cutover_audit_log_chain SET lease_owner = 'somebody', lease_until = 9000000000000`);
    await api.write(1, false);
    expect(await api.sealer.seal()).toBe(1);
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      'a root of the largest number',
      () => sql('UPDATE cutover_audit_log_chain SET sequence = 9223372036854775807'),
    ],
    [
      'a seal of the largest number',
      () =>
        sql(
          `INSERT INTO cutover_audit_log_seals (sequence, entry_id, kid, previous, hmac) VALUES (9223372036854775807, 9223372036854775807, 'k1', 'x', 'x')`,
        ),
    ],
    [
      'a writer of the largest number',
      () =>
        sql(
          `INSERT INTO cutover_audit_writers (ordinal, writer, boot, state, at, up_to, pending, voided, kid, mac, pruned, pruned_kid, pruned_mac)
           VALUES (9223372036854775807, 'x', 1, 'open', 9223372036854775807, 1, '', '', 'k1', 'x', '', '', '')`,
        ),
    ],
    [
      'an entry of the largest number',
      () =>
        sql(
          `INSERT INTO cutover_audit_log (id, at, actor, action, outcome, writer, boot, number, kid, mac)
           VALUES (-9223372036854775807, 9223372036854775807, 'x', 'sign_in', 'success', 'x', 1, 9223372036854775807, 'k1', 'x')`,
        ),
    ],
    ['no root', () => sql('DELETE FROM cutover_audit_log_chain')],
  ])('cannot stop the record by %s', async (_what, attack) => {
    await attack();
    const other = new AuditProcess(scratch.database);
    await other.write(1, false);
    await aSecond();
    await other.end();
    expect(await rows('cutover_audit_log', 'unsealed = 1 AND id > 0')).toHaveLength(0);
    const result = await verified();
    expect(result).toMatchObject({ waiting: 0, found: expect.any(Number) });
    expect(result.found).toBeGreaterThan(0);
  });

  it('leaves a process that ends in order whole, also where its last pass finds something', async () => {
    await api.write(1, false);
    await sql(`UPDATE cutover_audit_log SET actor = 'x' WHERE unsealed = 1`);
    await api.job.finish(2000);
    expect(await rows('cutover_audit_log', `action = 'audit.chain_broken'`)).toHaveLength(1);
    expect(await rows('cutover_audit_writers', `state <> 'closed'`)).toHaveLength(0);
  });

  it.each([
    ['cutover_audit_log', 'INSERT', 'actor'],
    ['cutover_audit_log_chain', 'UPDATE', 'mac'],
  ])('cannot keep the sealer busy for ever by a trigger on %s', async (table, event, column) => {
    await sql(
      scratch.database.engine === 'mysql'
        ? `CREATE TRIGGER tr_own BEFORE ${event} ON ${table} FOR EACH ROW SET NEW.${column} = 'x'`
        : `CREATE TRIGGER tr_own AFTER ${event} ON ${table} WHEN NEW.${column} <> 'x'
             BEGIN UPDATE ${table} SET ${column} = 'x' WHERE id = NEW.id; END`,
    );
    await api.write(1, false);
    await api.job.run();
    await sql('DROP TRIGGER tr_own');
    const alarms = await rows('cutover_audit_log', `action = 'audit.chain_broken'`);
    expect(alarms.length).toBeGreaterThan(0);
    expect(alarms.length).toBeLessThanOrEqual(3);
    await aSecond();
    expect((await findings()).map(({ kind }) => kind)).toContain('broken');
  });

  it('does not verify while an alarm of the first release stands', async () => {
    await sql('UPDATE cutover_audit_chain SET broken_at = 1');
    expect(await verified()).toMatchObject({ found: 1, findings: [{ kind: 'broken', trail: 'earlier' }] });
    await api.acknowledgement.run('cli:olga', 'looked');
    await aSecond();
    expect(await verified()).toMatchObject({ found: 0 });
  });
});
