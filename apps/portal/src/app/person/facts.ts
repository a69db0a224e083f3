import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { User } from '@cutover/contracts';

import { ROLE_NAMES, SIDES } from './labels';

/** What is known of a person, as terms and their values. */
@Component({
  selector: 'app-facts',
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './facts.scss',
  template: `
    <dl>
      @for (fact of facts(); track fact.term) {
        <div>
          <dt>{{ fact.term }}</dt>
          <dd>
            <bdi>{{ fact.value }}</bdi>
          </dd>
        </div>
      }
    </dl>
  `,
})
export class Facts {
  readonly user = input.required<User>();
  protected readonly facts = computed(() => {
    const { name, username, email, role, authMode } = this.user();
    return [
      { term: 'Name', value: name },
      { term: 'Username', value: username },
      { term: 'E-mail', value: email ?? 'None on record' },
      { term: 'Role', value: ROLE_NAMES[role] },
      { term: 'Password checked by', value: SIDES[authMode] },
    ];
  });
}
