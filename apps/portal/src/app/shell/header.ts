import { ChangeDetectionStrategy, Component, computed, input, model, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { User } from '@cutover/contracts';

import { Mark } from '../brand/mark';
import { Avatar } from '../person/avatar';
import { ROLE_NAMES, SIDES } from '../person/labels';
import type { ThemeChoice } from '../theme/theme';
import { ThemeSwitch } from '../theme/theme-switch';

/** Who is signed in, at a glance and, opened, in full. Presentational: it knows what it is given. */
@Component({
  selector: 'app-header',
  imports: [Avatar, Mark, MatButton, RouterLink, ThemeSwitch],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './header.html',
  styleUrl: './header.scss',
})
export class Header {
  readonly user = input.required<User>();
  readonly organisation = input.required<string>();
  readonly theme = model.required<ThemeChoice>();
  readonly signingOut = input(false);
  readonly signOut = output();

  protected readonly role = computed(() => ROLE_NAMES[this.user().role]);
  protected readonly side = computed(() => SIDES[this.user().authMode]);

  /**
   * Tabbing out of the panel closes it, as clicking elsewhere does by itself. Not on the way to the button that opens
   * it: that one closes it too, and would find it closed and open it again.
   */
  protected closeWhenLeft(
    panel: HTMLElement,
    opener: HTMLElement,
    { relatedTarget: next }: FocusEvent,
  ): void {
    if (next instanceof Node && next !== opener && !panel.contains(next)) panel.hidePopover();
  }
}
