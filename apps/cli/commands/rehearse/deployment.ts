import { existsSync } from 'node:fs';
import { ConfigurationError, readEnvironment, settingsOfProcess } from '@cutover/config';
import { Database, type Engine, Migrator, openDataSource } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import { operator } from '../../operator';
import { withCurrentSchema } from '../../with-context';
import { columnsOf, definitionOf } from './copy/legacy-fingerprint';
import { connectionOf } from './copy/scratch-database';
import type { RehearsalResult } from './rehearsal-result';

/** What the second schema step adds to the legacy table. */
const OURS = ['external_user_id', 'display_name', 'azure_email', 'last_token_refresh'];
const OUR_INDEX = 'uq_users_external_user_id';

/** As SHOW CREATE TABLE writes the column that the second step made optional. */
const MAY_BE_NULL = /^(\s+`hashed_password` .*) DEFAULT NULL/m;

/**
 * The database of this deployment, which a rehearsal reads a definition from and writes one line of the audit trail to,
 * and nothing else.
 */
export class Deployment {
  readonly connection: ReturnType<typeof connectionOf>;

  constructor(private readonly folder: string) {
    const { DATABASE_URL, DATABASE_URL_FILE, NODE_ENV } = readEnvironment();
    // Outside production a rehearsal needs nothing but the database; there its password is not sent before all is checked.
    if (NODE_ENV === 'production') settingsOfProcess();
    this.connection = connectionOf({ DATABASE_URL, DATABASE_URL_FILE }, folder);
  }

  /**
   * Whether it is there with the schema of this version: only then is the outcome recorded.
   *
   * @throws ServiceUnavailable, and ConfigurationError where its settings would stand in the way of that
   */
  async isThere(): Promise<boolean> {
    if (this.connection.engine === 'sqlite' && !existsSync(this.connection.path)) return false;
    const source = await openDataSource(this.connection);
    try {
      const { applied, pending, unknown } = await new Migrator(source).status();
      const isCurrent = applied.length > 0 && pending.length === 0 && unknown.length === 0;
      if (isCurrent) settingsOfProcess();
      return isCurrent;
    } finally {
      await source.destroy();
    }
  }

  /** The key of its backups, in base64. @throws ConfigurationError */
  backupKey(): string {
    const { backupKey } = settingsOfProcess().secrets;
    if (backupKey === null)
      throw new ConfigurationError([
        { name: 'BACKUP_KEY', problem: 'must be set: the backup is sealed under it' },
      ]);
    return backupKey.toString('base64');
  }

  /** The legacy table as it is there, as statements that make it in a database of the same engine without our columns. */
  async legacyDefinition(engine: Engine): Promise<string[] | null> {
    if (this.connection.engine !== engine || !(await this.isThere())) return null;
    const source = await openDataSource(this.connection);
    try {
      const database = new Database(source);
      const ours = (await columnsOf(database)).filter((column) => OURS.includes(column));
      const dropped = ours.map((column) => `DROP COLUMN ${column}`);
      if (engine === 'mysql') {
        const definition = await definitionOf(database);
        return [
          (await neededPasswords(database)) ? definition.replace(MAY_BE_NULL, '$1 NOT NULL') : definition,
          `ALTER TABLE users DROP INDEX ${OUR_INDEX}, ${dropped.join(', ')}`,
        ];
      }
      const rows = await database.query<{ sql: string }>(
        `SELECT sql FROM sqlite_schema WHERE tbl_name = 'users' AND sql IS NOT NULL AND name <> '${OUR_INDEX}' ORDER BY type = 'table' DESC, name`,
      );
      return [...rows.map(({ sql }) => sql), ...dropped.map((clause) => `ALTER TABLE users ${clause}`)];
    } finally {
      await source.destroy();
    }
  }

  /** Whether this deployment made a verified backup of these bytes. */
  async knowsBackup(sha256: string): Promise<boolean> {
    if (!(await this.isThere())) return false;
    const source = await openDataSource(this.connection);
    try {
      const rows = await new Database(source).query(
        `SELECT 1 FROM cutover_backups WHERE sha256 = ? LIMIT 1`,
        [sha256],
      );
      return rows.length > 0;
    } finally {
      await source.destroy();
    }
  }

  /** What clean-up looks for: that this deployment's own backup came back whole, and when. */
  async record(result: RehearsalResult): Promise<void> {
    const { outcome, source, users, sample, seed, legacy, restoredFrom, findings } = result;
    const digestEqual = legacy !== null && legacy.before === legacy.after && legacy.definitionEqual;
    await withCurrentSchema((context) =>
      context.get(AuditTrail, { strict: false }).record({
        action: 'rehearsal.completed',
        actor: operator().name,
        subject: source.kind === 'backup' ? `backup:${source.sha256}` : 'rehearsal',
        outcome: outcome === 'go' ? 'success' : 'failure',
        detail: {
          // People who were made up prove nothing of anybody's backup, nor does a file that is not of this database.
          backupRestored: source.kind === 'backup' && source.known && restoredFrom?.differing === 0,
          users,
          sample,
          seed,
          digestEqual,
          findings: findings.length,
        },
      }),
    );
  }
}

/** Whether the legacy table wanted a password of everybody before the schema steps, which remember it. */
async function neededPasswords(database: Database): Promise<boolean> {
  const [memory] = await database.query<{ hashedPassword: string }>(
    `SELECT hashed_password AS hashedPassword FROM cutover_baseline`,
  );
  return memory?.hashedPassword === 'required';
}
