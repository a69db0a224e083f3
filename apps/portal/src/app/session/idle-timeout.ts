import { DOCUMENT, inject, InjectionToken } from '@angular/core';

/** Milliseconds without use after which a session ends (setting `SESSION_IDLE_TIMEOUT`); the API writes it into the page. */
export const IDLE_TIMEOUT = new InjectionToken<number>('milliseconds without use that end a session', {
  providedIn: 'root',
  factory: () => idleTimeout(inject(DOCUMENT)),
});

/** Infinite where the page does not say: the server then ends the session without a warning from here. */
export function idleTimeout(page: Document): number {
  const words = page.querySelector<HTMLMetaElement>('meta[name="session-idle-timeout"]')?.content ?? '';
  return /^[1-9]\d*$/u.test(words) ? Number(words) * 1000 : Infinity;
}
