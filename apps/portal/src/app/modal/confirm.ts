import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';

import { ProblemNotice } from '../problem/problem-notice';
import type { ShownProblem } from '../problem/read-problem';
import { Modal } from './modal';

/** Asks before something that cannot be undone, shows that it is under way, and says so where it failed. */
@Component({
  selector: 'app-confirm',
  imports: [MatButton, Modal, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <app-modal [heading]="heading()" [busy]="busy()" (dismissed)="dismissed.emit()">
      <p><ng-content /></p>
      @if (problem(); as problem) {
        <app-problem-notice [problem]="problem" (retry)="confirmed.emit()" />
      }
      <button
        modalAction
        matButton
        modalFocus
        type="button"
        disabledInteractive
        [disabled]="busy()"
        (click)="dismissed.emit()"
      >
        Cancel
      </button>
      <button
        modalAction
        matButton="filled"
        type="button"
        disabledInteractive
        [disabled]="busy()"
        (click)="confirmed.emit()"
      >
        {{ busy() ? busyAction() : action() }}
      </button>
    </app-modal>
  `,
})
export class Confirm {
  readonly heading = input.required<string>();
  readonly action = input.required<string>();
  readonly busyAction = input.required<string>();
  readonly busy = input(false);
  readonly problem = input<ShownProblem | null>(null);
  readonly confirmed = output();
  readonly dismissed = output();
}
