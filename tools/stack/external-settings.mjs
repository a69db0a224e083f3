/**
 * The tenant of apps/auth-api. A copy of libs/contracts/stand-in.ts (tools run without a build);
 * tools/workspace/stand-in-tenant.spec.ts compares the two.
 */
export const STAND_IN_TENANT_ID = '5a7d1e00-0000-4000-8000-57a2d1200001';

/**
 * What an API needs to know to sign people in through the stand-in at this address.
 *
 * @param {string} url
 */
export const standInSettings = (url) => ({
  USE_EXTERNAL_AUTH: 'true',
  EXTERNAL_AUTH_API_URL: url,
  EXTERNAL_AUTH_JWKS_URL: `${url}/.well-known/jwks.json`,
  EXTERNAL_AUTH_TENANT_ID: STAND_IN_TENANT_ID,
  EXTERNAL_AUTH_ISSUER: `${url}/${STAND_IN_TENANT_ID}/v2.0`,
  EXTERNAL_AUTH_AUDIENCE: 'api://cutover',
  EXTERNAL_AUTH_CLIENT_ID: 'cutover-portal',
  EXTERNAL_AUTH_USERNAME_DOMAIN: 'contoso.example',
});
