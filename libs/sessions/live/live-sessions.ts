import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import {
  type Person,
  PERSON_COLUMNS,
  PERSON_JOINS,
  type PersonRow,
  toPerson,
  whyKeptOut,
} from '@cutover/users';
import type { SessionEntity } from '../entities/session.entity';
import { BatchedReads, type Read } from './batched-reads';
import { BoundedCache } from './bounded-cache';

/** What decides whether a session still holds. Instants are epoch milliseconds. */
export type SessionState = Pick<
  SessionEntity,
  'id' | 'userId' | 'authMode' | 'lastUsedAt' | 'expiresAt' | 'endedAt' | 'endReason'
>;

/** A session as it was read, and whose it is; `null` once the person's row is gone. */
export interface SessionInUse {
  session: SessionState;
  person: Person | null;
}

/** Milliseconds for which a read is believed: what another process ends is seen here after that at the latest. */
export const LONGEST_BELIEF = 3000;
/** Milliseconds after which a database that does not answer counts as gone: no revocation could be read (design section 5). */
export const LONGEST_READ = 5000;

/** About 1 kB each. */
const CAPACITY = 20_000;

const SESSION_COLUMNS = `s.id AS sessionId, s.user_id AS id, s.auth_mode AS authMode, s.last_used_at AS lastUsedAt,
  s.expires_at AS expiresAt, s.ended_at AS endedAt, s.end_reason AS endReason`;

type SessionAndPersonRow = Omit<SessionState, 'id' | 'userId'> &
  Omit<PersonRow, 'username'> & { sessionId: string; username: string | null };

/**
 * What the path of every request knows of sessions and people: read at most {@link LONGEST_BELIEF} ago, by one statement
 * for all requests that wait. What changes in this process is forgotten at once.
 */
@Injectable()
export class LiveSessions {
  private readonly sessions = new BoundedCache<string, Read<SessionInUse>>(CAPACITY);
  private readonly people = new BoundedCache<string, Read<Person>>(CAPACITY);
  /** Hashes of bearers that no session holds; until any session ends or changes. */
  private unheld = new BoundedCache<string, Read<true>>(CAPACITY);

  private readonly byId = new BatchedReads<SessionInUse>({
    read: (ids) => this.readSessions(ids),
    subjectOf: ({ session }) => session.id,
    keep: (_id, read) => this.keep(read),
    limit: LONGEST_READ,
  });
  private readonly byBearerHash = new BatchedReads<SessionInUse>({
    read: (hashes) => this.readHolders(hashes),
    subjectOf: ({ session }) => session.id,
    keep: (_hash, read) => this.keep(read),
    limit: LONGEST_READ,
  });
  private readonly byObjectId = new BatchedReads<Person>({
    read: (objectIds) => this.readPeople(objectIds),
    subjectOf: ({ id }) => id,
    keep: (objectId, read) => {
      // Whoever is let in again need not wait.
      if (whyKeptOut(read.value, 'external') === null) this.people.set(objectId, read);
    },
    limit: LONGEST_READ,
  });

  constructor(private readonly database: Database) {}

  /** What is known of a session without asking anybody; `undefined` where that is too old. */
  known(sessionId: string): SessionInUse | undefined {
    return young(this.sessions.get(sessionId));
  }

  /** @throws ServiceUnavailable */
  read(sessionId: string): Promise<SessionInUse | null> {
    return this.byId.get(sessionId);
  }

  /** The session that holds an access token of the provider, a live one first. @throws ServiceUnavailable */
  holder(bearerHash: string): Promise<SessionInUse | null> {
    return this.byBearerHash.get(bearerHash);
  }

  /** Whether a session holds, or held, an access token. @throws ServiceUnavailable */
  async isHeld(bearerHash: string): Promise<boolean> {
    const { unheld } = this;
    if (young(unheld.get(bearerHash))) return false;
    const readAt = performance.now();
    if (await this.holder(bearerHash)) return true;
    unheld.set(bearerHash, { value: true, readAt });
    return false;
  }

  /** Whom an Entra object id is linked to. @throws ServiceUnavailable */
  async linkedPerson(objectId: string): Promise<Person | null> {
    if (!/^[\x21-\x7e]+$/.test(objectId)) return null; // the column is ASCII, and MySQL refuses to compare others
    return young(this.people.get(objectId)) ?? this.byObjectId.get(objectId);
  }

  /** For whoever ends or changes a session; once that is committed, {@link Database.afterwards}. */
  forget(sessionId: string): void {
    this.sessions.delete(sessionId);
    this.unheld = new BoundedCache(CAPACITY); // not cleared: a read under way must not come back into it
    this.byId.outdate(sessionId);
    this.byBearerHash.outdate(sessionId);
  }

  /** For whoever shuts a person out: also those who come without a session. */
  forgetPerson(userId: number): void {
    this.people.clear(); // happens rarely, and is filled again by one statement
    this.byObjectId.outdate(userId);
  }

  /** One that has ended needs no place: nobody is served by it. */
  private keep(read: Read<SessionInUse>): void {
    const { id, endedAt } = read.value.session;
    if (endedAt === null) this.sessions.set(id, read);
  }

  private async readSessions(ids: string[]): Promise<Map<string, SessionInUse>> {
    const rows = await this.database.query<SessionAndPersonRow>(
      `SELECT ${SESSION_COLUMNS}, ${PERSON_COLUMNS} FROM cutover_sessions s LEFT JOIN users u ON u.id = s.user_id ${PERSON_JOINS}
       WHERE s.id IN (${places(ids)})`,
      ids,
    );
    return new Map(rows.map((row) => [row.sessionId, toSessionInUse(row)]));
  }

  private async readHolders(hashes: string[]): Promise<Map<string, SessionInUse>> {
    const rows = await this.database.query<SessionAndPersonRow & { tokenHash: string }>(
      `SELECT b.token_hash AS tokenHash, ${SESSION_COLUMNS}, ${PERSON_COLUMNS}
       FROM cutover_session_bearers b JOIN cutover_sessions s ON s.id = b.session_id LEFT JOIN users u ON u.id = s.user_id ${PERSON_JOINS}
       WHERE b.token_hash IN (${places(hashes)}) ORDER BY s.ended_at IS NOT NULL DESC, s.created_at`,
      hashes,
    );
    return new Map(rows.map((row) => [row.tokenHash, toSessionInUse(row)])); // the last one of a hash stays
  }

  private async readPeople(objectIds: string[]): Promise<Map<string, Person>> {
    const rows = await this.database.query<PersonRow & { externalUserId: string }>(
      `SELECT u.id, ${PERSON_COLUMNS} FROM users u ${PERSON_JOINS} WHERE u.external_user_id IN (${places(objectIds)})`,
      objectIds,
    );
    return new Map(rows.map((row) => [row.externalUserId, toPerson(row)]));
  }
}

const places = (keys: unknown[]) => keys.map(() => '?').join(', ');

const young = <V>(read: Read<V> | undefined): V | undefined =>
  read && performance.now() - read.readAt < LONGEST_BELIEF ? read.value : undefined;

function toSessionInUse(row: SessionAndPersonRow): SessionInUse {
  const { sessionId, id: userId, authMode, lastUsedAt, expiresAt, endedAt, endReason, username } = row;
  return {
    session: { id: sessionId, userId, authMode, lastUsedAt, expiresAt, endedAt, endReason },
    person: username === null ? null : toPerson({ ...row, username }),
  };
}
