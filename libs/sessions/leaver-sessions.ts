import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { ADMISSIBLE_COLUMNS, type AdmissibleRow, PERSON_JOINS, toAdmissible } from '@cutover/users';
import type { SessionEntity } from './entities/session.entity';
import { whyShut } from './session-end';
import { SessionEnds } from './session-ends';

/** Sessions in one transaction. */
const LARGEST_SET = 250;
/** Why a sync, or taking one back, ends a session. */
const REASONS = ['left', 'revoked'] as const;

interface Row extends AdmissibleRow, Pick<SessionEntity, 'userId' | 'authMode'> {
  sessionId: string;
}

/** The sessions of people whom a sync keeps out, and those by a link that was taken back. */
@Injectable()
export class LeaverSessions {
  constructor(
    private readonly database: Database,
    private readonly ends: SessionEnds,
  ) {}

  /**
   * Ends all there are, by whichever sync: whoever applies one that was broken off makes up for it. They open nothing
   * before, either: whoever is asked to go on with one asks the same question.
   *
   * @param by who wished it
   * @returns how many
   * @throws ServiceUnavailable
   */
  async endAll(by: string): Promise<number> {
    let done = 0;
    for (let after = ''; ;) {
      const rows = await this.database.query<Row>(
        `SELECT s.id AS sessionId, s.user_id AS userId, s.auth_mode AS authMode, ${ADMISSIBLE_COLUMNS}
         FROM cutover_sessions s JOIN users u ON u.id = s.user_id ${PERSON_JOINS}
         WHERE s.id > ? AND s.ended_at IS NULL AND s.expires_at > ${this.database.clock}
           AND (a.state IN ('disabled', 'gone') OR (s.auth_mode = 'external' AND u.external_user_id IS NULL))
         ORDER BY s.id LIMIT ${LARGEST_SET}`,
        [after],
      );
      const last = rows.at(-1);
      if (!last) return done;
      for (const reason of REASONS) {
        const theirs = rows.filter((row) => whyShut(toAdmissible(row), row.authMode) === reason);
        const { ended, told } = await this.ends.end(theirs, reason, Date.now(), by);
        await told;
        done += ended;
      }
      after = last.sessionId;
    }
  }
}
