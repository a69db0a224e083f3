import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { TokenInvalid } from '@cutover/contracts';
import { type Person, whyKeptOut } from '@cutover/users';
import { SessionExpired, SessionReused } from '../errors';
import { whyOver } from '../session-end';
import { SessionService } from '../session.service';
import { LastUses, TOUCH_INTERVAL } from './last-uses';
import { LiveSessions, type SessionInUse, type SessionState } from './live-sessions';

/** A session that holds, and whose it is. */
export interface LiveSession {
  session: SessionState;
  person: Person;
}

/** The use of a session by whoever bears its access token; an ended one is refused. */
@Injectable()
export class SessionUse {
  /** Milliseconds. */
  private readonly idleTimeout: number;

  constructor(
    private readonly live: LiveSessions,
    private readonly lastUses: LastUses,
    private readonly sessions: SessionService,
    settings: SettingsService,
  ) {
    this.idleTimeout = settings.get('session', { infer: true }).idleTimeout * 1000;
  }

  /** The session of an access token of ours. @throws SessionExpired, SessionReused, ServiceUnavailable */
  async byId(sessionId: string, now = Date.now()): Promise<LiveSession> {
    const known = this.live.known(sessionId);
    if (known && this.holds(known, now)) return this.used(known, now);
    // What is known may lack a use that another process saw: only what was just read ends a session.
    return this.admit(await this.live.read(sessionId), now);
  }

  /**
   * The live session that holds an access token of the provider, by the token's SHA-256; `null` where none ever did.
   * @throws SessionExpired, SessionReused where all that did have ended; ServiceUnavailable
   */
  async byBearer(bearerHash: string, now = Date.now()): Promise<LiveSession | null> {
    const holder = await this.live.holder(bearerHash);
    return holder && this.admit(holder, now);
  }

  /** Whether a session holds, or held, an access token that was obtained elsewhere. @throws ServiceUnavailable */
  isHeld(bearerHash: string): Promise<boolean> {
    return this.live.isHeld(bearerHash);
  }

  /**
   * Who an Entra object id stands for, for a bearer without a session. Nobody asks the external side again, so that what
   * it said against the person stands for every token that it issued before.
   *
   * @param issuedAt epoch milliseconds
   * @throws TokenInvalid, ServiceUnavailable
   */
  async linkedPerson(objectId: string, issuedAt: number): Promise<Person> {
    const person = await this.live.linkedPerson(objectId);
    if (!person || whyKeptOut(person, 'external')) throw new TokenInvalid();
    const refused = whyKeptOut(person, 'local');
    if (refused && issuedAt <= (refused.since ?? Infinity)) throw new TokenInvalid();
    return person;
  }

  private async admit(found: SessionInUse | null, now: number): Promise<LiveSession> {
    if (!found) throw new SessionExpired();
    const { session } = found;
    if (session.endedAt !== null)
      throw session.endReason === 'reused' ? new SessionReused() : new SessionExpired(session.endReason);
    if (this.holds(found, now)) return this.used(found, now);
    const reason = whyOver(session, found.person, this.idleTimeout, now) ?? 'deactivated';
    await this.sessions.end(session.id, reason, now);
    throw new SessionExpired(reason);
  }

  private holds(found: SessionInUse, now: number): found is LiveSession {
    const { session, person } = found;
    return session.endedAt === null && whyOver(session, person, this.idleTimeout, now) === null;
  }

  private used(live: LiveSession, now: number): LiveSession {
    const { session } = live;
    if (now - session.lastUsedAt > TOUCH_INTERVAL) {
      session.lastUsedAt = now;
      this.lastUses.note(session.id, now);
    }
    return live;
  }
}
