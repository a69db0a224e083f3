import type { Database, Engine } from '@cutover/database';
import type { LegacyRow } from '../people/legacy-people';

/**
 * The legacy table as applications have it, before Cutover: on the MySQL family with an `updated_at` that changes with every
 * careless UPDATE.
 */
const DEFINITION: Record<Engine, string[]> = {
  mysql: [
    `CREATE TABLE users (
      id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
      username VARCHAR(150) NOT NULL,
      email VARCHAR(255) NULL,
      full_name VARCHAR(255) NULL,
      hashed_password VARCHAR(255) NOT NULL,
      is_active TINYINT(1) NOT NULL DEFAULT 1,
      role VARCHAR(20) NOT NULL DEFAULT 'user',
      created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
      updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
      UNIQUE KEY ix_users_username (username),
      KEY ix_users_email (email)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  ],
  sqlite: [
    `CREATE TABLE users (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      username VARCHAR(150) NOT NULL UNIQUE,
      email VARCHAR(255),
      full_name VARCHAR(255),
      hashed_password VARCHAR(255) NOT NULL,
      is_active BOOLEAN NOT NULL DEFAULT 1,
      role VARCHAR(20) NOT NULL DEFAULT 'user',
      created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
      updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
    )`,
    `CREATE INDEX ix_users_email ON users (email)`,
  ],
};

const COLUMNS = [
  'id',
  'username',
  'email',
  'full_name',
  'hashed_password',
  'is_active',
  'role',
  'created_at',
  'updated_at',
] as const satisfies (keyof LegacyRow)[];

/** Rows of one statement. */
const BATCH = 1000;

export const legacyDefinition = (engine: Engine): string[] => DEFINITION[engine];

/** Makes rows 0 to `count` - 1 and puts them in, in sets. */
export async function fillLegacyTable(
  database: Database,
  count: number,
  rowOf: (index: number) => LegacyRow,
): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - from) }, (_, offset) => rowOf(from + offset));
    const places = `(${COLUMNS.map(() => '?').join(', ')})`;
    await database.execute(
      `INSERT INTO users (${COLUMNS.join(', ')}) VALUES ${rows.map(() => places).join(', ')}`,
      rows.flatMap((row) => COLUMNS.map((column) => row[column])),
    );
  }
}

/** Gives everybody a hash whose password is known; nothing else of the row changes. */
export async function replaceHashes(database: Database, hashes: readonly string[]): Promise<void> {
  const cases = hashes.map((_, remainder) => `WHEN ${remainder} THEN ?`).join(' ');
  await database.execute(
    `UPDATE users SET hashed_password = CASE id % ${hashes.length} ${cases} END, updated_at = updated_at`,
    [...hashes],
  );
}
