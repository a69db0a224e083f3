import type { Router, UrlTree } from '@angular/router';

const SIGN_IN = '/sign-in';

/**
 * Where to go after sign-in: the path asked for if it is one of ours, else home. A query parameter is anybody's to
 * write, so an absolute, protocol-relative (`//host`, `/\host`) or control-character path is no destination
 * (OWASP: unvalidated redirects).
 */
export function safeReturnUrl(wanted: string | null | undefined): string {
  if (!wanted?.startsWith('/') || /^\/[/\\]|\p{Cc}/u.test(wanted)) return '/';
  const { origin, pathname, search, hash } = new URL(wanted, location.origin);
  // Again on what was resolved: `/x/..//host` begins harmlessly and ends as `//host`.
  if (origin !== location.origin || pathname.startsWith('//') || pathname === SIGN_IN) return '/';
  return pathname + search + hash;
}

/** The sign-in page, which remembers `returnUrl` unless that is home anyway. */
export function signInUrl(router: Router, returnUrl: string): UrlTree {
  const safe = safeReturnUrl(returnUrl);
  return router.createUrlTree([SIGN_IN], safe === '/' ? {} : { queryParams: { returnUrl: safe } });
}
