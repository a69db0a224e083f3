import type { MigrationInterface, QueryRunner } from 'typeorm';
import { alterTable } from '../support/alter-table';
import { MigrationRefusal } from '../support/refusal';
import { columnNames, engineOf } from '../support/schema';
import { PasswordsDigest } from './passwords-digest';

const COLUMN = 'hashed_password';
/** Rows read at once. */
const BATCH = 5000;
/** Seconds to wait for the legacy application's transactions: while we wait, all its queries queue behind us. */
const LOCK_WAIT = 10;

/**
 * The point of no return: removes the legacy passwords, exactly those that were sealed. Nobody can write one between
 * the comparison and the removal. Can be run again where it was cut off.
 */
export class RemoveLocalPasswords1790000000001 implements MigrationInterface {
  name = 'RemoveLocalPasswords1790000000001';

  async up(runner: QueryRunner): Promise<void> {
    const present = (await columnNames(runner, 'users')).find((name) => name.toLowerCase() === COLUMN);
    if (present !== undefined) {
      await refuseWhereSomethingReadsIt(runner);
      await (engineOf(runner) === 'mysql' ? removeInMysql(runner) : removeInSqlite(runner));
    }
    await runner.query(`DELETE FROM cutover_reset_codes`); // each was for a password that nobody can have any more
  }

  down(): never {
    throw new MigrationRefusal(
      'The clean-up has removed the local passwords, and no step brings them back: this one and those before it stay. ' +
        'Where you need the legacy schema, restore a dump of the database from before the clean-up.',
    );
  }
}

async function removeInMysql(runner: QueryRunner): Promise<void> {
  const [before] = (await runner.query(`SELECT @@SESSION.lock_wait_timeout AS wait`)) as { wait: number }[];
  const set = 'SET SESSION lock_wait_timeout = ?';
  await runner.query(set, [LOCK_WAIT]);
  try {
    await runner.query(`LOCK TABLES users WRITE, cutover_cleanup READ`);
    await requireSealed(runner);
    // A copy of the whole table: an instant change would leave the passwords in the file, only out of sight.
    await alterTable(runner, 'users', [`DROP COLUMN ${COLUMN}`, 'ALGORITHM=COPY']);
  } finally {
    await runner.query(`UNLOCK TABLES`);
    await runner.query(set, [Number(before?.wait)]);
  }
}

/** Inside the transaction of the migrator, which has the file for itself. */
async function removeInSqlite(runner: QueryRunner): Promise<void> {
  await requireSealed(runner);
  await runner.query(`PRAGMA secure_delete = ON`);
  await runner.query(`ALTER TABLE users DROP COLUMN ${COLUMN}`);
}

async function requireSealed(runner: QueryRunner): Promise<void> {
  const [sealed] = (await runner.query(
    `SELECT passwords_sha256 AS digest FROM cutover_cleanup WHERE id = 1`,
  )) as { digest: string }[];
  if (!sealed) throw new MigrationRefusal('The local passwords are not sealed yet. Nothing was removed.');
  const digest = new PasswordsDigest();
  for (let after = -1; ;) {
    const rows = (await runner.query(
      `SELECT id, ${COLUMN} AS stored FROM users WHERE id > ? ORDER BY id LIMIT ${BATCH}`,
      [after],
    )) as { id: number; stored: string | null }[];
    const last = rows.at(-1);
    if (!last) break;
    for (const { id, stored } of rows) if (stored !== null) digest.add(id, stored);
    after = last.id;
  }
  if (digest.value() === sealed.digest) return;
  throw new MigrationRefusal(
    'Local passwords have changed since they were sealed. Nothing was removed: run this again, and find out who still writes them.',
  );
}

/** The legacy application's own triggers and views would fail from then on, and with them whatever touches the table. */
async function refuseWhereSomethingReadsIt(runner: QueryRunner): Promise<void> {
  const rows = (await runner.query(
    engineOf(runner) === 'sqlite'
      ? `SELECT type || ' ' || name AS what FROM sqlite_schema
         WHERE type IN ('trigger', 'view', 'index') AND sql LIKE '%${COLUMN}%'`
      : `SELECT CONCAT('trigger ', trigger_name) AS what FROM information_schema.triggers
         WHERE trigger_schema = DATABASE() AND action_statement LIKE '%${COLUMN}%'
         UNION ALL SELECT CONCAT('view ', table_name) FROM information_schema.views
         WHERE table_schema = DATABASE() AND view_definition LIKE '%${COLUMN}%'`,
  )) as { what: string }[];
  if (rows.length === 0) return;
  throw new MigrationRefusal(
    `The column ${COLUMN} is still read by ${rows.map(({ what }) => what).join(', ')}. Nothing was removed: change or drop that first.`,
  );
}
