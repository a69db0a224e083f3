import { Injectable } from '@nestjs/common';
import { Coalescer, Database } from '@cutover/database';
import type { ExternalAccountState } from './external-account-state';

/** Look-ups in one statement. */
const LARGEST_SET = 200;
/** People that one name is looked up for. */
const MOST_OWNERS = 5;
/** How each engine compares without case, as the columns are indexed, and what comes after `@` in that order. */
const CASELESS = {
  mysql: { collated: '', afterAt: 'A' },
  sqlite: { collated: ' COLLATE NOCASE', afterAt: '[' },
};

/** What the last sync found of people's accounts over there. */
@Injectable()
export class ExternalAccounts {
  private readonly upns = new Coalescer<number, string | null>((ids) => this.upnsOf(ids), LARGEST_SET);

  constructor(private readonly database: Database) {}

  /** The user principal name; `null` where no sync has told it. @throws ServiceUnavailable */
  upnOf(userId: number): Promise<string | null> {
    return this.upns.add(userId);
  }

  /**
   * Whom the external side knows by a name, or by one that begins with it and `@`: a user principal name that sync found,
   * or the address that it answered with. A few of them where it is many.
   *
   * @returns user ids. @throws ServiceUnavailable
   */
  async ownersOf(name: { address: string } | { localPart: string }): Promise<number[]> {
    const { collated, afterAt } = CASELESS[this.database.engine];
    const [condition, parameters] =
      'address' in name
        ? [(column: string) => `${column} = ?${collated}`, [name.address]]
        : [
            (column: string) => `${column} >= ?${collated} AND ${column} < ?${collated}`,
            [`${name.localPart}@`, `${name.localPart}${afterAt}`],
          ];
    const rows = await this.database.query<{ userId: number }>(
      `SELECT userId FROM (
         SELECT user_id AS userId FROM cutover_external_accounts WHERE ${condition('upn')}
         UNION SELECT id FROM users WHERE ${condition('azure_email')}
       ) owners LIMIT ${MOST_OWNERS}`,
      [...parameters, ...parameters],
    );
    return rows.map(({ userId }) => userId);
  }

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

  private async upnsOf(userIds: readonly number[]): Promise<(string | null)[]> {
    const rows = await this.database.query<{ userId: number; upn: string | null }>(
      `SELECT user_id AS userId, upn FROM cutover_external_accounts WHERE user_id IN (${userIds.map(() => '?').join(', ')})`,
      [...userIds],
    );
    const upns = new Map(rows.map(({ userId, upn }) => [userId, upn]));
    return userIds.map((id) => upns.get(id) ?? null);
  }
}
