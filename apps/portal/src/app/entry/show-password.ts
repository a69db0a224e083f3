import { ChangeDetectionStrategy, Component, model } from '@angular/core';
import { MatIconButton } from '@angular/material/button';

import { Icon } from '../icon/icon';

/** Shows a password as it was typed, and hides it again. */
@Component({
  selector: 'app-show-password',
  imports: [Icon, MatIconButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button
      matIconButton
      type="button"
      aria-label="Show password"
      [attr.aria-pressed]="shown()"
      (click)="shown.set(!shown())"
    >
      <app-icon [name]="shown() ? 'hide' : 'show'" />
    </button>
  `,
})
export class ShowPassword {
  readonly shown = model(false);
}
