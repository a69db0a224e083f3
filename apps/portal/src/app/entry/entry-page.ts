import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';

import { Mark } from '../brand/mark';
import { ORGANISATION } from '../brand/organisation';
import { RequestId } from '../problem/request-id';
import { Theme } from '../theme/theme';
import { ThemeSwitch } from '../theme/theme-switch';

/** What stands around a form for people who are not signed in: whose page it is, one card, the colours. */
@Component({
  selector: 'app-entry-page',
  imports: [Mark, RequestId, ThemeSwitch],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './entry-page.html',
  styleUrl: './entry-page.scss',
})
export class EntryPage {
  readonly heading = input.required<string>();
  /** Said below the form, to screen readers too, while something takes long. */
  readonly status = input('');
  /** Of a request that failed unexpectedly. */
  readonly requestId = input<string | null>(null);

  protected readonly organisation = inject(ORGANISATION);
  protected readonly theme = inject(Theme);
}
