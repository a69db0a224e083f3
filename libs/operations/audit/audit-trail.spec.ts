import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import type { DataSource } from 'typeorm';
import { inRequest } from '../request/request-context';
import type { AuditEntry, AuditTrail } from './audit-trail';
import { auditTrailOn } from './testing/audit-process';

const ENTRY: AuditEntry = { action: 'sign_in', actor: 'user:7', subject: 'user:7', outcome: 'success' };

describeOnEachEngine('the audit trail', (engine) => {
  let scratch: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let audit: AuditTrail;

  beforeAll(async () => {
    scratch = await engine.createDatabase();
    dataSource = await openDataSource(scratch.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
    audit = auditTrailOn(database);
  });
  afterEach(() => database.execute('DELETE FROM cutover_audit_log'));
  afterAll(async () => {
    await dataSource.destroy();
    await scratch.drop();
  });

  const entries = () =>
    database.query<Record<string, unknown>>('SELECT * FROM cutover_audit_log ORDER BY id');

  it('keeps who did what to whom, when, and how it ended', async () => {
    const before = Date.now();
    await audit.record({
      action: 'session.ended',
      actor: 'cutover',
      subject: 'session:1',
      outcome: 'failure',
      code: 'reused',
      detail: { userId: 7, text: 'naïve ✓', none: null },
    });
    const [entry] = await entries();
    expect(entry).toMatchObject({
      actor: 'cutover',
      action: 'session.ended',
      subject: 'session:1',
      outcome: 'failure',
      code: 'reused',
      address: null,
      request_id: null,
    });
    expect(entry?.['at']).toBeGreaterThanOrEqual(before);
    expect(entry?.['at']).toBeLessThanOrEqual(Date.now());
    expect(JSON.parse(String(entry?.['detail']))).toEqual({ userId: 7, text: 'naïve ✓', none: null });
  });

  it('takes the address and the id from the request that is being answered', async () => {
    await inRequest({ requestId: 'request-1', address: '2001:db8::7' }, () => audit.record(ENTRY));
    expect(await entries()).toMatchObject([{ address: '2001:db8::7', request_id: 'request-1' }]);
  });

  it('shares the fate of the transaction that it is written in', async () => {
    const undone = database.transaction(async () => {
      await audit.record(ENTRY);
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect(await entries()).toEqual([]);
    await database.transaction(() => audit.record(ENTRY));
    expect(await entries()).toHaveLength(1);
  });

  it('cuts what is longer than its column, never through a character', async () => {
    await audit.record({ ...ENTRY, actor: '🦊'.repeat(200), subject: null });
    expect(await entries()).toMatchObject([{ actor: '🦊'.repeat(150), subject: null, detail: null }]);
  });

  it('counts upwards, for the order of reading', async () => {
    for (const _ of [1, 2, 3]) await audit.record(ENTRY);
    const ids = (await entries()).map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((one, other) => one - other));
    expect(new Set(ids).size).toBe(3);
  });
});
