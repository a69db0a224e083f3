import { PROBLEMS } from '@cutover/contracts';

import { MESSAGES, tryAgainIn } from './messages';

const all = Object.entries(MESSAGES);

describe('the messages', () => {
  it('know every code of the API', () => {
    expect(Object.keys(MESSAGES)).toEqual(expect.arrayContaining(Object.keys(PROBLEMS)));
  });

  it.each(all)(
    '%s: says what happened and what to do, in sentences without code names',
    (_code, { what, next }) => {
      for (const sentence of [what, next]) expect(sentence).toMatch(/^[A-Z].+\.$/u);
      expect(`${what} ${next}`).not.toMatch(/_|HTTP|\b[45]\d\d\b/u);
    },
  );

  it.each(all)(
    '%s: is short enough for the place that sign-in keeps free for it',
    (_code, { what, next }) => {
      expect(`${what} ${next}`.length).toBeLessThanOrEqual(130);
    },
  );

  it('offer to try again only where the same request can succeed', () => {
    expect(MESSAGES.service_busy.retry).toBe(true);
    expect(MESSAGES.account_locked.retry).toBe(false);
    expect(MESSAGES.invalid_credentials.retry).toBe(false);
  });

  it('count in words', () => {
    expect([tryAgainIn(20), tryAgainIn(1)]).toEqual(['Try again in 20 seconds.', 'Try again in 1 second.']);
  });
});
