import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ExternalAuthModule } from '@cutover/external-auth';
import { UsersModule } from '@cutover/users';
import { SessionCookie } from './cookie/session-cookie';
import { ProviderTokenEntity } from './entities/provider-token.entity';
import { SessionBearerEntity } from './entities/session-bearer.entity';
import { SessionEntity } from './entities/session.entity';
import { SessionList } from './list/session-list';
import { LocalAccessTokens } from './local-access-tokens';
import { ProviderSession } from './provider-session';
import { ProviderTokenStore } from './provider-token-store';
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
    SessionService,
    SessionStore,
    SessionList,
    ProviderTokenStore,
    ProviderSession,
    TokenVault,
    KeySurvey,
    KeyRotation,
    SessionCookie,
    LocalAccessTokens,
  ],
  exports: [SessionService, SessionList, SessionCookie, LocalAccessTokens, KeySurvey, KeyRotation],
})
export class SessionsModule {}
