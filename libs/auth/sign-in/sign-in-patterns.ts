import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '@cutover/database';
import { CachedFigure, Metrics, type Trail, TRAILS } from '@cutover/operations';
import { networkOf } from '../rate-limits/network';

/** Milliseconds of sign-ins that are looked at: as long as the guardrail's window. */
const WINDOW = 15 * 60_000;
/** Milliseconds between two looks at the least. */
const PAUSE = 15_000;

/** Names that nobody has are not in the trail, they may be a password: all of an address count as one account. */
const NOBODY = 'nobody';

/** Who did not get in, and from where: what tells guessing from mistyping (OWASP, Credential Stuffing Prevention). */
export interface RefusalPattern {
  accounts: number;
  addresses: number;
  /** The most accounts of one address: spraying. */
  accountsOfOneAddress: number;
  /** The most addresses of one account: an attack upon it. */
  addressesOfOneAccount: number;
}

interface Row {
  address: string | null;
  subject: string | null;
  successes: number | string;
}

/**
 * Sign-ins with a wrong password of the last while, of all processes, from the audit trail. Whoever mistypes gets in at
 * last and is not counted; an IPv6 network counts as one address.
 */
@Injectable()
export class SignInPatterns implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const { metrics } = this;
    const pattern = new CachedFigure(() => this.refusals(), PAUSE);
    const of = (figure: keyof RefusalPattern) => async () => (await pattern.value())?.[figure] ?? null;
    metrics.refusedAccounts.readFrom(of('accounts'));
    metrics.refusedAddresses.readFrom(of('addresses'));
    metrics.refusedAccountsPerAddress.readFrom(of('accountsOfOneAddress'));
    metrics.refusedAddressesPerAccount.readFrom(of('addressesOfOneAccount'));
  }

  /** @throws ServiceUnavailable */
  async refusals(now = Date.now()): Promise<RefusalPattern> {
    const rows: Row[] = [];
    for (const trail of TRAILS)
      rows.push(
        ...(await this.database.query<Row>(
          `SELECT address, subject, SUM(CASE WHEN outcome = 'success' THEN 1 ELSE 0 END) AS successes
           FROM ${trail.log} ${this.byTime(trail)} WHERE at >= ? AND action = 'sign_in' AND (outcome = 'success' OR code IN ('invalid_credentials', 'account_locked'))
           GROUP BY address, subject`,
          [now - WINDOW],
        )),
      );
    const pairs = new Map<string, { account: string; address: string; gotIn: boolean }>();
    for (const { address: exact, subject, successes } of rows) {
      const account = subject ?? NOBODY;
      const address = networkOf(exact);
      const gotIn = Number(successes) > 0 || (pairs.get(`${account} ${address}`)?.gotIn ?? false);
      pairs.set(`${account} ${address}`, { account, address, gotIn });
    }
    const accounts = new Tally();
    const addresses = new Tally();
    for (const { account, address, gotIn } of pairs.values()) {
      if (gotIn) continue;
      accounts.add(account);
      addresses.add(address);
    }
    return {
      accounts: accounts.size,
      addresses: addresses.size,
      accountsOfOneAddress: addresses.most(),
      addressesOfOneAccount: accounts.most(NOBODY),
    };
  }

  /** On a busy day MySQL would rather read the whole trail than the entries of the last quarter of an hour. */
  private byTime({ indexes }: Trail): string {
    return this.database.engine === 'mysql' ? `FORCE INDEX (${indexes.at})` : '';
  }
}

/** How often each was met. */
class Tally {
  private readonly times = new Map<string, number>();

  add(key: string): void {
    this.times.set(key, (this.times.get(key) ?? 0) + 1);
  }

  get size(): number {
    return this.times.size;
  }

  /** @param but what is not looked at */
  most(but?: string): number {
    let most = 0;
    for (const [key, times] of this.times) if (key !== but) most = Math.max(most, times);
    return most;
  }
}
