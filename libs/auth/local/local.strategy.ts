import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { InvalidCredentials } from '@cutover/contracts';
import type { SignIn } from '@cutover/sessions';
import { checkedCredential, LocalPasswords, PasswordChecker, whyKeptOut } from '@cutover/users';
import { Strategy } from 'passport-local';
import { hashTurnOf } from '../sign-in/hash-turn';
import { attemptOf, type SignInHttpRequest } from '../sign-in/sign-in-attempt';

/** Checks a password against the hash in this application's own database. */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  constructor(
    private readonly hashes: LocalPasswords,
    private readonly passwords: PasswordChecker,
  ) {
    super({ passReqToCallback: true });
  }

  async validate(request: SignInHttpRequest, _username: string, password: string): Promise<SignIn> {
    const attempt = attemptOf(request);
    const { user } = attempt;
    const hashedPassword = await this.hashes.of(user?.id ?? null); // alike for names that nobody has
    const active = user !== null && whyKeptOut(user, 'local') === null;
    const matches = await this.passwords.check({ active, hashedPassword }, password, hashTurnOf(attempt));
    if (!user || hashedPassword === null || !matches) throw new InvalidCredentials();
    return { user, authMode: 'local', credential: checkedCredential('password', hashedPassword) };
  }
}
