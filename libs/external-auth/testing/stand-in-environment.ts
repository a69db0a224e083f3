import { STAND_IN_TENANT_ID } from '@cutover/contracts';

export type Environment = Record<string, string | undefined>;

/** What `loadSettings` needs to sign people in at a stand-in that listens at `url`. */
export const standInEnvironment = (url: string, overrides: Environment = {}): Environment => ({
  NODE_ENV: 'test',
  USE_EXTERNAL_AUTH: 'true',
  EXTERNAL_AUTH_API_URL: url,
  EXTERNAL_AUTH_JWKS_URL: `${url}/.well-known/jwks.json`,
  EXTERNAL_AUTH_TENANT_ID: STAND_IN_TENANT_ID,
  EXTERNAL_AUTH_ISSUER: `${url}/${STAND_IN_TENANT_ID}/v2.0`,
  EXTERNAL_AUTH_AUDIENCE: 'api://cutover',
  EXTERNAL_AUTH_CLIENT_ID: 'cutover-portal',
  EXTERNAL_AUTH_USERNAME_DOMAIN: 'contoso.example',
  ...overrides,
});
