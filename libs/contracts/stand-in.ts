/**
 * The tenant that `apps/auth-api`, the stand-in of the external API, issues its tokens for. It is no real
 * tenant; production refuses to start with it, so that nobody's sign-in ever rests on the stand-in.
 */
export const STAND_IN_TENANT_ID = '5a7d1e00-0000-4000-8000-57a2d1200001';

/** The domain of its directory. */
export const STAND_IN_DOMAIN = 'contoso.example';

/** What an API needs to know to sign people in through the stand-in that listens at `url`; by the names of its settings. */
export const standInSettings = (url: string) => ({
  USE_EXTERNAL_AUTH: 'true',
  EXTERNAL_AUTH_API_URL: url,
  EXTERNAL_AUTH_JWKS_URL: `${url}/.well-known/jwks.json`,
  EXTERNAL_AUTH_TENANT_ID: STAND_IN_TENANT_ID,
  EXTERNAL_AUTH_ISSUER: `${url}/${STAND_IN_TENANT_ID}/v2.0`,
  EXTERNAL_AUTH_AUDIENCE: 'api://cutover',
  EXTERNAL_AUTH_CLIENT_ID: 'cutover-portal',
  EXTERNAL_AUTH_USERNAME_DOMAIN: STAND_IN_DOMAIN,
});
