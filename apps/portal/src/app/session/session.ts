import { HttpClient } from '@angular/common/http';
import { computed, inject, Injectable, signal } from '@angular/core';
import type { LinkProofRequest, Session as SessionAnswer, SignInRequest, User } from '@cutover/contracts';
import { firstValueFrom } from 'rxjs';

import { isProblemAnswer, readProblem, type ShownCode, type ShownProblem } from '../problem/read-problem';
import { START_OVER } from './start-over';
import { type Grant, type TabMessage, Tabs } from './tabs';

export type SessionState =
  | { phase: 'starting' }
  /** At the start nobody could say whether there is a session. */
  | { phase: 'unreachable'; problem: ShownProblem }
  | { phase: 'signed-in'; user: User }
  /** `reason` is set where the session ended without the person's wish. */
  | { phase: 'signed-out'; reason: ShownCode | null };

/** Milliseconds after which an answer of the API is given up; its own limits are far below. */
const PATIENCE = 30_000;

/** Milliseconds that the word of another tab may take although its lock is free already. */
const WORD_OF_MOUTH = 250;

/**
 * Who is signed in. The session itself lives in an HttpOnly cookie that no script can read; the access token lives
 * in the memory of the tabs and nowhere else.
 */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly http = inject(HttpClient);
  private readonly tabs = inject(Tabs);
  private readonly startOver = inject(START_OVER);
  private readonly current = signal<SessionState>({ phase: 'starting' });
  private readonly held = signal<Grant | null>(null);
  private renewal: Promise<void> | null = null;
  private announceKnown!: () => void;
  private readonly known = new Promise<void>((resolve) => (this.announceKnown = resolve));

  readonly state = this.current.asReadonly();
  readonly grant = this.held.asReadonly();
  readonly user = computed(() => {
    const state = this.current();
    return state.phase === 'signed-in' ? state.user : null;
  });

  /** When a page last asked the API for something: epoch milliseconds. The API counts it as use of the session. */
  lastRequestAt = 0;

  constructor() {
    this.tabs.hear((message) => this.heard(message));
  }

  /** The access token for the `Authorization` header (RFC 6750 section 2.1). */
  get bearer(): string | null {
    return this.held()?.accessToken ?? null;
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
      await this.tabs.alone((waited) => this.refresh(null, waited));
    } catch (error) {
      const problem = readProblem(error);
      if (isProblemAnswer(error, 401)) this.end(problem.code === 'not_authenticated' ? null : problem.code);
      else this.current.set({ phase: 'unreachable', problem });
    }
  }

  async signIn(request: SignInRequest): Promise<void> {
    await this.enter('login', request);
  }

  /** The second step of a sign-in that the API asked proof for. */
  async prove(proof: LinkProofRequest): Promise<void> {
    await this.enter('login/link', proof);
  }

  /** Ends the session everywhere. Rejects, and keeps the person signed in, where the API could not be told. */
  async signOut(): Promise<void> {
    // A refresh under way rotates the cookie: let it land, else the logout might carry the old one.
    await this.renewal?.catch(() => undefined);
    await this.tabs.alone(() => this.logout());
    this.endHereAndThere(null);
  }

  /** Ends every session of the person, this one included. Rejects where the API could not be told. */
  async signOutEverywhere(): Promise<void> {
    await firstValueFrom(this.http.delete('/api/auth/sessions', { timeout: PATIENCE }));
    this.endHereAndThere(null);
  }

  /** Ends a session whose time is up. The page forgets it at once; the API ends it by itself should it not hear of it. */
  async lapse(reason: ShownCode): Promise<void> {
    this.endHereAndThere(reason);
    await this.tabs.alone(() => this.logout()).catch(() => undefined);
  }

  /**
   * Gets a fresh access token after `refused` was turned down, or before it will be. Any number of callers, in all tabs
   * of the browser, share one request; a caller whose token has been replaced in the meantime needs none. Rejects with
   * the API's answer; only a 401 ends the session.
   */
  renew(refused: string | null): Promise<void> {
    if (this.replaced(refused)) return Promise.resolve();
    this.renewal ??= this.tabs
      .alone((waited) => this.refreshOrEnd(refused, waited))
      .finally(() => (this.renewal = null));
    return this.renewal;
  }

  private async enter(...[route, body]: ['login', SignInRequest] | ['login/link', LinkProofRequest]) {
    // Alone: the answer to another tab's refresh must not put the former cookie in the place of the new one.
    const grant = await this.tabs.alone(() => this.post(route, body));
    this.accept(grant);
    this.tabs.tell({ kind: 'signed-in', grant });
  }

  private async refreshOrEnd(refused: string | null, waited: boolean): Promise<void> {
    try {
      await this.refresh(refused, waited);
    } catch (error) {
      if (isProblemAnswer(error, 401)) {
        const { code } = readProblem(error);
        this.endHereAndThere(code === 'session_reused' ? code : 'session_expired');
      }
      throw error;
    }
  }

  /** @param waited another tab was at it before: its token may be on its way here */
  private async refresh(refused: string | null, waited: boolean): Promise<void> {
    if (waited && !this.replaced(refused))
      await this.tabs.news(WORD_OF_MOUTH, ({ kind }) => kind === 'renewed');
    if (this.replaced(refused)) return;
    const grant = await this.post('refresh');
    this.accept(grant);
    this.tabs.tell({ kind: 'renewed', grant });
  }

  private replaced(refused: string | null): boolean {
    return this.bearer !== null && this.bearer !== refused;
  }

  private async post(
    route: 'login' | 'login/link' | 'refresh',
    body: SignInRequest | LinkProofRequest | null = null,
  ): Promise<Grant> {
    const { accessToken, expiresIn, user } = await firstValueFrom(
      this.http.post<SessionAnswer>(`/api/auth/${route}`, body, { timeout: PATIENCE }),
    );
    const obtainedAt = Date.now();
    return { accessToken, user, obtainedAt, expiresAt: obtainedAt + expiresIn * 1000 };
  }

  private logout(): Promise<unknown> {
    return firstValueFrom(this.http.post('/api/auth/logout', null, { timeout: PATIENCE }));
  }

  private heard(message: TabMessage): void {
    const { phase } = this.current();
    if (message.kind === 'signed-in' || (message.kind === 'renewed' && phase !== 'signed-out'))
      this.acceptFromElsewhere(message.grant);
    else if (message.kind === 'signed-out' && phase === 'signed-in')
      this.end(message.reason ?? 'signed_out_elsewhere');
  }

  private acceptFromElsewhere(grant: Grant): void {
    const user = this.user();
    // Nothing that this tab shows or asked for may outlast the change of person.
    if (user !== null && user.id !== grant.user.id) this.startOver();
    else if (grant.obtainedAt >= (this.held()?.obtainedAt ?? 0)) this.accept(grant);
  }

  private accept(grant: Grant): void {
    this.held.set(grant);
    this.current.set({ phase: 'signed-in', user: grant.user });
    this.announceKnown();
  }

  private endHereAndThere(reason: ShownCode | null): void {
    this.end(reason);
    this.tabs.tell({ kind: 'signed-out', reason });
  }

  private end(reason: ShownCode | null): void {
    this.held.set(null);
    // Whatever follows an end (a request that was still under way is refused) is not another reason for it.
    if (this.current().phase !== 'signed-out') this.current.set({ phase: 'signed-out', reason });
    this.announceKnown();
  }
}
