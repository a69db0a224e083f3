import { ProblemError } from '@cutover/contracts';
import { type Listing, named } from '../backup/named-people';
import type { PersonWithoutPassword } from './rollback-plan';

/** People who get in today could not any more, on either side. */
export class WouldLockOut extends ProblemError {
  readonly code = 'validation_failed';
  constructor(people: Listing<PersonWithoutPassword>) {
    const { count, text } = named(people, ({ problem }) => `: ${problem}`);
    super({
      detail:
        `${count} active ${count === 1 ? 'person has' : 'people have'} no usable local password and would be locked out: ${text}. ` +
        'Give each a code with "cutover users issue-reset NAME" first, or say --accept-locked-out.',
    });
  }
}
