import { DOCUMENT, inject, InjectionToken } from '@angular/core';

/** The organisation's name (setting `ORGANISATION_NAME`), which the API writes into the page. */
export const ORGANISATION = new InjectionToken<string>('the organisation’s name', {
  providedIn: 'root',
  factory: () => organisationName(inject(DOCUMENT)),
});

export function organisationName(page: Document): string {
  const name = page.querySelector<HTMLMetaElement>('meta[name="organisation"]')?.content.trim();
  return name && name !== 'ORGANISATION_NAME' ? name : 'Cutover';
}
