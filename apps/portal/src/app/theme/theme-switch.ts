import { ChangeDetectionStrategy, Component, model } from '@angular/core';

import { Icon } from '../icon/icon';
import { type ThemeChoice, THEMES } from './theme';

const LABELS: Record<ThemeChoice, string> = { system: 'System', light: 'Light', dark: 'Dark' };

let groups = 0;

/** System, light or dark: three native radio buttons that look like one control. */
@Component({
  selector: 'app-theme-switch',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './theme-switch.scss',
  template: `
    <fieldset>
      <legend class="visually-hidden">Colours</legend>
      @for (theme of themes; track theme) {
        <label>
          <input
            class="visually-hidden"
            type="radio"
            [name]="group"
            [value]="theme"
            [checked]="choice() === theme"
            (change)="choice.set(theme)"
          />
          <app-icon [name]="theme" />
          {{ labels[theme] }}
        </label>
      }
    </fieldset>
  `,
})
export class ThemeSwitch {
  readonly choice = model.required<ThemeChoice>();
  protected readonly themes = THEMES;
  protected readonly labels = LABELS;
  /** Radio buttons of one name exclude each other across the whole page. */
  protected readonly group = `theme-${groups++}`;
}
