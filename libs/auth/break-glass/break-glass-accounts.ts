import { Injectable } from '@nestjs/common';
import { ValidationFailed } from '@cutover/contracts';
import { Database, isDuplicate } from '@cutover/database';
import { AuditFacts, AuditTrail } from '@cutover/operations';
import { CredentialChanges } from '@cutover/sessions';
import { PasswordChecker, passwordFault, type UserRecord, UserRepository } from '@cutover/users';
import { BreakGlassCredentials, type Credentials } from './break-glass-credentials';

/** `ready`, or why the credentials open nothing now. */
export type BreakGlassState = 'ready' | 'inactive' | 'not_admin' | 'renamed' | 'ambiguous' | 'gone';

export interface BreakGlassAccount {
  userId: number;
  /** The name that the credentials were made for. */
  username: string;
  state: BreakGlassState;
  addedBy: string;
  /** Instants are epoch milliseconds. */
  addedAt: number;
  lastSignInAt: number | null;
  /** The last one that the external side had no part in because it was down: the drill that counts. */
  lastDrillAt: number | null;
  lastTestedAt: number | null;
}

export interface NewCredentials {
  password: string;
  /** Puts these in the place of those that are there. */
  replace: boolean;
}

/** Break-glass accounts as operators keep them. */
@Injectable()
export class BreakGlassAccounts {
  constructor(
    private readonly database: Database,
    private readonly credentials: BreakGlassCredentials,
    private readonly users: UserRepository,
    private readonly passwords: PasswordChecker,
    private readonly changes: CredentialChanges,
    private readonly audit: AuditTrail,
    private readonly facts: AuditFacts,
  ) {}

  /** @throws ValidationFailed where {@link add} would */
  async assertAddable(user: UserRecord, { password, replace }: NewCredentials): Promise<void> {
    const fault = await passwordFault(password, user.username);
    if (fault) throw new ValidationFailed({ detail: `password: ${fault}` });
    const why = whyUnfit(user);
    if (why) throw new ValidationFailed({ detail: UNFIT[why](user.username) });
    if (!replace && (await this.credentials.find(user.id))) throw hasThemAlready(user.username);
  }

  /**
   * Gives an active administrator's row break-glass credentials, from the next sign-in on in every process, and ends its
   * sessions: whoever got in with what opened it before is out.
   *
   * @param by who wishes it, as the audit trail names them
   * @returns how many sessions ended
   * @throws ValidationFailed for a weak password, a row that is not fit for it, or one that has some already
   */
  async add(user: UserRecord, wanted: NewCredentials, by: string): Promise<number> {
    await this.assertAddable(user, wanted);
    const passwordHash = await this.passwords.hash(wanted.password);
    try {
      return await this.changed(user.id, by, async () => {
        const before = await this.credentials.find(user.id);
        if (before && !wanted.replace) throw hasThemAlready(user.username);
        await this.credentials.put({
          userId: user.id,
          username: user.username,
          passwordHash,
          addedBy: by,
          addedAt: Date.now(),
        });
        await this.audit.record({
          action: 'break_glass.added',
          actor: by,
          subject: `user:${user.id}`,
          outcome: 'success',
          detail: { username: user.username, replaced: before !== null },
        });
      });
    } catch (error) {
      if (isDuplicate(error)) throw hasThemAlready(user.username); // somebody was faster
      throw error;
    }
  }

  /** Those made for a name, whatever became of the row since. @throws ValidationFailed where there are none */
  async named(username: string): Promise<Credentials> {
    const all = await this.credentials.all();
    const match = await this.users.findByUsername(username);
    const rowId = match.outcome === 'one' ? match.user.id : null;
    const found =
      all.find(({ userId }) => userId === rowId) ?? all.find((candidate) => candidate.username === username);
    if (!found)
      throw new ValidationFailed({
        detail: `${username} has no break-glass credentials; "cutover break-glass list" shows who has.`,
      });
    return found;
  }

  /** Takes credentials away and ends the account's sessions; the row itself stays as it is. @returns how many ended */
  remove({ userId, username }: Credentials, by: string): Promise<number> {
    return this.changed(userId, by, async () => {
      await this.credentials.remove(userId);
      await this.audit.record({
        action: 'break_glass.removed',
        actor: by,
        subject: `user:${userId}`,
        outcome: 'success',
        detail: { username },
      });
    });
  }

  async list(): Promise<BreakGlassAccount[]> {
    const all = await this.credentials.all();
    return Promise.all(all.map((credentials) => this.described(credentials)));
  }

  private async changed(userId: number, by: string, write: () => Promise<void>): Promise<number> {
    const ended = await this.changes.make({ userId, reason: 'revoked', by }, async () => {
      await write();
      return true;
    });
    return ended ?? 0;
  }

  private async described({ userId, username, addedBy, addedAt }: Credentials): Promise<BreakGlassAccount> {
    const subject = `user:${userId}`;
    return {
      userId,
      username,
      state: await this.stateOf(userId, username),
      addedBy,
      addedAt,
      lastSignInAt: await this.facts.lastSaid(['break_glass_use', 'break_glass_drill'], subject),
      lastDrillAt: await this.facts.lastSaid(['break_glass_drill'], subject),
      lastTestedAt: await this.facts.lastSaid(['break_glass_test'], subject),
    };
  }

  private async stateOf(userId: number, username: string): Promise<BreakGlassState> {
    const user = await this.users.findById(userId);
    if (!user) return 'gone';
    if (!user.breakGlass) return 'renamed';
    const { outcome } = await this.users.findByUsername(username);
    return whyUnfit(user) ?? (outcome === 'one' ? 'ready' : 'ambiguous');
  }
}

export function whyUnfit({ active, role }: UserRecord): 'inactive' | 'not_admin' | null {
  if (!active) return 'inactive';
  return role === 'admin' ? null : 'not_admin';
}

export const UNFIT: Record<'inactive' | 'not_admin', (username: string) => string> = {
  inactive: (name) =>
    `${name} is inactive, and whoever is kept out here stays out. Activate the account first.`,
  not_admin: (name) =>
    `${name} is no administrator and could repair nothing. Add one for this: "cutover users add --role admin".`,
};

const hasThemAlready = (username: string) =>
  new ValidationFailed({
    detail: `${username} has break-glass credentials already: put new ones in their place with --replace.`,
  });
