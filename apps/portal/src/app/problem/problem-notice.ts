import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';

import { Icon } from '../icon/icon';
import { MESSAGES, tryAgainIn } from './messages';
import type { ShownProblem } from './read-problem';
import { RequestId } from './request-id';
import { secondsLeft } from './seconds-left';

/** A failure in plain words, with the next step: a countdown, a retry, a request id, each where it helps. */
@Component({
  selector: 'app-problem-notice',
  imports: [Icon, MatButton, RequestId],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './problem-notice.scss',
  template: `
    @let text = message();
    <app-icon [name]="problem().code === 'offline' ? 'offline' : 'alert'" />
    <div class="body">
      <p role="alert">
        <strong>{{ text.what }}</strong>&ngsp;
        @if (wait() > 0 && text.retry) {
          <!-- Read out once; the ticking is for the eye. -->
          <span class="visually-hidden">{{ firstWait() }}</span>
          <span aria-hidden="true">{{ tryAgainIn(wait()) }}</span>
        } @else {
          {{ text.next }}
        }
      </p>
      @if (!bare() && text.unexpected && problem().requestId; as id) {
        <app-request-id [id]="id" />
      }
      @if (!bare() && text.retry) {
        <button
          matButton="tonal"
          type="button"
          disabledInteractive
          [disabled]="wait() > 0"
          (click)="retry.emit()"
        >
          Try again
        </button>
      }
    </div>
  `,
})
export class ProblemNotice {
  readonly problem = input.required<ShownProblem>();
  /** Only the sentence: the page has a button of its own and another place for the request id. */
  readonly bare = input(false);
  readonly retry = output();

  protected readonly tryAgainIn = tryAgainIn;
  protected readonly message = computed(() => MESSAGES[this.problem().code]);
  protected readonly wait = secondsLeft(this.problem);
  protected readonly firstWait = computed(() => tryAgainIn(this.problem().retryAfter ?? 0));
}
