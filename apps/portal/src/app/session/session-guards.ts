import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';

import { safeReturnUrl, signInUrl } from './return-url';
import { Session } from './session';

/** Sends a person who is not signed in to the sign-in page, which brings them back here. */
export const onlySignedIn: CanActivateFn = async (_route, { url }) => {
  const session = inject(Session);
  const router = inject(Router);
  await session.whenKnown();
  return session.user() !== null || signInUrl(router, url);
};

/** Spares a person who is signed in the sign-in page. */
export const onlySignedOut: CanActivateFn = async (route) => {
  const session = inject(Session);
  const router = inject(Router);
  await session.whenKnown();
  return session.user() === null || router.parseUrl(safeReturnUrl(route.queryParamMap.get('returnUrl')));
};
