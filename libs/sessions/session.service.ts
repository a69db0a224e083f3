import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { type AuthMode, NotAuthenticated, type Session, TokenInvalid, type User } from '@cutover/contracts';
import type { ProviderTokens } from '@cutover/external-auth';
import { AuditTrail, type NotedEntry } from '@cutover/operations';
import {
  type CheckedCredential,
  type Person,
  personName,
  type UserRecord,
  UserRepository,
} from '@cutover/users';
import { type Rotation, rotate } from './cookie/rotation';
import { SessionCookie, type SessionReference } from './cookie/session-cookie';
import type { SessionEnd } from './entities/session.entity';
import { SessionExpired, SessionReused } from './errors';
import { LiveSessions } from './live/live-sessions';
import { LocalAccessTokens } from './local-access-tokens';
import { ProviderSession } from './provider-session';
import { ProviderTokenStore } from './provider-token-store';
import { whyOver } from './session-end';
import { SessionEnds } from './session-ends';
import { SessionStarts } from './session-starts';
import { type SessionRow, SessionStore } from './session-store';

/** Where a sign-in came from, for the person's own list of sessions. */
export interface Device {
  userAgent: string | null;
  address: string | null;
}

/** A checked password: who it is, which side checked it, and what the provider handed out for it. */
export type SignIn = {
  user: UserRecord;
  /** What the password was checked against. */
  credential: CheckedCredential;
} & (
  | {
      authMode: 'local';
      /** In place of the external side, which was down. */ fallback?: true;
      /** With the credentials for an emergency, and how the external side did then; no such password goes there. */
      breakGlass?: { provider: 'up' | 'down' | 'unknown' };
    }
  | { authMode: 'external'; tokens: ProviderTokens }
);

export interface IssuedSession {
  session: Session;
  /** The value of the session cookie. */
  cookie: string;
}

interface LiveSession {
  row: SessionRow;
  user: UserRecord;
}

/** The life of a session: start, resume, use, end. */
@Injectable()
export class SessionService {
  private readonly logger = new Logger(SessionService.name);
  private readonly limits: { idle: number; absolute: number; grace: number };

  constructor(
    private readonly store: SessionStore,
    private readonly starts: SessionStarts,
    private readonly ends: SessionEnds,
    private readonly providerTokens: ProviderTokenStore,
    private readonly provider: ProviderSession,
    private readonly users: UserRepository,
    private readonly cookie: SessionCookie,
    private readonly localTokens: LocalAccessTokens,
    private readonly audit: AuditTrail,
    private readonly inUse: LiveSessions,
    private readonly settings: SettingsService,
  ) {
    const { idleTimeout, absoluteTimeout, replayGrace } = settings.get('session', { infer: true });
    this.limits = { idle: idleTimeout * 1000, absolute: absoluteTimeout * 1000, grace: replayGrace * 1000 };
  }

  /** @throws InvalidCredentials where what was checked opens the account no more; ServiceUnavailable */
  async start(signIn: SignIn, device: Device, now = Date.now()): Promise<IssuedSession> {
    const row: SessionRow = {
      id: randomUUID(),
      userId: signIn.user.id,
      authMode: signIn.authMode,
      generation: 0,
      presentations: [],
      createdAt: now,
      lastUsedAt: now,
      expiresAt: now + this.limits.absolute,
      endedAt: null,
      endReason: null,
      ...device,
    };
    const tokens = signIn.authMode === 'external' ? signIn.tokens : null;
    const owner = { userId: row.userId, sessionId: row.id };
    try {
      await this.starts.write({
        session: row,
        credential: signIn.credential,
        tokens: tokens && this.providerTokens.seal(owner, tokens),
        entries: this.entriesOf(signIn, row.id),
      });
    } catch (error) {
      void this.provider.forget(row.id, tokens?.refreshToken ?? null);
      throw error;
    }
    return this.issue({ row, user: signIn.user }, 1, tokens, now);
  }

  /**
   * Trades the cookie for a fresh access token and the cookie's successor.
   *
   * @throws NotAuthenticated without a cookie, TokenInvalid for one of foreign making
   * @throws SessionExpired, SessionReused
   */
  async resume(cookieValue: string | undefined, now = Date.now()): Promise<IssuedSession> {
    const reference = this.reference(cookieValue);
    const { live, successor } = await this.rotate(reference, now);
    const owner = { userId: live.user.id, sessionId: live.row.id };
    const tokens = live.row.authMode === 'external' ? await this.provider.freshTokens(owner) : null;
    return this.issue(live, successor, tokens, now);
  }

  /** Ends the session of this cookie everywhere. Idempotent: a cookie that opens nothing ends nothing. */
  async signOut(cookieValue: string | undefined, now = Date.now()): Promise<void> {
    const reference = this.cookie.decode(cookieValue);
    if (reference) await this.end(reference.sessionId, 'signed_out', now);
  }

