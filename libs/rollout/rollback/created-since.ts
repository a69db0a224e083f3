import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { TRAILS } from '@cutover/operations';
import type { NamedPerson } from '../backup/named-people';

/** Entries read at once. */
const PAGE = 1000;
const SUBJECT = /^user:(\d+)$/;

/** People whom the external side brought in and who cannot be told by their row any more. */
@Injectable()
export class CreatedSince {
  constructor(private readonly database: Database) {}

  /**
   * Reads the audit trail once, from its beginning. Rows without a local password that are linked are left out: they
   * show by themselves.
   */
  async *withPasswordOrUnlinked(): AsyncGenerator<NamedPerson> {
    for (const { log } of TRAILS) yield* this.of(log);
  }

  private async *of(log: string): AsyncGenerator<NamedPerson> {
    for (let after = 0; ;) {
      const entries = await this.database.query<{ id: number; subject: string | null }>(
        `SELECT id, subject FROM ${log} WHERE id > ? AND action = 'user.provisioned' ORDER BY id LIMIT ${PAGE}`,
        [after],
      );
      const last = entries.at(-1);
      if (!last) return;
      const ids = entries.flatMap(({ subject }) => SUBJECT.exec(subject ?? '')?.[1] ?? []).map(Number);
      if (ids.length > 0)
        yield* await this.database.query<NamedPerson>(
          `SELECT id, username FROM users WHERE id IN (${ids.map(() => '?').join(', ')})
             AND (hashed_password IS NOT NULL OR external_user_id IS NULL) ORDER BY id`,
          ids,
        );
      after = last.id;
    }
  }
}
