import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { KnownAccounts, ShadowStage } from '@cutover/rollout';
import type { UserRecord } from '@cutover/users';
import { ShadowCheck, type ShadowSubject } from './shadow-check';
import { ShadowPace } from './shadow-pace';

/** People of one process whose check waits for its turn; who comes on top is checked at a later sign-in. */
const MOST_WAITING = 100;
/** Milliseconds that a password is kept for it. */
const LONGEST_WAIT = 60_000;
/** Milliseconds that the end of the process waits for checks under way, so that they end the tokens they got. */
const END_LIMIT = 5000;

/**
 * The stage `shadow`: after a sign-in that succeeded locally, asks in the background whether the external side would
 * have let the person in (design section 4). Nobody's sign-in waits for it or fails with it.
 */
@Injectable()
export class ShadowChecks implements OnModuleDestroy {
  private readonly logger = new Logger(ShadowChecks.name);
  private readonly waiting = new Map<number, ShadowSubject & { since: number }>();
  private readonly underWay = new Set<Promise<void>>();
  private readonly ending = new AbortController();
  private working: Promise<void> | null = null;

  constructor(
    private readonly stage: ShadowStage,
    private readonly accounts: KnownAccounts,
    private readonly pace: ShadowPace,
    private readonly check: ShadowCheck,
  ) {}

  /** @param typed the name as it was typed */
  after(user: UserRecord, typed: string, password: string): void {
    this.offer({ user, username: typed, password }).catch((error: unknown) => {
      this.logger.warn({ err: error, userId: user.id }, 'no shadow check was made');
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.ending.abort();
    this.waiting.clear();
    const done = new AbortController();
    const all = Promise.allSettled([this.working, ...this.underWay]).then(() => {
      done.abort();
    });
    await Promise.race([all, delay(END_LIMIT, undefined, { signal: done.signal }).catch(() => undefined)]);
  }

  private async offer(subject: ShadowSubject): Promise<void> {
    const { user } = subject;
    if (!(await this.stage.isOpen()) || !(await this.wants(user))) return;
    if (this.waiting.size >= MOST_WAITING || this.ending.signal.aborted) return;
    this.waiting.set(user.id, { ...subject, since: performance.now() });
    this.working ??= this.work();
  }

  /** Not whom an operator keeps local, nor whom sync found no account for: they would only cost a failed attempt. */
  private async wants(user: UserRecord): Promise<boolean> {
    if (user.breakGlass || user.pin === 'local' || !(await this.stage.isDue(user.id))) return false;
    const { account, shadow } = await this.accounts.of(user.id);
    return account === null || account === 'usable' || shadow !== null;
  }

  /** One after another takes a turn of all processes'; the checks themselves run side by side. */
  private async work(): Promise<void> {
    try {
      while (this.waiting.size > 0) {
        if (!(await this.stage.isOpen()) || !this.check.isPossible()) break;
        const wait = await this.pace.take();
        if (wait > 0) await delay(wait, undefined, { signal: this.ending.signal });
        else await this.startNext();
      }
    } catch (error) {
      if (!this.ending.signal.aborted) this.logger.warn({ err: error }, 'shadow checks were given up');
    } finally {
      this.waiting.clear();
      this.working = null;
    }
  }

  private async startNext(): Promise<void> {
    const [next] = this.waiting.values();
    if (!next) return;
    this.waiting.delete(next.user.id);
    if (performance.now() - next.since > LONGEST_WAIT || !(await this.stage.claim(next.user.id))) return;
    const running = this.check
      .run(next)
      .catch((error: unknown) => {
        this.logger.warn({ err: error, userId: next.user.id }, 'a shadow check came to nothing');
      })
      .finally(() => this.underWay.delete(running));
    this.underWay.add(running);
  }
}
