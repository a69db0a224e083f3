import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ExternalAuthModule } from '@cutover/external-auth';
import { UsersModule } from '@cutover/users';
import { ActiveSessions } from './active-sessions';
import { CredentialChanges } from './credential-changes';
import { SessionCookie } from './cookie/session-cookie';
import { ProviderTokenEntity } from './entities/provider-token.entity';
import { SessionBearerEntity } from './entities/session-bearer.entity';
import { SessionEntity } from './entities/session.entity';
import { LeaverSessions } from './leaver-sessions';
import { SessionList } from './list/session-list';
import { LastUses } from './live/last-uses';
import { LiveSessions } from './live/live-sessions';
import { SessionUse } from './live/session-use';
import { LocalAccessTokens } from './local-access-tokens';
import { ProviderSession } from './provider-session';
import { ProviderTokenStore } from './provider-token-store';
import { LeaseStore } from './refresh/lease-store';
import { RefreshLeases } from './refresh/refresh-leases';
import { RefreshSettlement } from './refresh/refresh-settlement';
import { TokenRefresher } from './refresh/token-refresher';
import { SessionEnds } from './session-ends';
import { SessionStarts } from './session-starts';
import { SessionStore } from './session-store';
import { SessionService } from './session.service';
import { KeyRotation } from './vault/key-rotation';
import { KeySurvey } from './vault/key-survey';
import { TokenVault } from './vault/token-vault';

@Module({
  imports: [
    TypeOrmModule.forFeature([SessionEntity, ProviderTokenEntity, SessionBearerEntity]),
    UsersModule,
    ExternalAuthModule,
  ],
  providers: [
    ActiveSessions,
    SessionService,
    SessionStore,
    SessionStarts,
    SessionEnds,
    LeaverSessions,
    CredentialChanges,
    LiveSessions,
    LastUses,
    SessionUse,
    SessionList,
    ProviderTokenStore,
    ProviderSession,
    LeaseStore,
    RefreshLeases,
    RefreshSettlement,
    TokenRefresher,
    TokenVault,
    KeySurvey,
    KeyRotation,
    SessionCookie,
    LocalAccessTokens,
  ],
  exports: [
    TokenVault,
    ActiveSessions,
    CredentialChanges,
    SessionEnds,
    LeaverSessions,
    SessionService,
    SessionUse,
    SessionList,
    SessionCookie,
    LocalAccessTokens,
    LeaseStore,
    RefreshLeases,
    TokenRefresher,
    KeySurvey,
    KeyRotation,
  ],
})
export class SessionsModule {}
