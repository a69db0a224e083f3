import { type ExecutionContext, Logger } from '@nestjs/common';
import {
  CircuitOpen,
  ExternalMisconfigured,
  ExternalUnavailable,
  ProviderQueueFull,
  REFUSAL_CODES,
  RefusedByProvider,
  ThrottledByProvider,
} from '@cutover/external-auth';
import { ServiceUnavailable } from '@cutover/database';
import { Metrics } from '@cutover/operations';
import type { UserRecord } from '@cutover/users';
import { LocalFallback } from './local-fallback';

const ADA = { id: 7, active: true, lastExternalRefusal: null, departure: null } as UserRecord;
const failure = { operation: 'login', reason: 'as in the test' } as const;

/** Whether the local side is asked after this failure, about a person as the database has them by now. */
async function isServed(
  error: Error,
  {
    user = ADA,
    hash = 'a hash',
    policy = 'local',
  }: { user?: UserRecord | null; hash?: string | null; policy?: string } = {},
): Promise<boolean> {
  const request = { signInAttempt: { username: 'ada', user: ADA } };
  const fallback = new LocalFallback(
    { get: () => ({ fallback: policy }) } as never,
    { findById: async () => user } as never,
    { of: async () => hash } as never,
    { canActivate: async () => true } as never,
    new Metrics(),
  );
  const context = { switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
  try {
    return await fallback.insteadOf(error, context);
  } catch (thrown) {
    expect(thrown).toBe(error);
    return false;
  }
}

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('the local side', () => {
  it.each([
    new ExternalUnavailable(failure),
    new ExternalUnavailable({ ...failure, reason: 'http 503', httpStatus: 503 }),
    new CircuitOpen('login', 5),
  ])('serves in an outage: $failure.reason', async (error) => {
    expect(await isServed(error)).toBe(true);
    expect(await isServed(error, { policy: 'none' })).toBe(false);
  });

  it.each([
    ...REFUSAL_CODES.map((code) => new RefusedByProvider(code, 'no', failure)),
    new ThrottledByProvider(failure),
    new ProviderQueueFull(),
    new ExternalMisconfigured(failure),
    new ServiceUnavailable('ours'),
    new Error('a bug'),
  ])('never serves after another failure: $code', async (error) => {
    expect(await isServed(error)).toBe(false);
  });

  it.each<[string, UserRecord | null]>([
    ['whom nobody knows', null],
    ['who was kept out here in the meantime', { ...ADA, active: false }],
    [
      'who has left over there',
      {
        ...ADA,
        externalUserId: 'oid-7',
        departure: { reason: 'account_gone', source: 'sync', since: 1 },
      } as UserRecord,
    ],
    ['who was last called disabled', { ...ADA, lastExternalRefusal: 'account_disabled' }],
    ['who was last called locked', { ...ADA, lastExternalRefusal: 'account_locked' }],
    ['whose password had expired', { ...ADA, lastExternalRefusal: 'password_expired' }],
    ['who needs a second factor', { ...ADA, lastExternalRefusal: 'mfa_required' }],
  ])('never serves a person %s', async (_who, user) => {
    expect(await isServed(new ExternalUnavailable(failure), { user })).toBe(false);
  });

  it('never serves a person without a local password', async () => {
    expect(await isServed(new ExternalUnavailable(failure), { hash: null })).toBe(false);
  });
});
