import { Module, type Type } from '@nestjs/common';
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
import { AccountLinking } from './external/account-linking';
import { ExternalAuthGuard } from './external/external-auth.guard';
import { ExternalStrategy } from './external/external.strategy';
import { RefusalRecord } from './external/refusal-record';
import { OwnSessionsController } from './own-sessions/own-sessions.controller';
import { RefreshLimit } from './rate-limits/refresh-limit';
import * as sides from './sides';
import { SameOriginGuard } from './same-origin.guard';
import { SignInModule } from './sign-in/sign-in.module';
import { SignInGuard } from './sign-in/sign-in.guard';
import { NoLocalSide } from './sign-in/no-local-side';
import { SentNames } from './sign-in/sent-names';
import { SignInPatterns } from './sign-in/sign-in-patterns';
import { TroubleController } from './trouble/trouble.controller';

@Module({
  imports: [
    PassportModule,
    UsersModule,
    ExternalAuthModule,
    SessionsModule,
    RolloutModule,
    BreakGlassModule,
    SignInModule,
    ...Object.values<Type>(sides),
  ],
  controllers: [AuthController, OwnSessionsController, TroubleController],
  providers: [
    ExternalStrategy,
    ExternalAuthGuard,
    AccountLinking,
    RefusalRecord,
    RefreshLimit,
    SignInPatterns,
    NoLocalSide,
    SentNames,
    SignInGuard,
    SameOriginGuard,
    BearerAuthentication,
    VerifiedTokens,
    { provide: APP_GUARD, useClass: BearerGuard },
  ],
})
export class AuthModule {}
