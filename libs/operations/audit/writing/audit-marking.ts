import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ChainAlarm } from '../sealing/chain-alarm';
import { AuditWriter } from './audit-writer';

/** Milliseconds: what a process that is killed leaves unproven. */
const INTERVAL = 1000;

/** Every second, in every process and command: says which entries this one has committed. */
@Injectable()
export class AuditMarking implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('audit');
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly writer: AuditWriter,
    private readonly alarm: ChainAlarm,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), INTERVAL).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** At the end of the process, after its last entry: says which that is. @throws ServiceUnavailable */
  async end(): Promise<void> {
    clearInterval(this.timer);
    const lost = await this.writer.close();
    for (const writer of lost) await this.lost(writer);
    if (lost.length > 0) await this.writer.close();
  }

  /** Never rejects: nobody but the log would hear of it. */
  async run(): Promise<void> {
    try {
      for (const writer of await this.writer.mark()) await this.lost(writer);
    } catch (error) {
      this.logger.warn(
        { err: error },
        'what this process has committed to the audit trail could not be marked',
      );
    }
  }

  private lost(writer: string): Promise<void> {
    return this.alarm.raise(`the mark of the writer ${writer} was changed or removed`);
  }
}
