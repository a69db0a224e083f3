import { HttpClient, type HttpErrorResponse } from '@angular/common/http';
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  Injector,
  signal,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { OwnSession, Page } from '@cutover/contracts';
import { firstValueFrom } from 'rxjs';

import { Confirm } from '../modal/confirm';
import { online } from '../problem/online';
import { ProblemNotice } from '../problem/problem-notice';
import { isProblemAnswer, readProblem, type ShownProblem } from '../problem/read-problem';
import { Session } from '../session/session';
import { deviceName } from './device';
import { SessionItem } from './session-item';

/** Sessions to a page. */
const PAGE = '20';

/** Where the person is signed in, and the way to end it there. */
@Component({
  selector: 'app-sessions',
  imports: [Confirm, MatButton, ProblemNotice, SessionItem],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './sessions.html',
  styleUrl: './sessions.scss',
})
export class Sessions {
  private readonly http = inject(HttpClient);
  private readonly session = inject(Session);
  private readonly injector = inject(Injector);
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');

  private readonly list = signal<OwnSession[] | null>(null);
  /** This device first; the others as the API lists them, the latest sign-in first. `null` until they are here. */
  protected readonly sessions = computed(
    () => this.list()?.toSorted((one, other) => Number(other.current) - Number(one.current)) ?? null,
  );
  protected readonly nextCursor = signal<string | null>(null);
  protected readonly askedAt = signal(Date.now());
  protected readonly loading = signal(false);
  /** What stopped the list, or its next page. */
  protected readonly problem = signal<ShownProblem | null>(null);

  /** What is asked about: a session, all of them, or nothing. */
  protected readonly asked = signal<OwnSession | 'all' | null>(null);
  protected readonly ending = signal(false);
  protected readonly endProblem = signal<ShownProblem | null>(null);
  /** Read out when a session has ended. */
  protected readonly done = signal('');

  protected readonly deviceName = deviceName;

  constructor() {
    void this.load();
    const connected = online();
    effect(() => {
      if (connected() && this.problem()?.code === 'offline') void this.load();
    });
  }

  /** The page after those that are here; the first one if none is. */
  protected async load(): Promise<void> {
    if (this.loading()) return;
    this.loading.set(true);
    this.problem.set(null);
    const cursor = this.nextCursor();
    const params: Record<string, string> = cursor === null ? { limit: PAGE } : { limit: PAGE, cursor };
    try {
      const page = await firstValueFrom(this.http.get<Page<OwnSession>>('/api/auth/sessions', { params }));
      this.askedAt.set(Date.now());
      this.list.update((before) => [...(before ?? []), ...page.items]);
      this.nextCursor.set(page.nextCursor);
    } catch (error) {
      this.problem.set(readProblem(error));
    } finally {
      this.loading.set(false);
    }
  }

  /** @param about `null` takes the question back */
  protected ask(about: OwnSession | 'all' | null): void {
    this.endProblem.set(null);
    this.asked.set(about);
  }

  protected async confirm(): Promise<void> {
    const asked = this.asked();
    if (asked === null || this.ending()) return;
    this.ending.set(true);
    this.endProblem.set(null);
    try {
      if (asked === 'all') await this.session.signOutEverywhere();
      else await this.end(asked);
      this.asked.set(null);
    } catch (error) {
      this.endProblem.set(readProblem(error));
    } finally {
      this.ending.set(false);
    }
  }

  /** Taken off the list only once the API has ended it: a list that is wrong about this is worse than a slow one. */
  private async end({ id, userAgent }: OwnSession): Promise<void> {
    await firstValueFrom(this.http.delete(`/api/auth/sessions/${id}`)).catch((error: HttpErrorResponse) => {
      if (!isProblemAnswer(error, 404)) throw error; // gone already: that is what was wanted
    });
    this.list.update((list) => list?.filter((session) => session.id !== id) ?? null);
    this.done.set(`${deviceName(userAgent)} is signed out.`);
    // The button that had the focus is gone with its session; the page takes focus once the question is gone too.
    afterNextRender(() => this.heading().nativeElement.focus(), { injector: this.injector });
  }
}
