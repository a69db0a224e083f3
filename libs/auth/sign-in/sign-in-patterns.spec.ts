import { Database, Migrator, openDataSource } from '@cutover/database';
import { describeOnEachEngine, type TestDatabase } from '@cutover/database/testing';
import { inRequest, Metrics } from '@cutover/operations';
import { AuditProcess } from '@cutover/operations/testing';
import type { DataSource } from 'typeorm';
import { SignInPatterns } from './sign-in-patterns';

const MINUTE = 60_000;
const NOBODY = { accounts: 0, addresses: 0, accountsOfOneAddress: 0, addressesOfOneAccount: 0 };

interface SignIn {
  user: number | null;
  address: string;
  code?: string | null;
  /** Minutes. */
  ago?: number;
}

describeOnEachEngine('who did not get in, and from where', (engine) => {
  let scratch: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let metrics: Metrics;
  let trail: AuditProcess;
  let patterns: SignInPatterns;

  beforeAll(async () => {
    scratch = await engine.createDatabase();
    dataSource = await openDataSource(scratch.connection);
    await new Migrator(dataSource).migrate();
    database = new Database(dataSource);
    metrics = new Metrics();
    trail = new AuditProcess(database);
    patterns = new SignInPatterns(database, metrics);
  });
  afterEach(() => database.execute('DELETE FROM cutover_audit_log'));
  afterAll(async () => {
    await dataSource.destroy();
    await scratch.drop();
  });

  async function signIns(...all: SignIn[]) {
    for (const { user, address, code = 'invalid_credentials', ago = 1 } of all)
      await inRequest({ requestId: 'r', address }, () =>
        trail.backdated(Date.now() - ago * MINUTE, {
          action: 'sign_in',
          actor: 'x',
          subject: user ? `user:${user}` : null,
          outcome: code === null ? 'success' : 'failure',
          code,
        }),
      );
  }
  const HOME = '198.51.100.7';
  const count = (number: number, one: (index: number) => SignIn) =>
    Array.from({ length: number }, (_, n) => one(n));

  it('sees one address that tries many accounts', async () => {
    await signIns(...count(5, (n) => ({ user: 100 + n, address: HOME })), { user: 1, address: '192.0.2.1' });
    expect(await patterns.refusals()).toEqual({
      accounts: 6,
      addresses: 2,
      accountsOfOneAddress: 5,
      addressesOfOneAccount: 1,
    });
  });

  it('sees many addresses that try one account, and a whole IPv6 network as one of them', async () => {
    await signIns(
      ...count(4, (n) => ({ user: 1, address: `192.0.2.${n}` })),
      ...count(3, (n) => ({ user: 1, address: `2001:db8::${n}` })),
    );
    expect(await patterns.refusals()).toMatchObject({ addresses: 5, addressesOfOneAccount: 5 });
  });

  it('does not count who mistyped and then got in from there, what was long ago, nor what is no guess', async () => {
    await signIns(
      ...count(5, (n) => ({ user: n, address: HOME })),
      ...count(5, (n) => ({ user: n, address: HOME, code: null })),
      ...count(5, (n) => ({ user: 10 + n, address: HOME, ago: 16 })),
      ...count(5, (n) => ({ user: 20 + n, address: HOME, code: 'mfa_required' })),
    );
    expect(await patterns.refusals()).toEqual(NOBODY);
    // To get in at home is no excuse for elsewhere.
    await signIns({ user: 1, address: '192.0.2.1' });
    expect(await patterns.refusals()).toMatchObject({ accounts: 1, addresses: 1 });
  });

  it('takes names that nobody has for one account of an address, however often a script tries', async () => {
    await signIns(...count(9, () => ({ user: null, address: HOME })), { user: null, address: '192.0.2.1' });
    expect(await patterns.refusals()).toEqual({
      accounts: 1,
      addresses: 2,
      accountsOfOneAddress: 1,
      addressesOfOneAccount: 0,
    });
  });

  it('tells it without a name or an address', async () => {
    await signIns(...count(3, (n) => ({ user: 100 + n, address: HOME })));
    patterns.onModuleInit();
    const text = await metrics.registry.metrics();
    for (const [name, value] of [
      ['refused_accounts', 3],
      ['refused_addresses', 1],
      ['refused_accounts_per_address_max', 3],
      ['refused_addresses_per_account_max', 1],
    ])
      expect(text).toContain(`\ncutover_sign_in_${name} ${value}\n`);
  });
});
