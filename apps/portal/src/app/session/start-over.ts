import { DOCUMENT, inject, InjectionToken } from '@angular/core';

/** Loads the portal anew at its home page, so that nothing of what this tab knew stays in its memory. */
export const START_OVER = new InjectionToken<() => void>('load the portal anew', {
  providedIn: 'root',
  factory: () => {
    const { location } = inject(DOCUMENT);
    return () => location.assign('/');
  },
});
