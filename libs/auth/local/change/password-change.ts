import { Injectable } from '@nestjs/common';
import {
  Forbidden,
  InvalidCredentials,
  type PasswordChangeRequest,
  ValidationFailed,
} from '@cutover/contracts';
import { AuditTrail } from '@cutover/operations';
import { type AuthenticatedUser, CredentialChanges } from '@cutover/sessions';
import {
  LocalPasswords,
  PasswordChecker,
  passwordFault,
  ResetCodes,
  type UserRecord,
  UserRepository,
  whyKeptOut,
} from '@cutover/users';
import { SignInLimits } from '../../rate-limits/sign-in-limits';
import type { KnownDevice } from '../../sign-in/sign-in-attempt';

/** Where a person asks from. */
export interface AskedFrom {
  address: string | null;
  /** The browser, where this person has signed in with it before. */
  deviceOf: (user: UserRecord) => KnownDevice | null;
}

/** A new local password for a person who is signed in, and who knows the present one (OWASP ASVS 5, 6.2.2 and 6.2.3). */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly users: UserRepository,
    private readonly hashes: LocalPasswords,
    private readonly passwords: PasswordChecker,
    private readonly codes: ResetCodes,
    private readonly changes: CredentialChanges,
    private readonly limits: SignInLimits,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Ends every other session of the person. A wrong present password counts like one at sign-in.
   *
   * @returns the person, whose devices are all unknown from now on
   * @throws Forbidden for a person whose password is not kept here
   * @throws ValidationFailed for a new password that the rules refuse, or that is the present one
   * @throws InvalidCredentials for a wrong present password; RateLimited, ServiceBusy
   */
  async change(
    { id, authMode, sessionId }: AuthenticatedUser,
    { password, newPassword }: PasswordChangeRequest,
    { address, deviceOf }: AskedFrom,
  ): Promise<UserRecord> {
    const user = await this.users.findById(id);
    if (!user || user.breakGlass || authMode !== 'local' || sessionId === null) throw new KeptElsewhere();
    const fault = await passwordFault(newPassword, user.username);
    if (fault) throw new ValidationFailed({ detail: `newPassword: ${fault}` });
    if (newPassword === password)
      throw new ValidationFailed({ detail: 'newPassword: is the present one; choose another' });

    const present = await this.limits.count(async (points) => {
      await points.ofAccount({
        username: user.username,
        user,
        ambiguous: false,
        address,
        device: deviceOf(user),
      });
      return this.checked(user, password);
    });
    const hash = await this.passwords.hash(newPassword);
    const by = `user:${id}`;
    const ended = await this.changes.make({ userId: id, reason: 'revoked', by, except: sessionId }, () =>
      this.replace(user, present, hash),
    );
    if (ended === null) throw new InvalidCredentials('the present password was replaced meanwhile');
    return (await this.users.findById(id)) ?? user;
  }

  /** @returns the stored hash that the present password opened */
  private async checked(user: UserRecord, password: string): Promise<string> {
    const hashedPassword = await this.hashes.of(user.id);
    const active = whyKeptOut(user, 'local') === null;
    const matches = await this.passwords.check({ active, hashedPassword }, password);
    if (matches && hashedPassword !== null) return hashedPassword;
    await this.record(user, 'failure');
    throw new InvalidCredentials();
  }

  /** @returns false where it is not the password any more that was checked */
  private async replace(user: UserRecord, present: string, hash: string): Promise<boolean> {
    if ((await this.hashes.of(user.id)) !== present) return false;
    await this.hashes.set(user.id, hash, new Date());
    await this.codes.withdraw(user.id);
    await this.record(user, 'success');
    return true;
  }

  private record({ id }: UserRecord, outcome: 'success' | 'failure'): Promise<void> {
    const person = `user:${id}`;
    return this.audit.record({
      action: 'password.changed',
      actor: person,
      subject: person,
      outcome,
      code: outcome === 'failure' ? 'invalid_credentials' : null,
    });
  }
}

/** The external side keeps this person's password, or a sealed envelope does. */
class KeptElsewhere extends Forbidden {
  constructor() {
    super({ detail: 'This application does not keep your password. Change it where you usually do.' });
  }
}
