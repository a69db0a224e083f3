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
  private running: Promise<void> | null = null;
  private readonly sounded = new Set<string>();

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
    await this.running;
    await this.tell(await this.writer.close());
    if (this.writer.isOpen) await this.writer.close(); // what it told is an entry too
  }

  /** One run, or the one that is under way. Never rejects: nobody but the log would hear of it. */
  run(): Promise<void> {
    this.running ??= this.mark().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async mark(): Promise<void> {
    try {
      await this.tell(await this.writer.mark());
    } catch (error) {
      this.logger.warn(
        { err: error },
        'what this process has committed to the audit trail could not be marked',
      );
    }
  }

  /** The log hears of it at once, the trail as soon as it can be written: until then it is tried again. */
  private async tell(lost: readonly string[]): Promise<void> {
    const reasonOf = (writer: string) => `the mark of the writer ${writer} was changed or removed`;
    for (const writer of lost)
      if (!this.sounded.has(writer)) {
        this.sounded.add(writer);
        this.alarm.sound(reasonOf(writer));
      }
    for (const writer of lost) {
      await this.alarm.record(reasonOf(writer));
      this.writer.told(writer);
    }
  }
}
