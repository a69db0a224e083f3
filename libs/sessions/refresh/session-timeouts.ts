import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { SessionEnd } from '../entities/session.entity';

/** What decides whether a session is in use still. Instants are epoch milliseconds. */
export interface SessionUse {
  lastUsedAt: number;
  expiresAt: number;
  /** Of the user. */
  active: boolean;
}

/** When a session is over though nobody ended it. */
@Injectable()
export class SessionTimeouts {
  /** Milliseconds. */
  readonly idle: number;

  constructor(settings: SettingsService) {
    this.idle = settings.get('session', { infer: true }).idleTimeout * 1000;
  }

  reasonToEnd({ lastUsedAt, expiresAt, active }: SessionUse, now: number): SessionEnd | null {
    if (!active) return 'deactivated';
    if (now >= expiresAt) return 'expired';
    return now - lastUsedAt >= this.idle ? 'idle_timeout' : null;
  }
}
