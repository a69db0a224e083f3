import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

import { initials } from './initials';

/** A person's initials in a disc; always beside the name in words, so it says nothing to a screen reader. */
@Component({
  selector: 'app-avatar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true', dir: 'auto' },
  styles: `
    :host {
      display: inline-grid;
      flex: none;
      place-items: center;
      width: 40px;
      height: 40px;
      border-radius: 50%;
      background: var(--mat-sys-secondary-container);
      color: var(--mat-sys-on-secondary-container);
      font: 600 0.875rem/1 var(--font-family);
    }
  `,
  template: `{{ initials() }}`,
})
export class Avatar {
  readonly name = input.required<string>();
  protected readonly initials = computed(() => initials(this.name()));
}
