import { Injectable } from '@nestjs/common';
import type { RefusalCode } from '@cutover/external-auth';
import { SessionService } from '@cutover/sessions';
import { type UserRecord, UserRepository } from '@cutover/users';

/** Codes that say something of the account and not of the password that was typed. */
const ABOUT_ACCOUNT: ReadonlySet<RefusalCode> = new Set([
  'account_disabled',
  'account_locked',
  'password_expired',
  'mfa_required',
]);

/**
 * Keeps what the external side last said of a person, so that no outage of it lets in whom it keeps out, and signs out
 * whom it calls disabled.
 */
@Injectable()
export class RefusalRecord {
  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionService,
  ) {}

  /**
   * @param user whom the refused name stands for
   * @throws ServiceUnavailable: what could not be kept must not be forgotten over a mere refusal
   */
  async keep(user: UserRecord, code: RefusalCode): Promise<void> {
    if (!ABOUT_ACCOUNT.has(code)) return;
    await this.users.recordExternalRefusal(user.id, code); // said again, it is newer than what a sync found since
    // An account that is not linked may be a namesake's: its sessions are none of the other side's business.
    if (code === 'account_disabled' && user.externalUserId !== null)
      await this.sessions.endAllOf(user.id, 'account_disabled');
  }
}
