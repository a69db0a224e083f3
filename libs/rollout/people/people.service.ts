import { Injectable, Logger } from '@nestjs/common';
import {
  type AdminUser,
  type AdminUserChange,
  Forbidden,
  NotFound,
  type Page,
  ValidationFailed,
} from '@cutover/contracts';
import { Database } from '@cutover/database';
import { type AuditAction, type AuditEntry, AuditTrail } from '@cutover/operations';
import { CredentialChanges, SessionService } from '@cutover/sessions';
import { LocalPasswords, personName, type UserRecord, UserRepository } from '@cutover/users';
import { type KnownAccount, KnownAccounts } from '../evidence/known-accounts';
import { actorOf, type Operator } from '../operator';
import { readinessOf } from '../readiness/readiness-of';
import { RolloutService } from '../rollout.service';

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

/** What an operator may see and change of one person. */
@Injectable()
export class PeopleService {
  private readonly logger = new Logger(PeopleService.name);

  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly passwords: LocalPasswords,
    private readonly sessions: SessionService,
    private readonly changes: CredentialChanges,
    private readonly rollout: RolloutService,
    private readonly accounts: KnownAccounts,
    private readonly audit: AuditTrail,
  ) {}

  async page(request: PageRequest): Promise<Page<AdminUser>> {
    const { items, nextCursor } = await this.users.page(request);
    const [first, last] = [items[0], items.at(-1)];
    if (!first || !last) return { items: [], nextCursor };
    const accounts = await this.accounts.between(first.id, last.id);
    const hasPassword = await this.holders(items);
    const described = items.map((user) => this.describe(user, accounts(user.id), hasPassword(user)));
    return { items: await Promise.all(described), nextCursor };
  }

  /**
   * Pins a person to a side, and lets them in or keeps them out. Keeping out ends their sessions.
   *
   * @throws NotFound, Forbidden for a break-glass account over HTTP, ValidationFailed where the change would lock somebody out by accident, LocalPasswordsGone
   */
  async change(userId: number, change: AdminUserChange, by: Operator): Promise<AdminUser> {
    const write = async () => {
      const user = await this.permitted(userId, change, by);
      if (change.pin !== undefined) {
        await this.users.setPin(userId, change.pin, { by: by.name });
        await this.record('user.pinned', userId, by, { from: user.pin, to: change.pin });
      }
      if (change.active !== undefined && change.active !== user.active) {
        await this.users.setActive(userId, change.active);
        await this.record(change.active ? 'user.activated' : 'user.deactivated', userId, by);
      }
      return true;
    };
    if (change.active === false)
      await this.changes.make({ userId, reason: 'deactivated', by: actorOf(by) }, write);
    else await this.database.transaction(write);
    return this.described(await this.find(userId));
  }

  /** What {@link change} would make of the person, with the same checks. */
  async preview(userId: number, change: AdminUserChange, by: Operator): Promise<AdminUser> {
    const user = await this.permitted(userId, change, by);
    const changed = {
      ...user,
      ...(change.pin !== undefined && { pin: change.pin }),
      ...(change.active !== undefined && { active: change.active }),
    };
    return this.described(changed);
  }

  /**
   * Ends every session of a person; they may sign in again.
   *
   * @returns how many
   * @throws NotFound, Forbidden for a break-glass account over HTTP
   */
  async endSessions(userId: number, by: Operator): Promise<number> {
    const user = await this.find(userId);
    assertChangeable(user, by, `"cutover sessions revoke --user NAME"`);
    const ended = await this.sessions.endAllOf(userId, 'revoked', actorOf(by));
    this.logger.log({ userId, by: by.name, ended }, 'sessions ended by an operator');
    return ended;
  }

  private record(
    action: AuditAction,
    userId: number,
    by: Operator,
    detail?: AuditEntry['detail'],
  ): Promise<void> {
    return this.audit.record({
      action,
      actor: actorOf(by),
      subject: `user:${userId}`,
      outcome: 'success',
      detail,
    });
  }

  private async permitted(
    userId: number,
    { pin, active }: AdminUserChange,
    by: Operator,
  ): Promise<UserRecord> {
    const user = await this.find(userId);
    assertChangeable(
      user,
      by,
      active === undefined ? '"cutover rollout pin NAME"' : '"cutover break-glass remove NAME"',
    );
    if (pin === 'local') await this.passwords.assertExist();
    if (pin === 'local' && !(await this.passwords.holders([userId])).has(userId)) {
      throw new ValidationFailed({
        detail: `${user.username} has no local password: pinned to local they could not sign in at all. Leave them to the stage, or give them a password first.`,
      });
    }
    if (active === false && user.id === by.userId) {
      throw new ValidationFailed({
        detail: 'You cannot deactivate your own account. Ask another administrator.',
      });
    }
    return user;
  }

  private async find(userId: number): Promise<UserRecord> {
    const user = await this.users.findById(userId);
    if (!user) throw new NotFound({ detail: 'No user has this id.' });
    return user;
  }

  private async described(user: UserRecord): Promise<AdminUser> {
    const hasPassword = await this.holders([user]);
    return this.describe(user, await this.accounts.of(user.id), hasPassword(user));
  }

  /** Who has a local password; `null` for everybody once the clean-up was made. */
  private async holders(users: readonly UserRecord[]): Promise<(user: UserRecord) => boolean | null> {
    if (!(await this.passwords.exist())) return () => null;
    const holders = await this.passwords.holders(users.map(({ id }) => id));
    return ({ id }) => holders.has(id);
  }

  private async describe(
    user: UserRecord,
    known: KnownAccount,
    hasLocalPassword: boolean | null,
  ): Promise<AdminUser> {
    return {
      id: user.id,
      username: user.username,
      email: user.email,
      name: personName(user),
      role: user.role,
      active: user.active,
      authMode: await this.rollout.sideOf(user, known.account),
      pin: user.pin,
      externalUserId: user.externalUserId,
      azureEmail: user.azureEmail,
      lastSignInAt: user.lastSignInAt === null ? null : new Date(user.lastSignInAt).toISOString(),
      readiness: readinessOf({ ...user, ...known, hasLocalPassword }),
    };
  }
}

/**
 * One administrator's bearer must not lock the others out of the accounts that are kept for an emergency: they change by
 * the command line, by whoever holds the machine.
 *
 * @param command that does it, or comes before it
 */
function assertChangeable({ breakGlass, username }: UserRecord, by: Operator, command: string): void {
  if (!breakGlass || by.userId === null) return;
  throw new Forbidden({
    detail: `${username} is a break-glass account, which only the command line changes: use ${command}.`,
  });
}
