import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';

import { Mark } from '../brand/mark';
import { ORGANISATION } from '../brand/organisation';

@Component({
  selector: 'app-not-found',
  imports: [Mark, MatButton, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './not-found.scss',
  template: `
    <main>
      <div class="organisation">
        <app-mark />
        <bdi>{{ organisation }}</bdi>
      </div>
      <h1>There’s no page here</h1>
      <p>The address may be mistyped, or the page has moved.</p>
      <a matButton="filled" routerLink="/">Go to the home page</a>
    </main>
  `,
})
export class NotFound {
  protected readonly organisation = inject(ORGANISATION);
}
