import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  type CheckedCredential,
  checkedCredential,
  HashSurvey,
  HashThreads,
  PasswordChecker,
  type UserRecord,
} from '@cutover/users';
import { BreakGlassCredentials } from './break-glass-credentials';

/** Who has to wait for whom. */
export type Lane = 'known-device' | 'stranger';

/** One thread and a short queue each: a flood may keep those who come like it waiting, and nobody else. */
const LANE = { threads: { least: 0, most: 1 }, longestQueue: 8 };

/**
 * Checks break-glass passwords on threads of their own: those who flood ordinary names, and strangers who flood this
 * one, keep no owner on a known device waiting, and these cost ordinary sign-ins nothing. Hash, dummy and floor are
 * those of every local refusal, so that an answer does not tell what kind of account the name is.
 */
@Injectable()
export class BreakGlassPasswords implements OnApplicationShutdown {
  private readonly threads: Record<Lane, HashThreads> = {
    'known-device': new HashThreads(LANE),
    stranger: new HashThreads(LANE),
  };
  private readonly checkers: Record<Lane, PasswordChecker>;

  constructor(
    survey: HashSurvey,
    private readonly credentials: BreakGlassCredentials,
  ) {
    this.checkers = {
      'known-device': new PasswordChecker(this.threads['known-device'], survey),
      stranger: new PasswordChecker(this.threads.stranger, survey),
    };
  }

  /**
   * Whether the password opens the account: it is the break-glass one, made for this name, and the row is an active
   * administrator's. The row's own password counts for nothing.
   *
   * @returns what it was checked against; `null` where it does not open the account
   * @throws ServiceBusy, ServiceUnavailable
   */
  async check(user: UserRecord, password: string, lane: Lane): Promise<CheckedCredential | null> {
    const found = user.breakGlass && user.role === 'admin' ? await this.credentials.find(user.id) : null;
    const hashedPassword = found?.passwordHash ?? null;
    const opens = await this.checkers[lane].check({ active: user.active, hashedPassword }, password);
    return opens && hashedPassword !== null ? checkedCredential('break_glass', hashedPassword) : null;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(Object.values(this.threads).map((threads) => threads.onApplicationShutdown()));
  }
}
