import type { Database } from '@cutover/database';
import { RateLimiterMySQL, RateLimiterRes, type RateLimiterStoreAbstract } from 'rate-limiter-flexible';

export interface Limit {
  /** Names the bucket, together with the key. */
  keyPrefix: string;
  points: number;
  /** Seconds. */
  duration: number;
}

interface Bucket {
  points: number;
  /** Milliseconds. */
  remaining: number;
}

/** What the library's own stores extend; its typings export the class, its code does not. */
const Store = Object.getPrototypeOf(RateLimiterMySQL) as typeof RateLimiterStoreAbstract;

/** Epoch milliseconds on the database's clock: processes whose own clocks differ count in the same window. */
const NOW = {
  mysql: 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)',
  sqlite: `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
};

/** Expired rows that one statement removes. */
const PURGE_BATCH = 500;

/**
 * rate-limiter-flexible's counting in our database, for all processes together. One statement takes a point, so of any
 * number of parallel attempts exactly `points` are let through. Whoever is refused takes none: once those who
 * were let through gave theirs back, the bucket is as if nobody had been there.
 */
export class DatabaseRateLimiter extends Store {
  private readonly now: string;

  constructor(
    private readonly database: Database,
    limit: Limit,
  ) {
    super({ ...limit, storeClient: database });
    this.now = NOW[database.engine];
  }

  /**
   * Gives one point back to the window that it came out of and to no other: one that began since owes nobody anything.
   *
   * @param takenAgo milliseconds
   */
  async giveBack(key: string, takenAgo: number): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_rate_limits SET points = points - 1
       WHERE bucket = ? AND points > 0 AND expires_at > ${this.now} AND expires_at - ? <= ${this.now} - ?`,
      [this.getKey(key), this.msDuration, Math.floor(takenAgo)],
    );
  }

  /** As if the last point had never been taken out of its window: the next one begins a window of its own. */
  async forget(key: string, takenAgo: number): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_rate_limits SET expires_at = 0
       WHERE bucket = ? AND expires_at > ${this.now} AND expires_at - ? <= ${this.now} - ?`,
      [this.getKey(key), this.msDuration, Math.floor(takenAgo)],
    );
  }

  /** Milliseconds until the window of each key that begins with `prefix` ends, by key; those that are over are not in it. */
  async remaining(prefix: string): Promise<ReadonlyMap<string, number>> {
    const from = this.getKey(prefix);
    const to = `${from.slice(0, -1)}${String.fromCharCode(from.charCodeAt(from.length - 1) + 1)}`;
    const rows = await this.database.query<{ bucket: string; remaining: number | string }>(
      `SELECT bucket, expires_at - ${this.now} AS remaining FROM cutover_rate_limits
       WHERE bucket >= ? AND bucket < ? AND expires_at > ${this.now}`,
      [from, to],
    );
    return new Map(
      rows.map(({ bucket, remaining }) => [prefix + bucket.slice(from.length), Number(remaining)]),
    );
  }

  /** Removes the rows of windows that are over, of every limiter, in small batches: no attempt waits long for a lock. */
  async purge(): Promise<void> {
    let removed: number;
    do {
      const rows = await this.database.query<{ bucket: string }>(
        `SELECT bucket FROM cutover_rate_limits WHERE expires_at <= ${this.now} LIMIT ${PURGE_BATCH}`,
      );
      if (rows.length === 0) return;
      const { affected } = await this.database.execute(
        `DELETE FROM cutover_rate_limits WHERE bucket IN (${rows.map(() => '?').join(', ')}) AND expires_at <= ${this.now}`,
        rows.map(({ bucket }) => bucket),
      );
      removed = affected;
    } while (removed === PURGE_BATCH);
  }

  // What follows with an underscore is the library's contract for stores.

  async _upsert(bucket: string, points: number, duration: number, forced = false): Promise<Bucket> {
    const take = this.database.engine === 'mysql' ? this.takeOnMysql : this.takeOnSqlite;
    const taken = await take.call(this, bucket, points, duration, Number(forced));
    if (taken <= this.points) return { points: taken, remaining: duration };
    // How long to wait is asked for only where somebody has to.
    const remaining = (await this._get(bucket))?.remaining ?? 0;
    return { points: taken, remaining };
  }

  async _get(bucket: string): Promise<Bucket | null> {
    const [row] = await this.database.query<Bucket>(
      `SELECT points, expires_at - ${this.now} AS remaining FROM cutover_rate_limits
       WHERE bucket = ? AND expires_at > ${this.now}`,
      [bucket],
    );
    return row ?? null;
  }

  async _delete(bucket: string): Promise<boolean> {
    const { affected } = await this.database.execute(`DELETE FROM cutover_rate_limits WHERE bucket = ?`, [
      bucket,
    ]);
    return affected > 0;
  }

  _getRateLimiterRes(_bucket: string, changed: number, { points, remaining }: Bucket): RateLimiterRes {
    return new RateLimiterRes(Math.max(this.points - points, 0), remaining, points, points === changed);
  }

  /** `LAST_INSERT_ID(n)` hands a number out of the statement, where MySQL has no RETURNING. */
  private async takeOnMysql(bucket: string, points: number, duration: number, forced: number) {
    const isOver = `(? OR expires_at <= ${this.now})`;
    const { insertId } = await this.database.execute(
      `INSERT INTO cutover_rate_limits (bucket, points, expires_at) VALUES (?, LAST_INSERT_ID(?), ${this.now} + ?)
       ON DUPLICATE KEY UPDATE
         points = IF(${isOver}, LAST_INSERT_ID(?), IF(LAST_INSERT_ID(points + ?) > ?, points, points + ?)),
         expires_at = IF(${isOver}, ${this.now} + ?, expires_at)`,
      [bucket, points, duration, forced, points, points, this.points, points, forced, duration],
    );
    return insertId;
  }

  /** No row comes back where the condition left it as it was. */
  private async takeOnSqlite(bucket: string, points: number, duration: number, forced: number) {
    const isOver = `(? OR expires_at <= ${this.now})`;
    const [row] = await this.database.query<{ points: number }>(
      `INSERT INTO cutover_rate_limits (bucket, points, expires_at) VALUES (?, ?, ${this.now} + ?)
       ON CONFLICT (bucket) DO UPDATE SET
         points = excluded.points + IIF(${isOver}, 0, points),
         expires_at = IIF(${isOver}, excluded.expires_at, expires_at)
       WHERE ${isOver} OR points + excluded.points <= ?
       RETURNING points`,
      [bucket, points, duration, forced, forced, forced, this.points],
    );
    return row?.points ?? this.points + points;
  }
}
