import { Injectable } from '@nestjs/common';
import { ProblemError } from '@cutover/contracts';
import { SignInOutcomes } from '@cutover/rollout';
import type { SignIn } from '@cutover/sessions';
import { answerCodeOf } from './refusal';
import type { SignInAttempt, SignInHttpRequest } from './sign-in-attempt';

/** Says how an attempt came out to whoever judges the rollout by it. Neither waits nor fails. */
@Injectable()
export class SignInEvidence {
  constructor(private readonly outcomes: SignInOutcomes) {}

  /** @param startedAt by `performance.now()` */
  admitted(attempt: SignInAttempt, request: SignInHttpRequest & { user?: SignIn }, startedAt: number): void {
    const userId = request.user?.user.id ?? null;
    this.note(attempt, startedAt, { userId, outcome: 'success', code: null });
  }

  refused(attempt: SignInAttempt, error: unknown, startedAt: number): void {
    this.note(attempt, startedAt, {
      userId: attempt.user?.id ?? null,
      outcome: answerCodeOf(error) === null ? 'fault' : 'refused',
      code: error instanceof ProblemError ? error.code : 'internal_error',
    });
  }

  /** What a rate limit stopped reached no side: nothing is to be learnt from it, and a flood must not fill a table. */
  private note(
    { side, fallback, device }: SignInAttempt,
    startedAt: number,
    about: Pick<Parameters<SignInOutcomes['note']>[0], 'userId' | 'outcome' | 'code'>,
  ): void {
    if (!side) return;
    const duration = performance.now() - startedAt;
    this.outcomes.note({
      ...about,
      side: fallback ? 'local' : side,
      duration,
      knownDevice: device !== null,
      fallback: fallback === true,
    });
  }
}
