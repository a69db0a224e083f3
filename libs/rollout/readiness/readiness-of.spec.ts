import { readinessOf, riskOf } from './readiness-of';

const PERSON = {
  active: true,
  externalUserId: null,
  hasLocalPassword: true,
  lastExternalRefusal: null,
  account: null,
  shadow: null,
};
const LINKED = { ...PERSON, externalUserId: 'oid' };

describe('readiness', () => {
  it.each([
    ['somebody of whom nothing is known', PERSON, 'unknown', null],
    ['somebody with an account that nobody has tried', { ...PERSON, account: 'usable' }, 'unknown', null],
    ['somebody linked', LINKED, 'ready', null],
    ['somebody without an account', { ...PERSON, account: 'none' }, 'at-risk', 'no_external_account'],
    ['somebody disabled since', { ...LINKED, account: 'disabled' }, 'at-risk', 'disabled'],
    ['a guest', { ...PERSON, account: 'guest' }, 'at-risk', 'guest'],
    ['somebody with two accounts', { ...PERSON, account: 'ambiguous' }, 'at-risk', 'ambiguous'],
    ['a conflict', { ...PERSON, lastExternalRefusal: 'account_conflict' }, 'at-risk', 'conflict'],
    ['a second factor', { ...LINKED, lastExternalRefusal: 'mfa_required' }, 'at-risk', 'mfa_required'],
    ['another password over there', { ...PERSON, shadow: 'password_differs' }, 'at-risk', 'password_differs'],
    ['a second factor found by shadow', { ...LINKED, shadow: 'mfa_required' }, 'at-risk', 'mfa_required'],
    ['an account that shadow opened', { ...LINKED, account: 'usable', shadow: 'opened' }, 'ready', null],
    ['somebody who cannot come back', { ...LINKED, hasLocalPassword: false }, 'at-risk', 'no_local_password'],
    [
      'the reason that weighs most',
      { ...LINKED, hasLocalPassword: false, lastExternalRefusal: 'mfa_required', account: 'disabled' },
      'at-risk',
      'disabled',
    ],
    ['somebody kept out', { ...LINKED, active: false, account: 'none' }, 'unknown', null],
    ['a refusal of another kind', { ...LINKED, lastExternalRefusal: 'something_new' }, 'ready', null],
  ] as const)('of %s', (_who, person, readiness, reason) => {
    expect(readinessOf(person)).toBe(readiness);
    expect(riskOf(person)).toBe(reason);
  });
});
