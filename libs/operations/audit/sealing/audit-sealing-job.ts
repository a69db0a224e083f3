import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Metrics } from '../../metrics/metrics';
import { AuditMarking } from '../writing/audit-marking';
import { AuditWriter } from '../writing/audit-writer';
import { AuditBacklog, type Backlog } from './audit-backlog';
import { AuditSealer } from './audit-sealer';

const AUDIT_SEALING = 'audit-sealing';

/** Milliseconds: an entry is sealed within two of these (design section 8). */
const INTERVAL = 1000;
/** Milliseconds between two lines in the log that name the head, and two looks at it where nothing is to be sealed. */
const HEAD_INTERVAL = 60_000;
/** Milliseconds that the end of the process waits for a last pass; what it does not seal, the next process does. */
const LAST_PASS = 2000;

/** Every second: seals what waits, and every minute says where the chain ends, for whoever keeps logs elsewhere. */
@Injectable()
export class AuditSealingJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('audit');
  private running: Promise<void> | null = null;
  private stopped = false;
  private headAt = 0;

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly backlog: AuditBacklog,
    private readonly writer: AuditWriter,
    private readonly marking: AuditMarking,
    private readonly sealer: AuditSealer,
    private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // Now, so that no sign-in has to; a database that is away, or has no tables yet, keeps nobody from starting.
    await this.writer.open().catch((error: unknown) => {
      this.logger.warn(
        { err: error },
        'this process takes its place in the audit trail with its first entry',
      );
    });
    this.scheduler.addInterval(
      AUDIT_SEALING,
      setInterval(() => void this.run(), INTERVAL),
    );
  }

  onModuleDestroy(): void {
    this.stopped = true;
    if (this.scheduler.doesExist('interval', AUDIT_SEALING)) this.scheduler.deleteInterval(AUDIT_SEALING);
  }

  /** For the end of the process, after its last entry. Never rejects. @param limit milliseconds */
  async finish(limit: number): Promise<void> {
    const endsAt = performance.now() + Math.min(limit, LAST_PASS);
    const done = new AbortController();
    const work = this.lastPass(() => performance.now() < endsAt).finally(() => {
      done.abort();
    });
    const late = delay(endsAt - performance.now(), undefined, { signal: done.signal });
    await Promise.race([work, late.catch(() => undefined)]);
  }

  /** One run, or the one that is under way. Never rejects: nobody but the log would hear of it. */
  run(now = Date.now()): Promise<void> {
    this.running ??= this.look(now)
      .catch((error: unknown) => {
        this.logger.error({ err: error }, 'the audit trail could not be sealed; it is tried again');
      })
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  private async look(now: number): Promise<void> {
    const backlog = await this.backlog.take();
    this.measure(backlog);
    const headIsDue = now >= this.headAt;
    const wentBack = this.sealer.notice(backlog.root);
    if (backlog.unsealed === 0 && !backlog.isBehind && !headIsDue && !wentBack) return;
    await this.sealer.seal(() => !this.stopped);
    const after = await this.backlog.take();
    this.measure(after);
    if (!headIsDue || after.root.head.sequence === 0) return;
    this.headAt = now + HEAD_INTERVAL;
    this.tellHead(after);
  }

  private async lastPass(goOn: () => boolean): Promise<void> {
    await this.running;
    try {
      await this.marking.end();
      await this.sealer.seal(goOn);
      await this.marking.end(); // what was found by that pass is an entry too
      await this.sealer.release();
      this.tellHead(await this.backlog.take());
    } catch (error) {
      this.logger.warn(
        { err: error },
        'no last pass over the audit trail: the next process seals what waits',
      );
    }
  }

  private measure({
    unsealed,
    age,
    root: {
      head: { sequence },
    },
    brokenAt,
  }: Backlog): void {
    this.metrics.auditUnsealed.set(unsealed);
    this.metrics.auditUnsealedAge.set(age / 1000);
    this.metrics.auditHead.set(sequence);
    this.metrics.auditChainBroken.set(brokenAt === null ? 0 : 1);
  }

  private tellHead({
    root: {
      head: { sequence, hmac },
    },
    brokenAt,
  }: Backlog): void {
    if (sequence === 0) return; // nothing was ever sealed
    const since = brokenAt === null ? {} : { brokenSince: new Date(brokenAt).toISOString(), alert: true };
    const head = { head: `${sequence}:${hmac}`, ...since };
    if (brokenAt === null) this.logger.log(head, 'the audit trail is sealed up to its head');
    else this.logger.error(head, 'the audit trail is sealed up to its head, and its chain was found broken');
  }
}
