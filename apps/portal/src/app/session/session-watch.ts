import { HttpClient, HttpContext } from '@angular/common/http';
import { computed, DestroyRef, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { OwnSession, Page } from '@cutover/contracts';
import { firstValueFrom } from 'rxjs';

import { readProblem, type ShownProblem } from '../problem/read-problem';
import { signsOfLife } from './activity';
import { backoff } from './backoff';
import { IDLE_TIMEOUT } from './idle-timeout';
import { endsSoon, renewalTime } from './renewal-time';
import { Session } from './session';
import { UNASKED } from './session-interceptor';
import { type Grant, Tabs } from './tabs';

/** How a session that still lives will end; `at` in epoch milliseconds. */
export interface Ending {
  at: number;
  /** Staying helps against the first, and nothing but a new sign-in against the second. */
  why: 'session_idle' | 'session_over';
}

/** Milliseconds before the end at which the person is told; half the idle timeout where that is shorter. */
const NOTICE = 60_000;
/** Milliseconds between two signs of life that are told apart. */
const TOLD_APART = 1_000;
/** Milliseconds that another tab has to say that the person is there. */
const WORD_OF_MOUTH = 300;
/** Milliseconds; a browser's timer takes 31 bits, and a clock may be put forward while it runs. */
const LONGEST_NAP = 600_000;

/**
 * Keeps the session alive while the person is there, says when it is about to end, and ends it. One look at the clock
 * decides everything; timers, signs of life and the return of the network only bring the look about, so that a laptop
 * that slept through all of them finds the right state when it wakes.
 *
 * A person who is away renews nothing: a timer that did would defeat the API's idle timeout.
 */
@Injectable()
export class SessionWatch {
  private readonly http = inject(HttpClient);
  private readonly session = inject(Session);
  private readonly tabs = inject(Tabs);
  private readonly idleTimeout = inject(IDLE_TIMEOUT);
  private readonly notice = Math.min(NOTICE, this.idleTimeout / 2);

  private readonly next = signal<Ending | null>(null, {
    equal: (one, other) => one?.at === other?.at && one?.why === other?.why,
  });
  private readonly failure = signal<ShownProblem | null>(null);
  /** The end that is near, if one is. */
  readonly ending = this.next.asReadonly();
  /** Why the session could not be renewed; `retryAfter` is when it is tried again. */
  readonly trouble = computed(() => (this.session.user() === null ? null : this.failure()));

  /** When the person was last seen. Opening the page is no more than the renewal that it brings about. */
  private seenAt = this.session.grant()?.obtainedAt ?? Date.now();
  /** The absolute end of the session, once it was worth asking for. */
  private sessionEnd = Infinity;
  private askedForEnd = false;
  private planned: Grant | null = null;
  private renewAt = Infinity;
  private failures = 0;
  private renewing = false;
  private closing = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect(() => {
      this.session.grant();
      untracked(() => this.look());
    });
    const stop = [
      signsOfLife(() => this.seen()),
      this.tabs.hear((message) => {
        if (message.kind === 'active') this.seenElsewhere(message.at);
        if (message.kind === 'is-anybody-active') this.tabs.tell({ kind: 'active', at: this.lastSign() });
        if (message.kind === 'signed-in') this.forgetEnd(); // another session, with an end of its own
      }),
    ];
    const online = () => this.retry();
    addEventListener('online', online);
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(this.timer);
      removeEventListener('online', online);
      for (const each of stop) each();
    });
  }

  /** The person asks to stay: the clock starts again, and the API is asked at once whether it agrees. */
  stay(): void {
    this.noteSign(Date.now());
    this.renewAt = 0;
    this.look();
  }

  /** Tries again at once what could not be renewed. */
  retry(): void {
    if (this.failures > 0) this.renewAt = 0;
    this.look();
  }

  private look(): void {
    clearTimeout(this.timer);
    const grant = this.session.grant();
    if (grant !== this.planned) this.plan(grant);
    if (grant === null) return this.next.set(null);

    const now = Date.now();
    const end = this.end();
    const noticeAt = end.at - this.notice;
    this.next.set(now >= noticeAt ? end : null);
    if (now >= end.at) return void this.close();
    if (now >= this.renewAt && this.lastSign() > grant.obtainedAt) void this.renewAhead(grant);

    const ahead = [end.at, noticeAt, this.renewAt].filter((instant) => instant > now);
    this.timer = setTimeout(() => this.look(), Math.min(LONGEST_NAP, Math.min(...ahead) - now));
  }

  private plan(grant: Grant | null): void {
    this.planned = grant;
    this.failures = 0;
    this.failure.set(null);
    if (grant === null) return this.forgetEnd();
    this.renewAt = renewalTime(grant, this.idleTimeout);
    if (endsSoon(grant) && !this.askedForEnd) void this.askForEnd();
  }

  private end(): Ending {
    const idle = this.lastSign() + this.idleTimeout;
    return idle < this.sessionEnd
      ? { at: idle, why: 'session_idle' }
      : { at: this.sessionEnd, why: 'session_over' };
  }

  private async renewAhead(grant: Grant): Promise<void> {
    if (this.renewing) return;
    this.renewing = true;
    try {
      await this.session.renew(grant.accessToken);
    } catch (error) {
      if (this.session.grant() === grant) this.postpone(readProblem(error));
    } finally {
      this.renewing = false;
      this.look();
    }
  }

  /** The session lives as long as its cookie is good: nobody is thrown out because the API could not be asked. */
  private postpone(problem: ShownProblem): void {
    this.failures += 1;
    const wait = Math.max(backoff(this.failures), (problem.retryAfter ?? 0) * 1000);
    this.renewAt = Date.now() + wait;
    this.failure.set({ ...problem, retryAfter: Math.ceil(wait / 1000) });
  }

  /** Ends a session whose time is up, unless another tab knows better: this one may have slept. */
  private async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    this.tabs.tell({ kind: 'is-anybody-active' });
    await this.tabs.news(WORD_OF_MOUTH, () => Date.now() < this.end().at);
    this.closing = false;
    const { at, why } = this.end();
    if (this.session.grant() === null) return;
    if (Date.now() < at) this.look();
    else await this.session.lapse(why);
  }

  private forgetEnd(): void {
    this.sessionEnd = Infinity;
    this.askedForEnd = false;
  }

  private async askForEnd(): Promise<void> {
    this.askedForEnd = true;
    try {
      this.sessionEnd = await this.fetchEnd();
    } catch {
      this.askedForEnd = false; // again with the next token; the API ends the session whether we know when or not
    }
    this.look();
  }

  private async fetchEnd(): Promise<number> {
    const context = new HttpContext().set(UNASKED, true);
    for (let cursor: string | null = ''; cursor !== null;) {
      const params: Record<string, string> = cursor === '' ? { limit: '200' } : { limit: '200', cursor };
      const request = this.http.get<Page<OwnSession>>('/api/auth/sessions', {
        params,
        context,
        observe: 'response',
      });
      const { body, headers } = await firstValueFrom(request);
      const current = body?.items.find((item) => item.current);
      // The two clocks need not agree: what counts is how far ahead the end is by the API's.
      const clock = Date.parse(headers.get('date') ?? '') || Date.now();
      if (current) return Date.now() + Date.parse(current.expiresAt) - clock;
      cursor = body?.nextCursor ?? null;
    }
    return Infinity;
  }

  private lastSign(): number {
    return Math.max(this.seenAt, this.session.lastRequestAt);
  }

  private seen(): void {
    const now = Date.now();
    if (now - this.seenAt < TOLD_APART) return;
    // Once the end is announced, moving the pointer is no answer; and a sleeper's first sign comes before its timers.
    if (now >= this.end().at - this.notice) return this.look();
    this.noteSign(now);
    if (now >= this.renewAt) this.look();
  }

  private noteSign(at: number): void {
    this.seenAt = at;
    this.tabs.tell({ kind: 'active', at });
  }

  private seenElsewhere(at: number): void {
    if (at <= this.seenAt) return;
    this.seenAt = at;
    if (this.ending() !== null) this.look();
  }
}
