import { Logger } from '@nestjs/common';
import { describeOnEachEngine } from '@cutover/database/testing';
import { AuditProcess, AuditScratch } from '../testing/audit-process';

Logger.overrideLogger(false); // broken chains are said at error

describeOnEachEngine('sealing the audit trail', (engine) => {
  let scratch: AuditScratch;
  const start = (...kids: string[]) => new AuditProcess(scratch.database, ...kids);

  beforeAll(async () => {
    scratch = await AuditScratch.on(await engine.createDatabase());
  });
  beforeEach(() => scratch.empty());
  afterAll(() => scratch.drop());

  const metric = async (one: AuditProcess, name: string) =>
    (await one.metrics.registry.getSingleMetricAsString(name))
      .split('\n')
      .filter((line) => !line.startsWith('#'));

  it('gives every entry one place in one chain, of any number of sealers at once', async () => {
    const [one, other] = [start(), start()];
    const writing = Promise.all([one.write(150, false), other.write(150, false)]);
    let ended = false;
    const sealing = [one, other].map(async ({ sealer }) => {
      let own = 0;
      for (let last = false; !last;) {
        last = ended;
        own += (await sealer.seal()) ?? 0;
        await sealer.release(); // so that both get their turn
      }
      return own;
    });
    await writing;
    ended = true;
    const shares = await Promise.all(sealing);
    expect(shares.reduce((sum, share) => sum + share)).toBe(300);
    expect(await one.verification.run()).toMatchObject({
      sealed: 300,
      first: 1,
      head: { sequence: 300 },
      found: 0,
    });
    const counted = await Promise.all(
      [one, other].map((each) => metric(each, 'cutover_audit_entries_total')),
    );
    const total = counted.flat().reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1] ?? 0), 0);
    expect(total).toBe(300);
  });

  it('leaves the chain to whoever holds the lease, and takes it over when that ends', async () => {
    const [one, other] = [start(), start()];
    await one.write(1);
    await one.write(1, false);
    expect(await other.sealer.seal()).toBeNull();
    // As if that process had been killed.
    await one.database.execute('UPDATE cutover_audit_log_chain SET lease_until = 1');
    expect(await other.sealer.seal()).toBe(1);
    expect(await one.sealer.seal()).toBeNull();
  });

  it('gives no place twice, whoever took it', async () => {
    const one = start();
    await one.write(3, false);
    await one.database.execute(
      `INSERT INTO cutover_audit_log_seals (sequence, entry_id, kid, previous, hmac) VALUES (2, 999, 'k1', '', '')`,
    );
    await one.database.execute('UPDATE cutover_audit_log_seals SET sequence = 1'); // the place that is next
    const sealed = await one.sealer.seal();
    expect(sealed).toBe(4); // with the record that somebody else wrote a seal
    expect(await one.verification.run()).toMatchObject({
      findings: [{ kind: 'removed', sequence: 1, id: 999 }, { kind: 'broken' }],
      head: { sequence: 5 },
    });
  });

  it('goes on under a new key, and stops where it cannot check the last one', async () => {
    const old = start('old');
    await old.write(2);
    await old.sealer.release();
    const rotated = start('new', 'old');
    await rotated.write(2);
    await rotated.sealer.release();
    expect(await rotated.keys.survey()).toEqual([
      { kid: 'new', state: 'current', entries: 2 },
      { kid: 'old', state: 'needed', entries: 2 },
    ]);
    expect(await rotated.verification.run()).toMatchObject({ sealed: 4, found: 0, missingKeys: [] });

    await old.write(1, false);
    expect(await old.sealer.seal()).toBeNull();
    await expect(old.keys.requireKeys()).rejects.toThrow('AUDIT_KEYS: lacks a key');
    await expect(rotated.keys.requireKeys()).resolves.toBeUndefined();
    expect(await rotated.sealer.seal()).toBe(1);
    expect(await start('new').verification.run()).toMatchObject({ found: 0, missingKeys: ['old'] });
  });

  it.each([
    [
      'its last entry was changed',
      `UPDATE cutover_audit_log SET outcome = 'failure' WHERE number = 3`,
      'was changed (seal 3, id 10000000003)',
    ],
    ['its last entry is gone', 'DELETE FROM cutover_audit_log WHERE number = 3', 'the last sealed entry'],
    ['its last seal is gone', 'DELETE FROM cutover_audit_log_seals WHERE sequence = 3', 'the last seal is 2'],
    ['another head was written', 'UPDATE cutover_audit_log_chain SET sequence = 2', 'went back from 3 to 2'],
  ])('says when %s, keeps that on record, and goes on loudly', async (_what, tampering, reason) => {
    const one = start();
    await one.write(3);
    await one.database.execute(tampering);
    await one.write(2);
    const entries = await one.database.query<{ detail: string }>(
      `SELECT detail FROM cutover_audit_log WHERE action = 'audit.chain_broken'`,
    );
    expect(entries.map(({ detail }) => (JSON.parse(detail) as { reason: string }).reason)).toEqual([
      expect.stringContaining(reason),
    ]);
    expect(await metric(one, 'cutover_audit_chain_breaks_total')).toEqual([
      'cutover_audit_chain_breaks_total 1',
    ]);
    expect(await one.backlog.take()).toMatchObject({ unsealed: 0, brokenAt: expect.any(Number) });

    expect(await one.acknowledgement.run('cli:olga', 'looked into')).toMatchObject({
      brokenAt: expect.any(Number),
    });
    await one.write(1);
    expect(await one.backlog.take()).toMatchObject({ unsealed: 0, brokenAt: null });
    expect(await metric(one, 'cutover_audit_chain_breaks_total')).toEqual([
      'cutover_audit_chain_breaks_total 1',
    ]);
  });

  if (engine.name === 'mysql') {
    // SQLite has one connection here, so that one transaction waits for the other.
    it('misses no entry of a transaction that commits after later ones', async () => {
      const trail = start();
      await trail.writer.open(); // as an API does when it starts
      const commit = Promise.withResolvers<null>();
      const written = Promise.withResolvers<null>();
      const slow = trail.database.transaction(async () => {
        await trail.write(1, false);
        written.resolve(null);
        await commit.promise;
      });
      await written.promise;
      await trail.write(3);
      expect(await trail.backlog.take()).toMatchObject({ root: { head: { sequence: 3 } }, unsealed: 0 });
      commit.resolve(null);
      await slow;
      expect(await trail.sealer.seal()).toBe(1);
      const order = await trail.database.query<{ id: number }>(
        'SELECT entry_id AS id FROM cutover_audit_log_seals ORDER BY sequence',
      );
      expect(order.map(({ id }) => Number(id) - 10_000_000_000)).toEqual([2, 3, 4, 1]);
      expect(await trail.verification.run()).toMatchObject({ sealed: 4, found: 0 });
    });
  }
});
