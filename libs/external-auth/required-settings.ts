import type { ExternalAuthSettings, SettingsService } from '@cutover/config';
import { ExternalMisconfigured } from './errors';
import type { Operation } from './upstream-failure';

/** What describes the external API. @throws ExternalMisconfigured where nothing does */
export function requiredSettings(settings: SettingsService, operation: Operation): ExternalAuthSettings {
  const externalAuth = settings.get('externalAuth', { infer: true });
  if (!externalAuth)
    throw new ExternalMisconfigured({ operation, reason: 'EXTERNAL_AUTH_* is not set', sent: false });
  return externalAuth;
}

/**
 * Where an operation is asked for: refreshes at Entra's own token endpoint where `EXTERNAL_AUTH_TOKEN_URL` names it.
 * @throws ExternalMisconfigured where the settings name no address for it
 */
export function addressOf({ urls }: ExternalAuthSettings, operation: Operation): string {
  const url = operation === 'refresh' ? (urls.token ?? urls.refresh) : urls[operation];
  if (url === null) throw new ExternalMisconfigured({ operation, reason: 'no address is set', sent: false });
  return url;
}
