import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { OwnSession } from '@cutover/contracts';

import { SIDES } from '../person/labels';
import { deviceName } from './device';
import { ago, exactly } from './instants';

/** One sign-in on one device. */
@Component({
  selector: 'app-session-item',
  imports: [MatButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './session-item.scss',
  template: `
    <div class="device">
      <h2>{{ device() }}</h2>
      @if (session().current) {
        <span class="badge">This device</span>
      }
    </div>
    <dl>
      <div>
        <dt>Last used</dt>
        <dd>
          <time [attr.datetime]="session().lastUsedAt" [title]="exactly(session().lastUsedAt)">{{
            used()
          }}</time>
        </dd>
      </div>
      <div>
        <dt>Signed in</dt>
        <dd>
          <time [attr.datetime]="session().createdAt">{{ exactly(session().createdAt) }}</time>
        </dd>
      </div>
      <div>
        <dt>Address</dt>
        <dd>
          <bdi>{{ session().address ?? 'Unknown' }}</bdi>
        </dd>
      </div>
      <div>
        <dt>Password checked by</dt>
        <dd>{{ side() }}</dd>
      </div>
    </dl>
    @if (!session().current) {
      <button
        matButton="outlined"
        type="button"
        [attr.aria-label]="'Sign out ' + device()"
        (click)="end.emit()"
      >
        Sign out
      </button>
    }
  `,
})
export class SessionItem {
  readonly session = input.required<OwnSession>();
  /** Epoch milliseconds: when the list was asked for. */
  readonly now = input.required<number>();
  readonly end = output();

  protected readonly exactly = exactly;
  protected readonly device = computed(() => deviceName(this.session().userAgent));
  protected readonly side = computed(() => SIDES[this.session().authMode]);
  protected readonly used = computed(() => ago(this.session().lastUsedAt, this.now()));
}
