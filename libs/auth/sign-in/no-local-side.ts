import { type ExecutionContext, Injectable } from '@nestjs/common';
import { InvalidCredentials, type SignInRequest } from '@cutover/contracts';
import { PasswordChecker } from '@cutover/users';
import { LocalSide } from './local-side';
import { hashTurnOf } from './hash-turn';
import { attemptOf, type SignInHttpRequest } from './sign-in-attempt';

/** What is left of the local side when its folder is gone: a refusal that looks and lasts like any other of it. */
@Injectable()
export class NoLocalSide extends LocalSide {
  constructor(private readonly passwords: PasswordChecker) {
    super();
  }

  async check(context: ExecutionContext): Promise<never> {
    const request = context.switchToHttp().getRequest<SignInHttpRequest>();
    const { password } = request.body as SignInRequest;
    await this.passwords.check(null, password, hashTurnOf(attemptOf(request)));
    throw new InvalidCredentials();
  }

  async insteadOf(failure: unknown): Promise<never> {
    throw failure;
  }

  async askForProof(): Promise<null> {
    return null;
  }

  admitted(): void {
    // Nobody is.
  }
}
