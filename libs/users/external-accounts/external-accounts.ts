import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import type { ExternalAccountState } from './external-account-state';

/** What the last sync found of people's accounts over there. */
@Injectable()
export class ExternalAccounts {
  constructor(private readonly database: Database) {}

  /** @returns `null` where no sync has looked for this person yet */
  async stateOf(userId: number): Promise<ExternalAccountState | null> {
    const [row] = await this.database.query<{ state: ExternalAccountState }>(
      `SELECT state FROM cutover_external_accounts WHERE user_id = ?`,
      [userId],
    );
    return row?.state ?? null;
  }

  /** Of everybody whose id lies between two, both included; whom no sync has looked for is not in it. */
  async statesBetween(first: number, last: number): Promise<ReadonlyMap<number, ExternalAccountState>> {
    const rows = await this.database.query<{ userId: number; state: ExternalAccountState }>(
      `SELECT user_id AS userId, state FROM cutover_external_accounts WHERE user_id BETWEEN ? AND ?`,
      [first, last],
    );
    return new Map(rows.map(({ userId, state }) => [userId, state]));
  }

  /** How many people of the `users` table are in each state; whom no sync has looked for is in none. */
  async counts(): Promise<Partial<Record<ExternalAccountState, number>>> {
    const rows = await this.database.query<{ state: ExternalAccountState; count: number }>(
      `SELECT a.state, COUNT(*) AS count FROM cutover_external_accounts a JOIN users u ON u.id = a.user_id GROUP BY a.state`,
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
  }
}
