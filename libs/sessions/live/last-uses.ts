import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ProblemError } from '@cutover/contracts';
import { SessionStore } from '../session-store';

/** Milliseconds between two writes of a session's last use: exact enough for an idle timeout of a minute. */
export const TOUCH_INTERVAL = 30_000;
/** Milliseconds in which the uses of all sessions are gathered for one statement. */
const GATHERING = 500;

/** Writes down when sessions were last used, without anybody's request waiting for it. */
@Injectable()
export class LastUses implements OnModuleDestroy {
  private readonly logger = new Logger(LastUses.name);
  private readonly sessionIds = new Set<string>();
  private latest = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly store: SessionStore) {}

  /** @param now epoch milliseconds */
  note(sessionId: string, now: number): void {
    this.sessionIds.add(sessionId);
    this.latest = Math.max(this.latest, now);
    this.timer ??= setTimeout(() => void this.write(), GATHERING);
  }

  async onModuleDestroy(): Promise<void> {
    await this.write();
  }

  /** What cannot be written is noted again by the session's next use. */
  private async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const sessionIds = [...this.sessionIds];
    this.sessionIds.clear();
    if (sessionIds.length === 0) return;
    try {
      await this.store.touch(sessionIds, this.latest);
    } catch (error) {
      const cause = error instanceof ProblemError ? error.cause : error;
      this.logger.warn({ err: cause, sessions: sessionIds.length }, 'last uses of sessions were not written');
    }
  }
}
