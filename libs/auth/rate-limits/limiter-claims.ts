import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Metrics } from '@cutover/operations';
import type { DatabaseRateLimiter } from './database-rate-limiter';
import { RateLimited } from './rate-limited';

export type LimitedBy = 'account' | 'account_hour' | 'address' | 'device';

/** A point of one bucket, to be taken. */
export interface Claim {
  by: LimitedBy;
  take(): Promise<unknown>;
  /** @param takenAgo milliseconds */
  giveBack(takenAgo: number): Promise<void>;
}

export const claimOn = (by: LimitedBy, limiter: DatabaseRateLimiter, key: string): Claim => ({
  by,
  take: () => limiter.consume(key),
  giveBack: (takenAgo) => limiter.giveBack(key, takenAgo),
});

export interface Taken {
  claim: Claim;
  /** By `performance.now()`: by then the window that the point came out of had begun. */
  at: number;
}

/**
 * Takes a point for each claim. Those that were taken are added to `taken`, also where another one was refused: who
 * calls gives them back.
 *
 * @throws RateLimited where a bucket is empty; whatever the database fails with
 */
export async function takeAll(
  claims: readonly Claim[],
  taken: Taken[],
  { rateLimited }: Pick<Metrics, 'rateLimited'>,
): Promise<void> {
  const outcomes = await Promise.allSettled(claims.map((claim) => claim.take()));
  const at = performance.now();
  taken.push(
    ...claims.flatMap((claim, index) => (outcomes[index]?.status === 'fulfilled' ? [{ claim, at }] : [])),
  );
  let wait: number | null = null;
  for (const [index, claim] of claims.entries()) {
    const outcome = outcomes[index];
    if (outcome?.status !== 'rejected') continue;
    if (!(outcome.reason instanceof RateLimiterRes)) throw outcome.reason;
    rateLimited.inc({ by: claim.by });
    wait = Math.max(wait ?? 0, outcome.reason.msBeforeNext);
  }
  if (wait !== null) throw new RateLimited(wait);
}

/** @throws whatever the database fails with */
export async function giveAllBack(taken: Taken[]): Promise<void> {
  const now = performance.now();
  await Promise.all(taken.splice(0).map(({ claim, at }) => claim.giveBack(now - at)));
}
