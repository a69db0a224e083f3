import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';

/** A sign-in that waits for its proof. In memory only: neither the URL nor the history nor any storage has the token. */
export class Unproven {
  constructor(
    readonly linkToken: string,
    readonly username: string,
    readonly returnUrl: string | undefined,
  ) {}

  /** What the navigation to the page brought; `null` after a reload, and for whoever types the address. */
  static broughtBy(router: Router): Unproven | null {
    const info: unknown = router.currentNavigation()?.extras.info;
    return info instanceof Unproven ? info : null;
  }
}

/** Whoever has nothing to prove begins with the sign-in. */
export const onlyUnproven: CanActivateFn = () => {
  const router = inject(Router);
  return Unproven.broughtBy(router) !== null || router.parseUrl('/sign-in');
};
