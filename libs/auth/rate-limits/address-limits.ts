import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { Metrics } from '@cutover/operations';
import { DatabaseRateLimiter } from './database-rate-limiter';
import { type Claim, claimOn, takeAll } from './limiter-claims';
import { networkOf, SITE_SHARE, siteOf } from './network';

/** Seconds. */
const WINDOW = 60;

/** Reports of trouble from one address in that time: an office that cannot sign in, and no flood of text. */
const TROUBLE_REPORTS = 10;

/** New passwords tried from one address in that time, whether the code was right or not. */
const RESETS = 10;

/** Tokens from one address in that time that link nobody. */
const LINKS = 10;

/** What one address may do so often in a window, and an IPv6 site some times as often. */
export class AddressLimit {
  private readonly networks: DatabaseRateLimiter;
  private readonly sites: DatabaseRateLimiter;

  /** @param keyPrefix names the buckets */
  constructor(database: Database, keyPrefix: string, points: number) {
    this.networks = new DatabaseRateLimiter(database, { keyPrefix, points, duration: WINDOW });
    this.sites = new DatabaseRateLimiter(database, {
      keyPrefix: `${keyPrefix}-site`,
      points: SITE_SHARE * points,
      duration: WINDOW,
    });
  }

  claims(address: string | null): Claim[] {
    const site = siteOf(address);
    return [
      claimOn('address', this.networks, networkOf(address)),
      ...(site === null ? [] : [claimOn('address', this.sites, site)]),
    ];
  }
}

/** What one address may do so often, whoever is there. All off where `RATE_LIMIT_SIGN_IN_PER_ADDRESS` is 0. */
@Injectable()
export class AddressLimits {
  private readonly limits: Record<'refresh' | 'trouble' | 'reset' | 'link', AddressLimit> | null;

  constructor(
    database: Database,
    private readonly metrics: Metrics,
    settings: SettingsService,
  ) {
    const { perAddress } = settings.get('rateLimits', { infer: true });
    this.limits =
      perAddress === 0
        ? null
        : {
            refresh: new AddressLimit(database, 'refresh', perAddress),
            trouble: new AddressLimit(database, 'trouble', TROUBLE_REPORTS),
            reset: new AddressLimit(database, 'reset', RESETS),
            link: new AddressLimit(database, 'link-token', LINKS),
          };
  }

  /** @throws RateLimited where nothing is left, ServiceUnavailable */
  async take(what: 'refresh' | 'trouble' | 'reset' | 'link', address: string | null): Promise<void> {
    await takeAll(this.limits?.[what].claims(address) ?? [], [], this.metrics);
  }
}
