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

  /** How many people of the `users` table are in each state; whom no sync has looked for is in none. */
  async counts(): Promise<Partial<Record<ExternalAccountState, number>>> {
    const rows = await this.database.query<{ state: ExternalAccountState; count: number }>(
      `SELECT a.state, COUNT(*) AS count FROM cutover_external_accounts a JOIN users u ON u.id = a.user_id GROUP BY a.state`,
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
  }
}
