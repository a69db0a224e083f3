import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import {
  ADMISSIBLE_COLUMNS,
  type AdmissibleRow,
  PERSON_JOINS,
  readingHashes,
  toAdmissible,
} from '@cutover/users';
import { KnownAccounts } from './known-accounts';
import type { Standing } from './standing';

/** Rows read at once: two statements for each batch, and memory for one. */
const BATCH = 5000;

/** What one SELECT answers for a {@link Standing}; the engines spell booleans in two ways. */
interface StandingRow extends AdmissibleRow {
  id: number;
  email: string | null;
  role: string | null;
  hasLocalPassword: number | boolean | null;
}

const select = (hash: string) => `SELECT u.id, u.email, u.role, ${ADMISSIBLE_COLUMNS},
  ${hash === 'NULL' ? hash : `${hash} IS NOT NULL`} AS hasLocalPassword FROM users u ${PERSON_JOINS}`;

/** Everybody as far as the rollout is concerned, a batch at a time: 100,000 people are read in 40 statements. */
@Injectable()
export class Census {
  constructor(
    private readonly database: Database,
    private readonly accounts: KnownAccounts,
  ) {}

  /** By id. */
  async *everybody(): AsyncGenerator<Standing> {
    for (let after = -1; ;) {
      const rows = await this.rows(`WHERE u.id > ? ORDER BY u.id LIMIT ${BATCH}`, [after]);
      const last = rows.at(-1);
      if (!last) return;
      yield* await this.standings(rows);
      if (rows.length < BATCH) return;
      after = last.id;
    }
  }

  /** Those whose id lies between two, both included, by id. */
  async between(first: number, last: number): Promise<Standing[]> {
    return this.standings(await this.rows('WHERE u.id BETWEEN ? AND ? ORDER BY u.id', [first, last]));
  }

  /** @param rest from WHERE on */
  private rows(rest: string, parameters: number[]): Promise<StandingRow[]> {
    return readingHashes((column) =>
      this.database.query<StandingRow>(`${select(column)} ${rest}`, parameters),
    );
  }

  private async standings(rows: StandingRow[]): Promise<Standing[]> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return [];
    const accounts = await this.accounts.between(first.id, last.id);
    return rows.map((row) => ({
      ...toAdmissible(row),
      id: row.id,
      username: row.username,
      email: row.email,
      role: row.role === 'admin' ? 'admin' : 'user',
      hasLocalPassword: row.hasLocalPassword === null ? null : Boolean(row.hasLocalPassword),
      lastExternalRefusal: row.lastExternalRefusal,
      ...accounts(row.id),
    }));
  }
}
