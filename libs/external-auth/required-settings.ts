import type { ExternalAuthSettings, SettingsService } from '@cutover/config';
import { ExternalMisconfigured } from './errors';
import type { Operation } from './upstream-failure';

/** What describes the external API. @throws ExternalMisconfigured where nothing does */
export function requiredSettings(settings: SettingsService, operation: Operation): ExternalAuthSettings {
  const externalAuth = settings.get('externalAuth', { infer: true });
  if (!externalAuth) throw new ExternalMisconfigured({ operation, reason: 'EXTERNAL_AUTH_* is not set' });
  return externalAuth;
}
