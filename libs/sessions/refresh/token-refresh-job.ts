import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { SettingsService } from '@cutover/config';
import { CircuitOpen, ProviderCircuits } from '@cutover/external-auth';
import { Metrics } from '@cutover/operations';
import { bulkhead } from 'cockatiel';
import { whyOver } from '../session-end';
import { SessionService } from '../session.service';
import { DueRows } from './due-rows';
import { LeaseStore } from './lease-store';
import type { LeasedTokens } from './leased-tokens';
import { RefreshLeases } from './refresh-leases';
import { SessionHousekeeping } from './session-housekeeping';
import { TokenRefresher } from './token-refresher';

const NAME = 'token-refresh';

/** Refreshes on the wire at once, of one process. */
const ON_THE_WIRE = 64;
/** Rows in hand at once: those on the wire, and those whose outcome is being written meanwhile. */
const IN_HAND = 3 * ON_THE_WIRE;

export interface TokenRefreshStatus {
  /** Epoch milliseconds at which the job last came to an end, or got on; its start before that. */
  lastRunAt: number;
  /** Rows that were due, and by how many milliseconds the first of them, when it last looked. */
  due: number;
  lag: number;
}

/** Every `TOKEN_REFRESH_INTERVAL`: renews what runs out soon, for sessions still in use. Any number of processes may. */
@Injectable()
export class TokenRefreshJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(TokenRefreshJob.name);
  private readonly places = bulkhead(ON_THE_WIRE, IN_HAND);
  private running: Promise<void> | null = null;
  private stopped = false;
  private latest: TokenRefreshStatus = { lastRunAt: Date.now(), due: 0, lag: 0 };

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly settings: SettingsService,
    private readonly circuits: ProviderCircuits,
    private readonly leases: RefreshLeases,
    private readonly store: LeaseStore,
    private readonly refresher: TokenRefresher,
    private readonly sessions: SessionService,
    private readonly housekeeping: SessionHousekeeping,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const { tokenRefreshInterval } = this.settings.get('session', { infer: true });
    this.scheduler.addInterval(
      NAME,
      setInterval(() => void this.run(), tokenRefreshInterval * 1000),
    );
  }

  /** No new rows from here on; those in hand are finished. */
  onModuleDestroy(): void {
    this.stopped = true;
    if (this.scheduler.doesExist('interval', NAME)) this.scheduler.deleteInterval(NAME);
  }

  /** For the end of the process: waits for the run that is under way, which gives back the leases that it does not use. */
  async finish(limit: number): Promise<void> {
    const done = new AbortController();
    const run = Promise.resolve(this.running).then(() => {
      done.abort();
    });
    await Promise.race([run, delay(limit, undefined, { signal: done.signal }).catch(() => undefined)]);
  }

  status(): TokenRefreshStatus {
    return { ...this.latest };
  }

  /** One run, or the one that is under way. Never rejects: nobody but the log would hear of it. */
  run(): Promise<void> {
    this.running ??= this.look()
      .catch((error: unknown) => {
        this.logger.error({ err: error }, 'the refresh job failed; it runs again');
      })
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  private async look(): Promise<void> {
    await this.measure();
    if (this.mayAsk()) await this.sweep();
    if (!this.stopped) await this.housekeeping.run();
    this.latest.lastRunAt = Date.now();
  }

  private async measure(): Promise<void> {
    const { due, lag } = await this.store.backlog();
    this.latest = { ...this.latest, due, lag };
    this.metrics.tokenRefreshDue.set(due);
    this.metrics.tokenRefreshLag.set(lag / 1000);
  }

  /** While the circuit is open every attempt would fail, and be written down as failed. */
  private mayAsk(): boolean {
    if (this.stopped || !this.settings.get('externalAuth', { infer: true })) return false;
    try {
      this.circuits.of('refresh').check('refresh');
      return true;
    } catch (error) {
      if (error instanceof CircuitOpen) return false;
      throw error;
    }
  }

  private async sweep(): Promise<void> {
    const rows = new DueRows(this.leases, () => {
      this.latest.lastRunAt = Date.now();
      return this.mayAsk();
    });
    await Promise.all(Array.from({ length: IN_HAND }, () => this.work(rows)));
    await rows.close();
  }

  private async work(rows: DueRows): Promise<void> {
    while (this.mayAsk()) {
      const row = await rows.next();
      if (!row) return;
      if (this.stopped) return this.leases.abandon([row]);
      try {
        await this.handle(row);
      } catch (error) {
        this.logger.error({ sessionId: row.sessionId, err: error }, 'a refresh failed');
      }
    }
  }

  private async handle(row: LeasedTokens): Promise<void> {
    if (!this.leases.holds(row)) return; // its owner came for it first
    const { idleTimeout } = this.settings.get('session', { infer: true });
    const over = whyOver(row.session, row.person, idleTimeout * 1000, Date.now());
    if (over === null) {
      await this.refresher.refresh(row, (call) => this.places.execute(call));
      return;
    }
    try {
      await this.sessions.end(row.sessionId, over);
    } finally {
      this.leases.drop(row);
    }
  }
}
