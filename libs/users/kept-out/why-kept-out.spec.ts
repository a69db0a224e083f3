import type { AuthMode } from '@cutover/contracts';
import { departureOf, type DepartureRow } from './departure';
import { whyKeptOut } from './why-kept-out';

const MINUTE = 60_000;
const NOON = Date.parse('2026-11-28T12:00:00Z');
const NOTHING: DepartureRow = {
  accountState: null,
  accountSeenAt: null,
  accountConfirmedAt: null,
  lastExternalRefusal: null,
  lastExternalRefusalAt: null,
  lastTokenRefresh: null,
};
const DISABLED = { ...NOTHING, accountState: 'disabled', accountSeenAt: NOON } as const;
const GONE = { ...NOTHING, accountState: 'gone', accountSeenAt: NOON } as const;
const REFUSED = { ...NOTHING, lastExternalRefusal: 'account_disabled', lastExternalRefusalAt: NOON };
const LINKED = { active: true, pin: null, breakGlass: false, externalUserId: 'oid' } as const;

/** On the local and on the external side. */
const reasons = (row: DepartureRow, person: object = {}) =>
  (['local', 'external'] satisfies AuthMode[]).map(
    (side) => whyKeptOut({ ...LINKED, ...person, departure: departureOf(row) }, side)?.reason ?? null,
  );
const bySync = (accountState: 'usable', at: number) => ({ accountState, accountSeenAt: at });

describe('whether a person may sign in at all', () => {
  it.each([
    ['nothing is known', NOTHING, {}, [null, null]],
    ['they are inactive here', NOTHING, { active: false }, ['inactive', 'inactive']],
    [
      'they are inactive here and pinned',
      DISABLED,
      { active: false, pin: 'local' },
      ['inactive', 'inactive'],
    ],
    ['a sync found their account disabled', DISABLED, {}, ['account_disabled', 'account_disabled']],
    ['a sync found their account gone', GONE, {}, ['account_gone', 'account_gone']],
    ['the external side called it disabled', REFUSED, {}, ['account_disabled', null]],
    ['they were never linked', DISABLED, { externalUserId: null }, [null, null]],
    ['an unlinked name was refused', REFUSED, { externalUserId: null }, [null, null]],
    ['they are pinned to local', GONE, { pin: 'local' }, [null, null]],
    ['they are pinned to external', GONE, { pin: 'external' }, ['account_gone', 'account_gone']],
    ['they have break-glass credentials', DISABLED, { breakGlass: true }, [null, null]],
    ['a partial file did not hold them', { ...DISABLED, accountState: 'none' as const }, {}, [null, null]],
    ['another refusal came', { ...REFUSED, lastExternalRefusal: 'mfa_required' }, {}, [null, null]],
  ])('where %s', (_what, row, person, expected) => {
    expect(reasons(row, person)).toEqual(expected);
  });

  it.each([
    ['a success after the sync', { ...GONE, lastTokenRefresh: new Date(NOON + 2 * MINUTE) }, null],
    ['a success before it', { ...GONE, lastTokenRefresh: new Date(NOON - MINUTE) }, 'account_gone'],
    [
      'one that clocks cannot tell from it',
      { ...GONE, lastTokenRefresh: new Date(NOON + MINUTE / 2) },
      'account_gone',
    ],
    ['a success, as SQLite answers it', { ...GONE, lastTokenRefresh: '2026-11-28 12:02:00' }, null],
    [
      'a sync that found the same again after a success',
      { ...GONE, lastTokenRefresh: new Date(NOON + 2 * MINUTE), accountConfirmedAt: NOON + 9 * MINUTE },
      'account_gone',
    ],
    [
      'a sync that found it enabled after the refusal',
      { ...REFUSED, ...bySync('usable', NOON + 2 * MINUTE) },
      null,
    ],
    ['one before the refusal', { ...REFUSED, ...bySync('usable', NOON - MINUTE) }, 'account_disabled'],
    [
      'one before it that a later one confirmed',
      { ...REFUSED, ...bySync('usable', NOON - MINUTE), accountConfirmedAt: NOON + 2 * MINUTE },
      null,
    ],
    [
      'a refusal of unknown age',
      { ...REFUSED, lastExternalRefusalAt: null, ...bySync('usable', NOON) },
      'account_disabled',
    ],
  ])('the newest fact decides: %s', (_what, row, expected) => {
    expect(reasons(row)[0]).toBe(expected);
  });

  it('says who says so, and since when', () => {
    expect(departureOf({ ...DISABLED, accountConfirmedAt: NOON + MINUTE })).toEqual({
      reason: 'account_disabled',
      source: 'sync',
      since: NOON,
    });
    expect(departureOf(REFUSED)).toEqual({ reason: 'account_disabled', source: 'refusal', since: NOON });
  });
});
