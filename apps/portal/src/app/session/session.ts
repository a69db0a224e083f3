import { HttpClient } from '@angular/common/http';
import { computed, inject, Injectable, signal } from '@angular/core';
import type { Session as SessionAnswer, SignInRequest, User } from '@cutover/contracts';
import { firstValueFrom } from 'rxjs';

import { isProblemAnswer, readProblem, type ShownCode, type ShownProblem } from '../problem/read-problem';

export type SessionState =
  | { phase: 'starting' }
  /** At the start nobody could say whether there is a session. */
  | { phase: 'unreachable'; problem: ShownProblem }
  | { phase: 'signed-in'; user: User }
  /** `reason` is set where the session ended without the person's wish. */
  | { phase: 'signed-out'; reason: ShownCode | null };

/** Milliseconds after which an answer of the API is given up; its own limits are far below. */
const PATIENCE = 30_000;

/**
 * Who is signed in. The session itself lives in an HttpOnly cookie that no script can read; the access token lives
 * in this object's memory and nowhere else.
 */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly http = inject(HttpClient);
  private readonly current = signal<SessionState>({ phase: 'starting' });
  private accessToken: string | null = null;
  private renewal: Promise<void> | null = null;
  private announceKnown!: () => void;
  private readonly known = new Promise<void>((resolve) => (this.announceKnown = resolve));

  readonly state = this.current.asReadonly();
  readonly user = computed(() => {
    const state = this.current();
    return state.phase === 'signed-in' ? state.user : null;
  });

  /** The access token for the `Authorization` header (RFC 6750 section 2.1). */
  get bearer(): string | null {
    return this.accessToken;
  }

  /** Resolves once it is known whether somebody is signed in; the answer is in {@link state}. */
  whenKnown(): Promise<void> {
    return this.known;
  }

  /** The start of the page where there is surely no session cookie. */
  startSignedOut(): void {
    this.end(null);
  }

  /** Takes up the session that the cookie stands for, after a reload. Never rejects: the outcome is in {@link state}. */
  async restore(): Promise<void> {
    this.current.set({ phase: 'starting' });
    try {
      this.accept(await this.post('refresh'));
    } catch (error) {
      const problem = readProblem(error);
      if (isProblemAnswer(error, 401)) this.end(problem.code === 'not_authenticated' ? null : problem.code);
      else this.current.set({ phase: 'unreachable', problem });
    }
  }

  async signIn(request: SignInRequest): Promise<void> {
    this.accept(await this.post('login', request));
  }

  /** Ends the session everywhere. Rejects, and keeps the person signed in, where the API could not be told. */
  async signOut(): Promise<void> {
    // A refresh under way rotates the cookie: let it land, else the logout might carry the old one.
    await this.renewal?.catch(() => undefined);
    await firstValueFrom(this.http.post('/api/auth/logout', null, { timeout: PATIENCE }));
    this.end(null);
  }

  /**
   * Gets a fresh access token after `refused` was turned down. Any number of callers share one request; a caller whose
   * token has been replaced in the meantime needs none. Rejects with the API's answer; only a 401 ends the session.
   */
  renew(refused: string | null): Promise<void> {
    if (this.accessToken !== null && this.accessToken !== refused) return Promise.resolve();
    this.renewal ??= this.refresh().finally(() => (this.renewal = null));
    return this.renewal;
  }

  private async refresh(): Promise<void> {
    try {
      this.accept(await this.post('refresh'));
    } catch (error) {
      if (isProblemAnswer(error, 401)) {
        const { code } = readProblem(error);
        this.end(code === 'session_reused' ? code : 'session_expired');
      }
      throw error;
    }
  }

  private post(route: 'login' | 'refresh', body: SignInRequest | null = null): Promise<SessionAnswer> {
    return firstValueFrom(this.http.post<SessionAnswer>(`/api/auth/${route}`, body, { timeout: PATIENCE }));
  }

  private accept(session: SessionAnswer): void {
    this.accessToken = session.accessToken;
    this.current.set({ phase: 'signed-in', user: session.user });
    this.announceKnown();
  }

  private end(reason: ShownCode | null): void {
    this.accessToken = null;
    this.current.set({ phase: 'signed-out', reason });
    this.announceKnown();
  }
}
