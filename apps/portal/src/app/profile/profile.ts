import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, effect } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { User } from '@cutover/contracts';

import { Facts } from '../person/facts';
import { online } from '../problem/online';
import { ProblemNotice } from '../problem/problem-notice';
import { readProblem } from '../problem/read-problem';

/** What the API knows of the person right now, asked afresh. */
@Component({
  selector: 'app-profile',
  imports: [Facts, MatButton, ProblemNotice, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './profile.scss',
  template: `
    <h1>Your profile</h1>
    <p class="lead">This is what the application knows about you. Your help desk can correct it.</p>
    @if (problem(); as problem) {
      <app-problem-notice [problem]="problem" (retry)="me.reload()" />
    } @else if (me.hasValue()) {
      <app-facts [user]="me.value()" />
      <div class="actions">
        <a matButton="tonal" routerLink="/sessions">See where you’re signed in</a>
        @if (me.value().authMode === 'local') {
          <a matButton="outlined" routerLink="/password">Change your password</a>
        }
      </div>
    } @else {
      <div class="skeleton" role="status">
        <span class="visually-hidden">Loading your profile…</span>
        @for (row of [1, 2, 3, 4, 5]; track row) {
          <div></div>
        }
      </div>
    }
  `,
})
export class Profile {
  protected readonly me = httpResource<User>(() => '/api/auth/me');
  protected readonly problem = computed(() => {
    const error = this.me.error();
    return error === undefined ? null : readProblem(error);
  });

  constructor() {
    const connected = online();
    effect(() => {
      if (connected() && this.problem()?.code === 'offline') this.me.reload();
    });
  }
}
