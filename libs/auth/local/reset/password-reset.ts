import { Injectable, Logger } from '@nestjs/common';
import { type PasswordResetRequest, ValidationFailed } from '@cutover/contracts';
import { AuditTrail } from '@cutover/operations';
import { CredentialChanges } from '@cutover/sessions';
import { PasswordChecker, passwordFault, ResetCodes, type UserRecord, UserRepository } from '@cutover/users';
import { AddressLimits } from '../../rate-limits/address-limits';
import { CodeRefused } from './code-refused';
import { ResetLimits } from './reset-limits';

/** A new local password for whoever holds the code that an operator gave them. */
@Injectable()
export class PasswordReset {
  private readonly logger = new Logger(PasswordReset.name);

  constructor(
    private readonly users: UserRepository,
    private readonly codes: ResetCodes,
    private readonly passwords: PasswordChecker,
    private readonly changes: CredentialChanges,
    private readonly addresses: AddressLimits,
    private readonly limits: ResetLimits,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Ends every session of the person: who knew the old password is out, and gets in no more.
   *
   * @throws ValidationFailed for a password that the rules refuse, whoever asks; the code stays good
   * @throws CodeRefused, RateLimited, ServiceBusy (the code stays good)
   */
  async reset({ username, code, newPassword }: PasswordResetRequest, address: string | null): Promise<void> {
    await this.addresses.take('reset', address);
    const fault = await passwordFault(newPassword, username);
    if (fault) throw new ValidationFailed({ detail: `newPassword: ${fault}` });

    const match = await this.users.findByUsername(username);
    const user = match.outcome === 'one' ? match.user : null;
    if (!(await this.codes.matches(user, code)) || !user) return this.refuse(username, user);
    const hash = await this.passwords.hash(newPassword);
    const about = { userId: user.id, reason: 'revoked', by: `user:${user.id}` } as const;
    const ended = await this.changes.make(about, () => this.codes.redeem(user, code, hash));
    if (ended === null) return this.refuse(username, user);
  }

  /** The trail knows people by id only: what was typed as a name that nobody has may be a password. */
  private async refuse(username: string, user: UserRecord | null): Promise<never> {
    await this.limits.countWrong(username);
    const refused = new CodeRefused();
    const entry = {
      action: 'password.reset',
      actor: 'anonymous',
      subject: user && `user:${user.id}`,
      outcome: 'failure',
      code: refused.code,
    } as const;
    // The answer is the refusal, whether or not it could be recorded.
    await this.audit.record(entry).catch((failure: unknown) => {
      this.logger.error({ err: failure, userId: user?.id }, 'a refused reset is not in the audit trail');
    });
    throw refused;
  }
}
