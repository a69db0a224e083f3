import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';

import { Facts } from '../person/facts';
import { Session } from '../session/session';

/** A calm welcome: who is signed in, and through which side. */
@Component({
  selector: 'app-home',
  imports: [Facts, MatButton, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './home.scss',
  template: `
    @if (user(); as user) {
      <h1>
        Welcome, <bdi>{{ user.name }}</bdi>
      </h1>
      <p class="lead">{{ lead() }}</p>
      <app-facts [user]="user" />
      <a matButton="tonal" routerLink="/profile">See your profile</a>
    }
  `,
})
export class Home {
  protected readonly user = inject(Session).user;
  protected readonly lead = computed(() =>
    this.user()?.authMode === 'external'
      ? 'You’re signed in with your organisation’s Microsoft account.'
      : 'You’re signed in with the password of this application.',
  );
}
