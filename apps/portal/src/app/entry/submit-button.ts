import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { MatButton } from '@angular/material/button';

/** The one button of a form. While its work is under way it says so, and does nothing. */
@Component({
  selector: 'app-submit-button',
  imports: [MatButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './submit-button.scss',
  template: `
    <button
      matButton="filled"
      [class.pending]="pending()"
      disabledInteractive
      [disabled]="pending() || disabled()"
    >
      @if (pending()) {
        <span class="spinner" aria-hidden="true"></span>
      }
      {{ pending() ? pendingLabel() : label() }}
    </button>
  `,
})
export class SubmitButton {
  readonly label = input.required<string>();
  readonly pendingLabel = input.required<string>();
  readonly pending = input.required<boolean>();
  readonly disabled = input(false);
}
