import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LEASE, LeaseStore } from './lease-store';
import type { LeasedTokens } from './leased-tokens';

/** The leases that this process holds, kept alive while it does. */
@Injectable()
export class RefreshLeases implements OnApplicationShutdown {
  private readonly logger = new Logger(RefreshLeases.name);
  /** Of this process: another one for each start, so that nobody inherits a lease. */
  readonly owner = randomUUID();
  private readonly held = new Map<string, LeasedTokens>();
  private renewal: NodeJS.Timeout | null = null;

  constructor(private readonly store: LeaseStore) {}

  /** Rows that are due, now ours. @throws ServiceUnavailable */
  async claimDue(most: number): Promise<{ claimed: number; rows: LeasedTokens[] }> {
    const ids = await this.store.claimDue(this.owner, most);
    // One of ours whose lease lapsed while it was in hand is in hand still.
    const rows = await this.load(ids.filter((id) => !this.held.has(id)));
    return { claimed: ids.length, rows };
  }

  /**
   * One row for whoever needs its tokens now; one that we hold already, too.
   * @param version that was read
   * @returns null while another process holds it, or where it was renewed meanwhile
   */
  async take(sessionId: string, version: number): Promise<LeasedTokens | null> {
    const ours = this.held.get(sessionId);
    if (ours) return ours;
    if (!(await this.store.claim(this.owner, sessionId, version))) return null;
    const [row] = await this.load([sessionId]);
    return row ?? null;
  }

  holds({ sessionId }: LeasedTokens): boolean {
    return this.held.has(sessionId);
  }

  /** Its lease is given back, or was never ours to give. */
  drop({ sessionId }: LeasedTokens): void {
    this.held.delete(sessionId);
    if (this.held.size > 0 || !this.renewal) return;
    clearInterval(this.renewal);
    this.renewal = null;
  }

  /** Gives back those that nothing was done with. @throws ServiceUnavailable; then they lapse by themselves */
  async abandon(rows: readonly LeasedTokens[]): Promise<void> {
    const ours = rows.filter((row) => this.holds(row));
    for (const row of ours) this.drop(row);
    if (ours.length > 0)
      await this.store.abandon(
        this.owner,
        ours.map(({ sessionId }) => sessionId),
      );
  }

  onApplicationShutdown(): void {
    if (this.renewal) clearInterval(this.renewal);
  }

  private async load(ids: string[]): Promise<LeasedTokens[]> {
    const rows = await this.store.load(ids);
    for (const row of rows) this.held.set(row.sessionId, row);
    if (rows.length < ids.length) await this.store.removeOrphans(ids);
    if (this.held.size > 0) this.renewal ??= setInterval(() => void this.renew(), LEASE / 3).unref();
    return rows;
  }

  /** One statement for all. */
  private async renew(): Promise<void> {
    try {
      await this.store.renew(this.owner, [...this.held.keys()]);
    } catch (error) {
      this.logger.warn({ err: error, leases: this.held.size }, 'leases could not be renewed');
    }
  }
}
