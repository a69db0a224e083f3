import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { NameKeys } from './name-keys';

const NAME = 'name sweeps';
/** Milliseconds between two looks, of each process, at whether a sweep is due. */
const INTERVAL = 5000;

/** Goes through everybody's names again and again: the legacy application renames people without us. */
@Injectable()
export class NameSweeps implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(NameSweeps.name);
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly keys: NameKeys,
  ) {}

  onApplicationBootstrap(): void {
    this.scheduler.addInterval(
      NAME,
      setInterval(() => void this.run(), INTERVAL),
    );
    void this.run();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    if (this.scheduler.doesExist('interval', NAME)) this.scheduler.deleteInterval(NAME);
    await this.running;
  }

  /** One sweep, if it is due, or the one that is under way. Never rejects: nobody but the log would hear of it. */
  run(): Promise<void> {
    this.running ??= this.keys
      .sweep(() => !this.stopped)
      .then(() => undefined)
      .catch((error: unknown) => {
        this.logger.error({ err: error }, 'the names were not gone through; the next sweep tries again');
      })
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }
}