  /**
   * Ends every session of a person, those that nobody lists any more too.
   *
   * @param by who wished it, where it is not the person
   * @returns how many had not ended
   */
  async endAllOf(userId: number, reason: SessionEnd, by?: string, now = Date.now()): Promise<number> {
    const ids = await this.store.liveSessionIds(userId);
    const { ended } = await this.ends.end(
      ids.map((sessionId) => ({ sessionId, userId })),
      reason,
      now,
      by,
    );
    this.inUse.forgetPerson(userId);
    return ended;
  }

  /**
   * Ends one session, here and at the provider. Idempotent: the reason that was first stays. Not for use inside a
   * transaction: the provider must not hear of what may yet be undone.
   */
  async end(sessionId: string, reason: SessionEnd, now = Date.now(), by?: string): Promise<void> {
    const row = await this.store.find(sessionId);
    this.inUse.forget(sessionId); // another process may have ended it, or this one does now
    if (!row || row.endedAt !== null) return;
    await this.ends.end([{ userId: row.userId, sessionId }], reason, now, by);
  }

  private entriesOf(signIn: SignIn, sessionId: string): NotedEntry[] {
    const person = `user:${signIn.user.id}`;
    const entry = { actor: person, subject: person, outcome: 'success' as const };
    const { authMode } = signIn;
    const breakGlass = signIn.authMode === 'local' ? signIn.breakGlass : undefined;
    const detail = { authMode, sessionId, ...(breakGlass && { breakGlass: true }) };
    const entries = [this.audit.noted({ ...entry, action: 'sign_in', detail })];
    if (breakGlass) {
      const use = { sessionId, ...breakGlass };
      entries.push(this.audit.noted({ ...entry, action: 'break_glass.sign_in', detail: use }));
    }
    if (signIn.authMode === 'local' && signIn.fallback)
      entries.push(this.audit.noted({ ...entry, action: 'sign_in.fallback', detail: { sessionId } }));
    return entries;
  }

  private reference(cookieValue: string | undefined): SessionReference {
    if (!cookieValue) throw new NotAuthenticated();
    const reference = this.cookie.decode(cookieValue);
    if (!reference)
      throw new TokenInvalid({ detail: 'The session cookie is not valid here. Sign in again.' });
    return reference;
  }

  /** Compare and swap: of two requests with the same cookie one writes, the other looks again. */
  private async rotate(
    { sessionId, generation }: SessionReference,
    now: number,
  ): Promise<{ live: LiveSession; successor: number }> {
    for (;;) {
      const live = await this.live(await this.store.find(sessionId), now);
      const rotation: Rotation = rotate(live.row, generation, now, this.limits.grace);
      if (rotation.outcome === 'unknown')
        throw new SessionExpired('a cookie from the future: the database was set back');
      if (rotation.outcome === 'replayed') {
        await this.end(sessionId, 'reused', now);
        this.logger.warn(
          { sessionId, userId: live.user.id },
          'a replaced session cookie was used again: session ended',
        );
        throw new SessionReused();
      }
      if (await this.store.advance(sessionId, live.row.generation, rotation.state, now)) {
        return { live, successor: rotation.successor };
      }
    }
  }

  private async live(row: SessionRow | null, now: number): Promise<LiveSession> {
    if (!row) throw new SessionExpired();
    if (row.endedAt !== null)
      throw row.endReason === 'reused' ? new SessionReused() : new SessionExpired(row.endReason);
    const user = await this.users.findById(row.userId);
    const end = whyOver(row, user, this.limits.idle, now);
    if (end !== null) {
      await this.end(row.id, end, now);
      throw new SessionExpired(end);
    }
    return { row, user: user as UserRecord };
  }

  private async issue(
    live: LiveSession,
    generation: number,
    tokens: ProviderTokens | null,
    now: number,
  ): Promise<IssuedSession> {
    const { row, user } = live;
    const end = tokens ? Math.min(tokens.accessTokenExpiresAt, row.expiresAt) : row.expiresAt;
    const { token, expiresIn } =
      tokens && this.handsOutProviderTokens()
        ? { token: tokens.accessToken, expiresIn: secondsUntil(end, now) }
        : await this.localTokens.sign({ userId: user.id, sessionId: row.id }, end, now);
    return {
      session: {
        accessToken: token,
        tokenType: 'Bearer',
        expiresIn,
        sessionExpiresAt: new Date(row.expiresAt).toISOString(),
        idleTimeout: this.limits.idle / 1000,
        authMode: row.authMode,
        user: toUser(user, row.authMode),
      },
      cookie: this.cookie.encode({ sessionId: row.id, generation }),
    };
  }

  /** With `EXTERNAL_AUTH_BEARER=session` the provider's access token never leaves the server. */
  private handsOutProviderTokens(): boolean {
    return this.settings.get('externalAuth', { infer: true })?.bearer !== 'session';
  }
}

export function toUser(user: Person, authMode: AuthMode): User {
  return {
    id: user.id,
    username: user.username,
    name: personName(user),
    email: user.email ?? user.azureEmail,
    role: user.role,
    authMode,
  };
}

const secondsUntil = (instant: number, now: number) => Math.max(0, Math.floor((instant - now) / 1000));
