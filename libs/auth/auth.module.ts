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
import { AccountLinking } from './external/account-linking';
import { ExternalAuthGuard } from './external/external-auth.guard';
import { ExternalStrategy } from './external/external.strategy';
import { LocalAuthGuard } from './local/local-auth.guard';
import { LocalStrategy } from './local/local.strategy';
import { OwnSessionsController } from './own-sessions/own-sessions.controller';
import { SameOriginGuard } from './same-origin.guard';
import { SignInGuard } from './sign-in/sign-in.guard';
import { TroubleController } from './trouble/trouble.controller';

@Module({
  imports: [PassportModule, UsersModule, ExternalAuthModule, SessionsModule, RolloutModule],
  controllers: [AuthController, OwnSessionsController, TroubleController],
  providers: [
    LocalStrategy,
    LocalAuthGuard,
    ExternalStrategy,
    ExternalAuthGuard,
    AccountLinking,
    SignInGuard,
    SameOriginGuard,
    BearerAuthentication,
    { provide: APP_GUARD, useClass: BearerGuard },
  ],
})
export class AuthModule {}
