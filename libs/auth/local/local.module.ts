import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { ExternalAuthModule } from '@cutover/external-auth';
import { RolloutModule } from '@cutover/rollout';
import { SessionsModule } from '@cutover/sessions';
import { UsersModule } from '@cutover/users';
import { AccountLinks } from '../external/account-links';
import { AccountNames } from '../rate-limits/account-names';
import { AddressLimits } from '../rate-limits/address-limits';
import { ExternalAttempts } from '../rate-limits/external-attempts';
import { LocalSide } from '../sign-in/local-side';
import { LocalAuthGuard } from './local-auth.guard';
import { LocalFallback } from './local-fallback';
import { LocalSignIn } from './local-sign-in';
import { LocalStrategy } from './local.strategy';
import { PasswordReset } from './reset/password-reset';
import { ResetController } from './reset/reset.controller';
import { ResetLimits } from './reset/reset-limits';
import { ShadowCheck } from './shadow/shadow-check';
import { ShadowChecks } from './shadow/shadow-checks';
import { ShadowPace } from './shadow/shadow-pace';

/** Everything that needs the legacy password of a person. Once nobody has one, this folder can be deleted. */
@Module({
  imports: [PassportModule, UsersModule, ExternalAuthModule, SessionsModule, RolloutModule],
  controllers: [ResetController],
  providers: [
    LocalStrategy,
    LocalAuthGuard,
    LocalFallback,
    AccountLinks,
    AddressLimits,
    AccountNames,
    ExternalAttempts,
    ResetLimits,
    PasswordReset,
    ShadowChecks,
    ShadowCheck,
    ShadowPace,
    { provide: LocalSide, useClass: LocalSignIn },
  ],
  exports: [LocalSide],
})
export class LocalModule {}
