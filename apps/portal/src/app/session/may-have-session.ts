/**
 * Whether asking the API for a session can be worth it. The API writes `absent` into the page when the request for it
 * had no session cookie although it could have carried one (`Sec-Fetch-Site` is `none` or `same-origin`; a link from
 * another site brings no SameSite=Strict cookie). A first visitor is then spared a round trip that can only be refused.
 */
export function mayHaveSession(page: Document): boolean {
  return page.querySelector<HTMLMetaElement>('meta[name="session-cookie"]')?.content !== 'absent';
}
