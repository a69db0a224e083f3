import { Injectable } from '@nestjs/common';
import type { ProblemCode } from '@cutover/contracts';
import { Database } from '@cutover/database';

/** Rows that one statement reads by id. */
const BATCH = 500;

/** What became of one person's sign-ins on the external side. */
export interface Came {
  signedIn: boolean;
  /** Their last attempt there that failed. */
  lastFailure: number | null;
}

/** Who has come to the external side since an instant. */
@Injectable()
export class CameSince {
  constructor(private readonly database: Database) {}

  /** By user id. @param since epoch milliseconds */
  async everybody(since: number): Promise<ReadonlyMap<number, Came>> {
    const rows = await this.database.query<{ userId: number; signedIn: number; lastFailure: number | null }>(
      `SELECT user_id AS userId,
         MAX(CASE WHEN side = 'external' AND outcome = 'success' THEN 1 ELSE 0 END) AS signedIn,
         MAX(CASE WHEN outcome <> 'success' OR fallback = 1 THEN id END) AS lastFailure
       FROM cutover_sign_in_outcomes
       WHERE at >= ? AND user_id IS NOT NULL AND (side = 'external' OR fallback = 1) GROUP BY user_id`,
      [since],
    );
    return new Map(
      rows.map(({ userId, signedIn, lastFailure }) => [
        userId,
        { signedIn: Number(signedIn) === 1, lastFailure: lastFailure === null ? null : Number(lastFailure) },
      ]),
    );
  }

  /** Why attempts failed, by their ids. */
  async codesOf(ids: readonly number[]): Promise<ReadonlyMap<number, ProblemCode>> {
    const codes = new Map<number, ProblemCode>();
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      const rows = await this.database.query<{ id: number; code: ProblemCode | null }>(
        // Whom the fallback let in failed for no reason of its own but the outage.
        `SELECT id, CASE WHEN fallback = 1 AND outcome = 'success' THEN 'external_unavailable' ELSE code END AS code
         FROM cutover_sign_in_outcomes WHERE id IN (${batch.map(() => '?').join(', ')})`,
        batch,
      );
      for (const { id, code } of rows) codes.set(Number(id), code ?? 'internal_error');
    }
    return codes;
  }
}
