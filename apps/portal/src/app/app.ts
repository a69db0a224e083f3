import { ChangeDetectionStrategy, Component, computed, effect, inject, signal } from '@angular/core';
import { RouterOutlet } from '@angular/router';

import { online } from './problem/online';
import { ProblemNotice } from './problem/problem-notice';
import { Session } from './session/session';
import { Theme } from './theme/theme';

/** The frame around every page; before the first one it says what it waits for, or why it cannot go on. */
@Component({
  selector: 'app-root',
  imports: [ProblemNotice, RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './app.scss',
  template: `
    @if (unreachable(); as problem) {
      <main class="unreachable">
        <h1>We can’t open the portal right now</h1>
        <app-problem-notice [problem]="problem" (retry)="session.restore()" />
      </main>
    } @else if (!arrived()) {
      <div class="starting" role="status">Looking for your session…</div>
    }
    <router-outlet (activate)="arrived.set(true)" />
  `,
})
export class App {
  protected readonly session = inject(Session);
  /** Whether the first page stands. */
  protected readonly arrived = signal(false);
  protected readonly unreachable = computed(() => {
    const state = this.session.state();
    return state.phase === 'unreachable' ? state.problem : null;
  });

  constructor() {
    inject(Theme);
    const connected = online();
    effect(() => {
      if (connected() && this.unreachable()?.code === 'offline') void this.session.restore();
    });
  }
}
