import { Injectable } from '@nestjs/common';
import { HashSurvey, type UnverifiableHash } from './hash-survey';
import { ANYBODYS, HashThreads, type HashTurn } from './hash-threads';
import { RefusalFloor } from './refusal-floor';

/** Whose password is checked, and against what. */
export interface Checked {
  active: boolean;
  hashedPassword: string | null;
}

/**
 * Checks local passwords. Every refusal costs one hash and lasts until the same floor, whether the name is unknown,
 * inactive, without a password, or known with any kind of hash (OWASP ASVS 5 V6.3.8).
 */
@Injectable()
export class PasswordChecker {
  private readonly floor = new RefusalFloor();

  constructor(
    private readonly threads: HashThreads,
    private readonly survey: HashSurvey,
  ) {}

  /**
   * @param user `null` for a name that no row, or more than one, stands for
   * @param turn who it waits for, and who for it: it says where the password comes from, and nothing of the name
   * @throws ServiceBusy at once, for all names alike, when too many passwords wait to be checked
   */
  async check(user: Checked | null, password: string, turn: HashTurn = ANYBODYS): Promise<boolean> {
    const stored = user?.active ? user.hashedPassword : null;
    const plan = stored === null ? null : await this.survey.verifiablePlan(stored);
    const run = plan ?? (await this.survey.costliest()).dummy;
    const { matches, took } = await this.threads.verify(run, password, turn);
    this.floor.observe(await this.survey.slowdown(run, took));
    if (plan && matches) return true;

    // Counted from the start of the work, not of the wait: a long queue would else tell a cheap hash from a dear one.
    const { cost } = await this.survey.costliest();
    await delay(this.floor.above(cost) - took);
    return false;
  }

  /** @returns an argon2id hash for a new password. @throws ServiceBusy */
  hash(password: string): Promise<string> {
    return this.threads.hash(password);
  }

  /** Whose stored hash nobody can check, and why: for operators. */
  unverifiable(): Promise<UnverifiableHash[]> {
    return this.survey.unverifiable();
  }
}

const delay = (milliseconds: number) =>
  milliseconds > 0 ? new Promise<void>((resolve) => setTimeout(resolve, milliseconds)) : Promise.resolve();
