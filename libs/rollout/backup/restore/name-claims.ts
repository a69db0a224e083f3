import { randomUUID } from 'node:crypto';
import type { Row, Value } from '../format/records';
import type { NamedPerson } from '../named-people';
import type { Pass } from './pass';

/** What belongs to one person each. */
export const CLAIMED = ['username', 'external_user_id'];
const places = (values: unknown[]) => values.map(() => '?').join(', ');

/**
 * Usernames and links belong to one person each, also while they change hands: whoever holds one that somebody else has
 * in the backup gives it up first. Those who are in the backup get their own back with their batch.
 */
export class NameClaims {
  /** Everybody who held what another person has in the backup. */
  readonly holders: NamedPerson[] = [];
  private readonly nobody = randomUUID();

  constructor(private readonly pass: Pass) {}

  /**
   * @param rows people who get another username or link than they have, those first who have a row already
   * @param present how many these are: their own row gives both up too
   */
  async take(rows: Row[], present: number): Promise<void> {
    if (rows.length === 0) return;
    const { users } = this.pass.tables;
    const ids = rows.map((row) => Number(row[users.at('id')]));
    const held = [];
    for (const column of CLAIMED) {
      const values = rows.map((row) => row[users.at(column)] ?? null).filter((value) => value !== null);
      held.push(...(await this.holdersOf(column, values, ids)));
    }
    this.holders.push(...held);
    if (!this.pass.writes) return;
    await this.release([...new Set([...ids.slice(0, present), ...held.map(({ id }) => id)])]);
  }

  private async holdersOf(column: string, values: Value[], besides: number[]): Promise<NamedPerson[]> {
    if (values.length === 0) return [];
    return this.pass.database.query<NamedPerson>(
      `SELECT id, username FROM users WHERE ${column} IN (${places(values)}) AND id NOT IN (${places(besides)})${this.pass.lock}`,
      [...values, ...besides],
    );
  }

  private async release(ids: number[]): Promise<void> {
    if (ids.length === 0) return;
    const { database } = this.pass;
    const name = database.engine === 'mysql' ? 'CONCAT(?, id)' : '? || id';
    await database.execute(
      `UPDATE users SET username = ${name}, external_user_id = NULL, updated_at = updated_at WHERE id IN (${places(ids)})`,
      [`${this.nobody}-`, ...ids],
    );
  }
}
