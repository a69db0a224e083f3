import { Injectable } from '@nestjs/common';
import { NotAuthenticated, ProblemError } from '@cutover/contracts';
import { AddressLimits } from './address-limits';

/**
 * Limits refused refreshes by address. Only those are counted, and only they are answered 429: a refresh that
 * succeeds costs no statement here and is never held up by what others at its address do. One without a cookie tries
 * nothing, and every browser that opens the portal makes one.
 */
@Injectable()
export class RefreshLimit {
  constructor(private readonly limits: AddressLimits) {}

  /** @throws RateLimited instead of a 401 when too many came from this address, and whatever `refresh` throws */
  async count<T>(address: string | null, refresh: () => Promise<T>): Promise<T> {
    try {
      return await refresh();
    } catch (error) {
      if (isRefused(error)) await this.limits.take('refresh', address);
      throw error;
    }
  }
}

const isRefused = (error: unknown) =>
  error instanceof ProblemError && error.status === 401 && !(error instanceof NotAuthenticated);
