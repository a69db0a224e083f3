import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { ExternalAuthClient } from '@cutover/external-auth';
import { LinkRequests } from './link-requests';

const NAME = 'link requests';
/** Milliseconds between two rounds, of each process. */
const INTERVAL = 30_000;

/**
 * Signs out what the provider handed out for sign-ins that nobody has proven, and removes their rows: also those of a
 * process that died. Each is claimed, so that of several processes one does it.
 */
@Injectable()
export class LinkEndings implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(LinkEndings.name);
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly requests: LinkRequests,
    private readonly client: ExternalAuthClient,
  ) {}

  onApplicationBootstrap(): void {
    this.scheduler.addInterval(
      NAME,
      setInterval(() => void this.run(), INTERVAL),
    );
    void this.run(); // what a process left that died
  }

  async onModuleDestroy(): Promise<void> {
    if (this.scheduler.doesExist('interval', NAME)) this.scheduler.deleteInterval(NAME);
    await Promise.all(this.underWay);
  }

  /** One round. Never rejects: nobody but the log would hear of it. */
  run(): Promise<void> {
    return this.watched(async () => {
      for (const id of await this.requests.over()) await this.signOut(id);
    });
  }

  /** Ends one now. The provider is told in the background: nobody has to wait for its answer. */
  async end(request: { id: string }): Promise<void> {
    await this.requests.end(request);
    void this.watched(() => this.signOut(request.id));
  }

  /** A session has the tokens now, or they were signed out when none came about. */
  async settled(request: { id: string }): Promise<void> {
    await this.watched(() => this.requests.remove(request));
  }

  private async signOut(id: string): Promise<void> {
    const leftover = await this.requests.claim(id);
    if (!leftover) return;
    try {
      if (leftover.refreshToken !== null) await this.client.signOut(leftover.refreshToken);
    } catch (error) {
      this.logger.warn(
        { err: error, givenUp: leftover.isOld },
        'an unproven sign-in could not be signed out',
      );
      if (!leftover.isOld) return; // its claim runs out, and it is tried again
    }
    await this.requests.remove(leftover);
  }

  private watched(work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error: unknown) => {
        this.logger.error({ err: error }, 'unproven sign-ins were not removed; the next round tries again');
      })
      .finally(() => this.underWay.delete(running));
    this.underWay.add(running);
    return running;
  }
}
