import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';

export interface Credentials {
  userId: number;
  /** The name they were made for. */
  username: string;
  /** argon2id, in PHC form. */
  passwordHash: string;
  addedBy: string;
  /** Epoch milliseconds. */
  addedAt: number;
}

const COLUMNS = `user_id AS userId, username, password_hash AS passwordHash, added_by AS addedBy, added_at AS addedAt`;

/**
 * The table of their own: no sync, pin, restore or clean-up knows it. What is in it is read at every use and kept
 * nowhere: what an operator takes away opens nothing from the next attempt on.
 */
@Injectable()
export class BreakGlassCredentials {
  constructor(private readonly database: Database) {}

  async find(userId: number): Promise<Credentials | null> {
    const [found] = await this.database.query<Credentials>(
      `SELECT ${COLUMNS} FROM cutover_break_glass WHERE user_id = ?`,
      [userId],
    );
    return found ?? null;
  }

  all(): Promise<Credentials[]> {
    return this.database.query<Credentials>(`SELECT ${COLUMNS} FROM cutover_break_glass ORDER BY user_id`);
  }

  async put({ userId, username, passwordHash, addedBy, addedAt }: Credentials): Promise<void> {
    await this.remove(userId);
    await this.database.execute(
      `INSERT INTO cutover_break_glass (user_id, username, password_hash, added_by, added_at) VALUES (?, ?, ?, ?, ?)`,
      [userId, username, passwordHash, addedBy, addedAt],
    );
  }

  async remove(userId: number): Promise<void> {
    await this.database.execute(`DELETE FROM cutover_break_glass WHERE user_id = ?`, [userId]);
  }
}
