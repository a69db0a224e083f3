/** Settings of an external API that is described and never asked. */
export const DESCRIBED_API = {
  USE_EXTERNAL_AUTH: 'true',
  EXTERNAL_AUTH_API_URL: 'https://sign-in.example.org',
  EXTERNAL_AUTH_JWKS_URL: 'https://sign-in.example.org/keys',
  EXTERNAL_AUTH_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  EXTERNAL_AUTH_ISSUER: 'https://issuer.example.org',
  EXTERNAL_AUTH_AUDIENCE: 'api://cutover',
};
