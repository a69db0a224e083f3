import { ChangeDetectionStrategy, Component } from '@angular/core';

/** Our mark: one track that crosses over to another, as a railway switch does. The same drawing is public/favicon.svg. */
@Component({
  selector: 'app-mark',
  changeDetection: ChangeDetectionStrategy.OnPush,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
    }

    svg {
      width: 40px;
      height: 40px;
    }
  `,
  template: `
    <svg viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke-width="3" stroke-linecap="round">
      <rect width="32" height="32" rx="9" fill="#1d6775" />
      <path d="M6 21h5.5c5 0 4-10 9-10H26" stroke="#fff" />
      <path d="M20 21h6" stroke="#8fd1e1" />
    </svg>
  `,
})
export class Mark {}
