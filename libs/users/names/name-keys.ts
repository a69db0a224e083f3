import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { nameKey } from './name-key';

/** People between two turns of everybody else. */
const BATCH = 500;
/** Milliseconds from the last change that a sweep made to the next sweep, of all processes together. */
const SWEEP_INTERVAL = 30_000;

interface Row {
  id: number;
  username: string | null;
  email: string | null;
  usernameKey: string | null;
  emailKey: string | null;
}

/**
 * The keys of everybody's names, in a table of ours: no trigger in the legacy one, which frameworks rebuild. It is filled
 * from the lowest number up, and has no gap: `NameCandidates` looks at whatever has a higher number by itself.
 */
@Injectable()
export class NameKeys {
  constructor(private readonly database: Database) {}

  /**
   * Puts right what the legacy application has added, renamed or deleted since.
   *
   * @returns whether it was due, and nobody else does it
   */
  async sweep(goOn: () => boolean): Promise<boolean> {
    const owner = randomUUID();
    if (!(await this.claim(owner))) return false;
    let after = Number.MIN_SAFE_INTEGER;
    for (let isLast = false; !isLast && goOn(); await nextTurn()) {
      const rows = await this.database.query<Row>(
        `SELECT u.id, u.username, u.email, n.username_key AS usernameKey, n.email_key AS emailKey
         FROM users u LEFT JOIN cutover_user_names n ON n.user_id = u.id WHERE u.id > ? ORDER BY u.id LIMIT ${BATCH}`,
        [after],
      );
      isLast = rows.length < BATCH;
      const last = isLast ? Number.MAX_SAFE_INTEGER : Number(rows.at(-1)?.id);
      if (!(await this.write(rows, owner))) break;
      await this.forget(after, last);
      after = last;
    }
    return true;
  }

  private async claim(owner: string): Promise<boolean> {
    const { engine, clock } = this.database;
    await this.database.execute(
      `INSERT ${engine === 'mysql' ? 'IGNORE' : 'OR IGNORE'} INTO cutover_name_sweep (id, owner, due_at) VALUES (1, NULL, 0)`,
    );
    return this.holds(owner, `due_at <= ${clock}`, []);
  }

  /** @returns false when a restore, or another process, has taken the sweep over: keys above a gap would hide it */
  private async write(rows: readonly Row[], owner: string): Promise<boolean> {
    const changed = rows.flatMap(({ id, username, email, usernameKey, emailKey }) => {
      const [name, address] = [keyOf(username), keyOf(email)];
      return name === usernameKey && address === emailKey ? [] : [[id, name, address]];
    });
    if (changed.length === 0) return true;
    return this.database.transaction(async () => {
      if (!(await this.holds(owner, 'owner = ?', [owner]))) return false;
      await this.database.execute(
        `REPLACE INTO cutover_user_names (user_id, username_key, email_key) VALUES ${changed.map(() => '(?, ?, ?)').join(', ')}`,
        changed.flat(),
      );
      return true;
    });
  }

  private async holds(owner: string, condition: string, parameters: string[]): Promise<boolean> {
    const { affected } = await this.database.execute(
      `UPDATE cutover_name_sweep SET owner = ?, due_at = ${this.database.clock} + ? WHERE id = 1 AND ${condition}`,
      [owner, SWEEP_INTERVAL, ...parameters],
    );
    return affected === 1;
  }

  /** Of people who are no more. Looked for first: a DELETE that looks at the legacy table would lock its rows. */
  private async forget(after: number, last: number): Promise<void> {
    for (;;) {
      const gone = await this.database.query<{ id: number }>(
        `SELECT n.user_id AS id FROM cutover_user_names n LEFT JOIN users u ON u.id = n.user_id
         WHERE n.user_id > ? AND n.user_id <= ? AND u.id IS NULL LIMIT ${BATCH}`,
        [after, last],
      );
      if (gone.length === 0) return;
      await this.database.execute(
        `DELETE FROM cutover_user_names WHERE user_id IN (${gone.map(() => '?').join(', ')})`,
        gone.map(({ id }) => id),
      );
    }
  }
}

const keyOf = (name: string | null) => (name === null ? null : nameKey(String(name)));
