import { Injectable } from '@nestjs/common';
import { InvalidCredentials } from '@cutover/contracts';
import type { ProviderTokens } from '@cutover/external-auth';
import { SignInRouting } from '@cutover/rollout';
import {
  HashSurvey,
  type HashTurn,
  LocalPasswords,
  PasswordChecker,
  type UserRecord,
  UserRepository,
  whyKeptOut,
} from '@cutover/users';
import { AccountConflict } from '../../external/account-conflict';
import { AccountLinks } from '../../external/account-links';
import { linkObjection, type Meeting } from '../../external/link-objection';
import { hashTurnOf } from '../../sign-in/hash-turn';
import { LinkRequired } from '../../sign-in/link-required';
import type { SignInAttempt } from '../../sign-in/sign-in-attempt';
import { SignInExpired } from '../../sign-in/sign-in-expired';
import { LinkCookie } from './link-cookie';
import { LinkEndings } from './link-endings';
import { LinkLimits } from './link-limits';
import { isLastTry, type LinkRequest, LinkRequests } from './link-requests';

const TAKEN_BACK = 'the rollout has been taken back meanwhile: the person signs in locally';
const OVER = 'the link token was used or ended meanwhile';

/** The local password as proof that an account here is the person's whom the external side let in. */
@Injectable()
export class LocalProof {
  constructor(
    private readonly requests: LinkRequests,
    private readonly endings: LinkEndings,
    private readonly limits: LinkLimits,
    private readonly cookie: LinkCookie,
    private readonly users: UserRepository,
    private readonly hashes: LocalPasswords,
    private readonly survey: HashSurvey,
    private readonly passwords: PasswordChecker,
    private readonly links: AccountLinks,
    private readonly routing: SignInRouting,
  ) {}

  /**
   * Asks for it; until it comes, nothing is changed of the person, and the provider's tokens wait.
   *
   * @returns `null` where this account can or may not be claimed so
   */
  async ask(user: UserRecord, meeting: Meeting, tokens: ProviderTokens): Promise<LinkRequired | null> {
    if ((await this.hashOf(user)) === null || (await this.limits.areSpent(user.id))) return null;
    const { linkToken, cookie } = await this.requests.open(user.id, meeting, tokens);
    return new LinkRequired(linkToken, this.cookie.holding(cookie));
  }

  /**
   * Checks a password and links. Every refusal lasts as one of the local side.
   *
   * @returns the person, linked
   * @throws InvalidCredentials, ServiceBusy; AccountConflict and SignInExpired end the request
   */
  async confirm(request: LinkRequest, attempt: SignInAttempt, password: string): Promise<UserRecord> {
    const { user } = attempt;
    const hash = user && (await this.hashOf(user));
    if (!user || hash === null) return this.conflict(request, 'the account may not be claimed any more');
    if ((await this.routing.sideFor(user)) !== 'external') return this.expire(request, TAKEN_BACK);
    await this.check(request, hash, password, hashTurnOf(attempt));
    const { identity, typed, userId } = request;
    const link = {
      userId,
      objectId: identity.objectId,
      proof: 'local_password',
      by: `user:${userId}`,
    } as const;
    const reason = await this.links.make(link, async (now) => {
      const objection = linkObjection(now, identity, typed);
      if (objection !== null) return objection;
      if ((await this.hashOf(now)) !== hash) return 'the account or its password was changed meanwhile';
      return (await this.requests.use(request)) ? null : OVER;
    });
    if (reason === null) return this.links.welcome(await this.admitted(userId), identity);
    // A second window, or the same answer twice: by signing in again the person gets in.
    const linked = await this.users.findByExternalUserId(identity.objectId);
    if (reason !== OVER && linked?.id !== userId) return this.conflict(request, reason);
    return this.expire(request, reason);
  }

  /** As who is linked now: what is known of that account may keep them out. */
  private async admitted(userId: number): Promise<UserRecord> {
    const user = await this.users.findById(userId);
    const keptOut = user && whyKeptOut(user, 'external');
    if (!user || keptOut) throw new InvalidCredentials(`the linked account is kept out: ${keptOut?.reason}`);
    return user;
  }

  private async check(
    request: LinkRequest,
    hashedPassword: string,
    password: string,
    turn: HashTurn,
  ): Promise<void> {
    const giveBack = await this.limits.take(request.userId);
    if (!giveBack) return this.conflict(request, 'the account was claimed in vain too often today');
    let matches: boolean;
    try {
      matches = await this.passwords.check({ active: true, hashedPassword }, password, turn);
    } catch (fault) {
      await giveBack();
      throw fault;
    }
    if (matches) return giveBack();
    if (isLastTry(request)) await this.endings.end(request);
    throw new InvalidCredentials('not the local password of the account to be linked');
  }

  /** The hash that a claim is checked against; `null` where an operator decides about the account, or nobody can check. */
  private async hashOf(user: UserRecord): Promise<string | null> {
    const isOperators = user.breakGlass || user.role === 'admin' || user.pin === 'local';
    if (!user.active || isOperators || user.externalUserId !== null) return null;
    const stored = await this.hashes.of(user.id);
    return stored !== null && (await this.survey.verifiablePlan(stored)) ? stored : null;
  }

  private async expire(request: LinkRequest, reason: string): Promise<never> {
    await this.endings.end(request);
    throw new SignInExpired(reason);
  }

  private async conflict(request: LinkRequest, reason: string): Promise<never> {
    await this.endings.end(request);
    throw new AccountConflict(reason);
  }
}
