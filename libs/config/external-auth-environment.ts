import type { ConfigurationFault } from './configuration-error';
import type { Environment } from './environment';
import type { ExternalAuthSettings } from './settings';

/** What is missing or contradicts itself in the description of the external API. */
export function externalAuthFaults(env: Environment): ConfigurationFault[] {
  if (!env.USE_EXTERNAL_AUTH) return [];
  const byKeys = env.EXTERNAL_AUTH_TOKEN_VALIDATION === 'jwks';
  const needed = {
    EXTERNAL_AUTH_API_URL: env.EXTERNAL_AUTH_API_URL,
    ...(byKeys && {
      EXTERNAL_AUTH_JWKS_URL: env.EXTERNAL_AUTH_JWKS_URL,
      EXTERNAL_AUTH_TENANT_ID: env.EXTERNAL_AUTH_TENANT_ID,
      EXTERNAL_AUTH_ISSUER: env.EXTERNAL_AUTH_ISSUER?.[0],
      EXTERNAL_AUTH_AUDIENCE: env.EXTERNAL_AUTH_AUDIENCE?.[0],
    }),
  };
  const missing = Object.entries(needed)
    .filter(([, value]) => value === undefined)
    .map(([name]) => ({ name, problem: 'must be set where USE_EXTERNAL_AUTH is true; it has no default' }));
  return [...missing, ...bearerFaults(env)];
}

/** Combinations under which a token would be taken for what nobody has checked, or nobody could say who it is. */
function bearerFaults(env: Environment): ConfigurationFault[] {
  const introspects = env.EXTERNAL_AUTH_TOKEN_VALIDATION === 'introspect';
  const faults: (ConfigurationFault & { when: boolean })[] = [
    {
      when: introspects && env.EXTERNAL_AUTH_BEARER === 'access_token',
      name: 'EXTERNAL_AUTH_BEARER',
      problem: 'must be session where EXTERNAL_AUTH_TOKEN_VALIDATION is introspect',
    },
    {
      when: introspects && env.EXTERNAL_AUTH_ACCEPT_BEARER,
      name: 'EXTERNAL_AUTH_ACCEPT_BEARER',
      problem: 'must be false where EXTERNAL_AUTH_TOKEN_VALIDATION is introspect',
    },
    {
      when: env.EXTERNAL_AUTH_ACCEPT_BEARER && env.EXTERNAL_AUTH_ALLOWED_CLIENTS.length === 0,
      name: 'EXTERNAL_AUTH_ALLOWED_CLIENTS',
      problem: 'must name the applications where EXTERNAL_AUTH_ACCEPT_BEARER is true',
    },
    {
      when: env.EXTERNAL_AUTH_TOKEN_URL !== undefined && env.EXTERNAL_AUTH_CLIENT_ID === undefined,
      name: 'EXTERNAL_AUTH_CLIENT_ID',
      problem: 'must be set where EXTERNAL_AUTH_TOKEN_URL is',
    },
  ];
  return faults.filter(({ when }) => when).map(({ name, problem }) => ({ name, problem }));
}

/** @returns `null` where the external API is not, or not fully, described */
export function externalAuthOf(env: Environment): ExternalAuthSettings | null {
  const {
    EXTERNAL_AUTH_API_URL: api,
    EXTERNAL_AUTH_JWKS_URL: jwks = null,
    EXTERNAL_AUTH_TENANT_ID: tenantId = null,
    EXTERNAL_AUTH_ISSUER: issuers = [],
    EXTERNAL_AUTH_AUDIENCE: audiences = [],
    EXTERNAL_AUTH_TOKEN_VALIDATION: tokenValidation,
  } = env;
  if (!api) return null;
  const keysDescribed = jwks && tenantId && issuers.length > 0 && audiences.length > 0;
  if (tokenValidation === 'jwks' && !keysDescribed) return null;
  const at = (path: string) => api.replace(/\/+$/, '') + path;
  return {
    urls: {
      login: at(env.EXTERNAL_AUTH_ENDPOINT),
      refresh: at(env.EXTERNAL_AUTH_REFRESH_ENDPOINT),
      validate: at(env.EXTERNAL_AUTH_VALIDATE_ENDPOINT),
      userInfo: at(env.EXTERNAL_AUTH_USERINFO_ENDPOINT),
      logout: at(env.EXTERNAL_AUTH_LOGOUT_ENDPOINT),
      jwks,
      token: env.EXTERNAL_AUTH_TOKEN_URL ?? null,
    },
    timeout: env.EXTERNAL_AUTH_TIMEOUT,
    circuit: { failures: env.EXTERNAL_AUTH_CIRCUIT_FAILURES, reset: env.EXTERNAL_AUTH_CIRCUIT_RESET },
    issuers,
    audiences,
    tenantId,
    clientId: env.EXTERNAL_AUTH_CLIENT_ID ?? null,
    clientSecret: env.EXTERNAL_AUTH_CLIENT_SECRET ?? null,
    clientSecretExpires: env.EXTERNAL_AUTH_CLIENT_SECRET_EXPIRES ?? null,
    tokenValidation,
    bearer: env.EXTERNAL_AUTH_BEARER ?? (tokenValidation === 'introspect' ? 'session' : 'access_token'),
    acceptBearer: env.EXTERNAL_AUTH_ACCEPT_BEARER,
    allowedClients: env.EXTERNAL_AUTH_ALLOWED_CLIENTS,
    usernameDomain: env.EXTERNAL_AUTH_USERNAME_DOMAIN ?? null,
    usernameSource: env.EXTERNAL_AUTH_USERNAME_SOURCE,
    provision: env.EXTERNAL_AUTH_PROVISION,
    fallback: env.EXTERNAL_AUTH_FALLBACK,
    refreshRepeat: env.EXTERNAL_AUTH_REFRESH_REPEAT,
    probeInterval: env.EXTERNAL_AUTH_PROBE_INTERVAL,
  };
}
