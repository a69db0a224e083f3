import { DOCUMENT, inject } from '@angular/core';
import { type NavigationError, Router } from '@angular/router';

/**
 * A page whose file is gone (a new version was installed while this one was open) is asked for anew, from the server.
 * Not on the first navigation: that page is new already, and would be asked for for ever.
 */
export function loadAfresh({ url }: NavigationError): void {
  const { location } = inject(DOCUMENT);
  if (navigator.onLine && inject(Router).currentNavigation()?.previousNavigation) location.assign(url);
}
