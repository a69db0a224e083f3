import type { Router } from '@angular/router';

import type { Message } from '../problem/messages';

/**
 * Why somebody comes to the sign-in page from another one, and as whom. Handed over by the navigation itself: it stands
 * neither in the URL nor in the history.
 */
export class Arrival {
  constructor(
    readonly message: Pick<Message, 'what' | 'next'>,
    readonly username: string,
  ) {}

  static broughtBy(router: Router): Arrival | null {
    const info: unknown = router.currentNavigation()?.extras.info;
    return info instanceof Arrival ? info : null;
  }
}
