import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { ExternalAuthModule } from '@cutover/external-auth';
import { RolloutModule } from '@cutover/rollout';
import { SessionsModule } from '@cutover/sessions';
import { UsersModule } from '@cutover/users';
import { AuthController } from './auth.controller';
import { BearerAuthentication } from './bearer/bearer-authentication';
import { BearerGuard } from './bearer/bearer.guard';
import { VerifiedTokens } from './bearer/verified-tokens';
import { BreakGlassModule } from './break-glass/break-glass.module';
import { DeviceCookie } from './device/device-cookie';
import { AccountLinking } from './external/account-linking';
import { ExternalAuthGuard } from './external/external-auth.guard';
import { ExternalStrategy } from './external/external.strategy';
import { RefusalRecord } from './external/refusal-record';
import { LocalAuthGuard } from './local/local-auth.guard';
import { LocalFallback } from './local/local-fallback';
import { LocalStrategy } from './local/local.strategy';
import { OwnSessionsController } from './own-sessions/own-sessions.controller';
import { AddressLimits } from './rate-limits/address-limits';
import { RefreshLimit } from './rate-limits/refresh-limit';
import { SignInLimits } from './rate-limits/sign-in-limits';
import { PasswordReset } from './reset/password-reset';
import { ResetController } from './reset/reset.controller';
import { ResetLimits } from './reset/reset-limits';
import { SameOriginGuard } from './same-origin.guard';
import { SignInGuard } from './sign-in/sign-in.guard';
import { ShadowCheck } from './shadow/shadow-check';
import { ShadowChecks } from './shadow/shadow-checks';
import { ShadowPace } from './shadow/shadow-pace';
import { SignInEvidence } from './sign-in/sign-in-evidence';
import { SignInPatterns } from './sign-in/sign-in-patterns';
import { SignInLog } from './sign-in/sign-in-log';
import { SignInRecord } from './sign-in/sign-in-record';
import { TroubleController } from './trouble/trouble.controller';

@Module({
  imports: [PassportModule, UsersModule, ExternalAuthModule, SessionsModule, RolloutModule, BreakGlassModule],
  controllers: [AuthController, OwnSessionsController, TroubleController, ResetController],
  providers: [
    LocalStrategy,
    LocalAuthGuard,
    LocalFallback,
    ExternalStrategy,
    ExternalAuthGuard,
    AccountLinking,
    RefusalRecord,
    DeviceCookie,
    SignInLimits,
    AddressLimits,
    RefreshLimit,
    ResetLimits,
    PasswordReset,
    SignInLog,
    SignInRecord,
    SignInEvidence,
    SignInPatterns,
    ShadowChecks,
    ShadowCheck,
    ShadowPace,
    SignInGuard,
    SameOriginGuard,
    BearerAuthentication,
    VerifiedTokens,
    { provide: APP_GUARD, useClass: BearerGuard },
  ],
})
export class AuthModule {}
