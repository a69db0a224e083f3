export * from './access/access.decorators';
export * from './access/authenticated-user';
export { SessionCookie } from './cookie/session-cookie';
export { ProviderTokenEntity } from './entities/provider-token.entity';
export { SessionBearerEntity } from './entities/session-bearer.entity';
export { SessionEntity } from './entities/session.entity';
export * from './errors';
export { type ListedSession, SessionList, type SessionPageRequest } from './list/session-list';
export { LocalAccessTokens } from './local-access-tokens';
export {
  type Device,
  type IssuedSession,
  type LiveSession,
  SessionService,
  type SignIn,
  toUser,
} from './session.service';
export * from './sessions.module';
export { KeyRotation, type RotationResult } from './vault/key-rotation';
export { KeySurvey, type KeyState, type KeyUse, type SurveyedKeys } from './vault/key-survey';
export { TokenVault } from './vault/token-vault';
