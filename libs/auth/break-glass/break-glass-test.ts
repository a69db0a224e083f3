import { Injectable } from '@nestjs/common';
import { ProblemError, ValidationFailed } from '@cutover/contracts';
import { AuditTrail } from '@cutover/operations';
import type { UserRecord } from '@cutover/users';
import { UNFIT, whyUnfit } from './break-glass-accounts';
import { BreakGlassPasswords } from './break-glass-passwords';

/** For operators, who may know what was wrong. */
export class BreakGlassTestFailed extends ProblemError {
  readonly code = 'invalid_credentials';
  constructor(username: string) {
    super({
      detail: `The break-glass password of ${username} is another one. If it is lost, make a new one: "cutover break-glass add --user ${username} --replace --password-stdin".`,
    });
  }
}

/** Tries credentials as sign-in would, short of signing in; whoever stands before the database is not rate limited. */
@Injectable()
export class BreakGlassTest {
  constructor(
    private readonly passwords: BreakGlassPasswords,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Resolves where sign-in would let the person in; either outcome is in the audit trail.
   *
   * @throws ValidationFailed where no password would open the account, BreakGlassTestFailed where another one does
   */
  async run(user: UserRecord, password: string, by: string): Promise<void> {
    const opens = (await this.passwords.check(user, password, 'known-device')) !== null;
    await this.audit.record({
      action: 'break_glass.tested',
      actor: by,
      subject: `user:${user.id}`,
      ...(opens ? { outcome: 'success' } : { outcome: 'failure', code: 'invalid_credentials' }),
    });
    if (opens) return;
    const { username } = user;
    const why = whyUnfit(user);
    if (!user.breakGlass)
      throw new ValidationFailed({
        detail: `${username} has no break-glass credentials: "cutover break-glass add --user ${username} --password-stdin".`,
      });
    throw why ? new ValidationFailed({ detail: UNFIT[why](username) }) : new BreakGlassTestFailed(username);
  }
}
