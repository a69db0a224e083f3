import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';

import { Icon } from '../icon/icon';
import { RENEWAL_TROUBLE } from '../problem/messages';
import type { ShownProblem } from '../problem/read-problem';
import { secondsLeft } from '../problem/seconds-left';

/** Says calmly that the session could not be renewed just now: nothing is lost, and it is tried again. */
@Component({
  selector: 'app-renewal-notice',
  imports: [Icon, MatButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './renewal-notice.scss',
  template: `
    <app-icon [name]="offline() ? 'offline' : 'info'" />
    <p>
      <strong role="status">{{ words().what }}</strong> {{ words().next(wait()) }}
    </p>
    @if (!offline()) {
      <button matButton type="button" (click)="retry.emit()">Try now</button>
    }
  `,
})
export class RenewalNotice {
  /** With the seconds until it is tried again as `retryAfter`. */
  readonly trouble = input.required<ShownProblem>();
  readonly retry = output();

  protected readonly offline = computed(() => this.trouble().code === 'offline');
  protected readonly words = computed(() => RENEWAL_TROUBLE[this.offline() ? 'offline' : 'other']);
  protected readonly wait = secondsLeft(this.trouble);
}
