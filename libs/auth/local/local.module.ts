import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { ScheduleModule } from '@nestjs/schedule';
import { ExternalAuthModule } from '@cutover/external-auth';
import { RolloutModule } from '@cutover/rollout';
import { SessionsModule } from '@cutover/sessions';
import { UsersModule } from '@cutover/users';
import { RefusalRecord } from '../external/refusal-record';
import { SignInModule } from '../sign-in/sign-in.module';
import { LocalSide } from '../sign-in/local-side';
import { LinkCookie } from './link/link-cookie';
import { LinkEndings } from './link/link-endings';
import { LinkLimits } from './link/link-limits';
import { LinkRequests } from './link/link-requests';
import { LinkSignIn } from './link/link-sign-in';
import { LinkController } from './link/link.controller';
import { LocalProof } from './link/local-proof';
import { LocalAuthGuard } from './local-auth.guard';
import { LocalFallback } from './local-fallback';
import { LocalSignIn } from './local-sign-in';
import { LocalStrategy } from './local.strategy';
import { ChangeController } from './change/change.controller';
import { PasswordChange } from './change/password-change';
import { PasswordReset } from './reset/password-reset';
import { ResetController } from './reset/reset.controller';
import { ResetLimits } from './reset/reset-limits';
import { ShadowCheck } from './shadow/shadow-check';
import { ShadowChecks } from './shadow/shadow-checks';
import { ShadowPace } from './shadow/shadow-pace';

/** Everything that needs the legacy password of a person. Once nobody has one, this folder can be deleted. */
@Module({
  imports: [
    PassportModule,
    UsersModule,
    ExternalAuthModule,
    SessionsModule,
    RolloutModule,
    SignInModule,
    ScheduleModule.forRoot(),
  ],
  controllers: [ResetController, ChangeController, LinkController],
  providers: [
    LocalStrategy,
    LocalAuthGuard,
    LocalFallback,
    RefusalRecord,
    ResetLimits,
    PasswordReset,
    PasswordChange,
    LinkCookie,
    LinkRequests,
    LinkLimits,
    LinkEndings,
    LocalProof,
    LinkSignIn,
    ShadowChecks,
    ShadowCheck,
    ShadowPace,
    { provide: LocalSide, useClass: LocalSignIn },
  ],
  exports: [LocalSide],
})
export class LocalModule {}
