import { Injectable } from '@nestjs/common';
import { ProblemError } from '@cutover/contracts';
import { Database, isMissingColumn } from '@cutover/database';
import { toDatetime } from '../user-record';

/** The clean-up has removed what this needs. */
export class LocalPasswordsGone extends ProblemError {
  readonly code = 'validation_failed';
  constructor() {
    super({
      detail:
        'The clean-up has removed the local passwords of this database: everybody but break-glass accounts signs in on ' +
        'the external side, and there is no way back to local sign-in (docs/cleanup.md).',
    });
  }
}

/** Milliseconds for which an answer is good: every process notices within 5 s (docs/cleanup.md). */
const CACHE_TIME = 2000;

const COLUMN = 'hashed_password';
const NOTHING = 'NULL';

/**
 * Runs a statement that reads the legacy passwords, and runs it with `NULL` in the place of their column where the
 * clean-up has removed that, be it while this process was running. Only the column's absence is answered so.
 */
export async function readingHashes<T>(statement: (column: string) => Promise<T>): Promise<T> {
  try {
    return await statement(COLUMN);
  } catch (error) {
    if (!isMissingColumn(error, COLUMN)) throw error;
    return statement(NOTHING);
  }
}

/**
 * The port to the one legacy column that the clean-up removes. Nothing that signs people in on the external side reads
 * it, so that its end disturbs nobody there.
 */
@Injectable()
export class LocalPasswords {
  private seen: { exist: boolean; until: number } | null = null;

  constructor(private readonly database: Database) {}

  /** Whether there are local passwords, at most {@link CACHE_TIME} ago. @throws ServiceUnavailable */
  async exist(): Promise<boolean> {
    if (this.seen && Date.now() < this.seen.until) return this.seen.exist;
    const exist = await readingHashes(async (column) => {
      await this.database.query(`SELECT ${column} FROM users LIMIT 0`);
      return column === COLUMN;
    });
    this.seen = { exist, until: Date.now() + CACHE_TIME };
    return exist;
  }

  /** @throws LocalPasswordsGone after the clean-up */
  async assertExist(): Promise<void> {
    if (!(await this.exist())) throw new LocalPasswordsGone();
  }

  /** The stored hash. @param userId `null` for nobody, which costs the same */
  async of(userId: number | null): Promise<string | null> {
    const [row] = await readingHashes((column) =>
      this.database.query<{ stored: string | null }>(`SELECT ${column} AS stored FROM users WHERE id = ?`, [
        userId ?? -1,
      ]),
    );
    return row?.stored ?? null;
  }

  /** How many there are. */
  async count(): Promise<number> {
    const [row] = await readingHashes((column) =>
      this.database.query<{ count: number }>(`SELECT COUNT(${column}) AS count FROM users`),
    );
    return Number(row?.count);
  }

  /** Whose row has one, of these. */
  async holders(userIds: readonly number[]): Promise<ReadonlySet<number>> {
    if (userIds.length === 0) return new Set();
    const rows = await readingHashes((column) =>
      this.database.query<{ id: number }>(
        `SELECT id FROM users WHERE id IN (${userIds.map(() => '?').join(', ')}) AND ${column} IS NOT NULL`,
        [...userIds],
      ),
    );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Writes a new one, because a person and an operator ask for it by hand (design section 3).
   *
   * @throws LocalPasswordsGone after the clean-up
   */
  async set(userId: number, hash: string, now: Date): Promise<void> {
    try {
      await this.database.execute(`UPDATE users SET ${COLUMN} = ?, updated_at = ? WHERE id = ?`, [
        hash,
        toDatetime(now),
        userId,
      ]);
    } catch (error) {
      throw isMissingColumn(error, COLUMN) ? new LocalPasswordsGone() : error;
    }
  }
}
