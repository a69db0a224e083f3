import { randomBytes } from 'node:crypto';
import { ConfigurationError } from '../configuration-error';
import { loadSettings } from '../load-settings';

export const newKey = () => randomBytes(32).toString('base64');

export const SECRETS = {
  LOCAL_JWT_SECRET: newKey(),
  TOKEN_ENCRYPTION_KEYS: `k1:${newKey()}`,
  AUDIT_KEYS: `a1:${newKey()}`,
};

export const EXTERNAL = {
  USE_EXTERNAL_AUTH: 'true',
  EXTERNAL_AUTH_API_URL: 'https://auth.example.org/',
  EXTERNAL_AUTH_JWKS_URL: 'https://auth.example.org/keys',
  EXTERNAL_AUTH_TENANT_ID: '11111111-2222-3333-4444-555555555555',
  EXTERNAL_AUTH_ISSUER: 'https://sts.example.org/v1/, https://sts.example.org/v2.0',
  EXTERNAL_AUTH_AUDIENCE: 'api://portal',
};

/** Complete: a start with it alone would serve people. */
export const PRODUCTION = {
  ...SECRETS,
  ...EXTERNAL,
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://portal.example.org',
};

/** The names of the settings that a configuration is refused for. */
export function faultsOf(variables: Record<string, string>): string[] {
  return messagesOf(variables).map(({ name }) => name);
}

export function messagesOf(variables: Record<string, string>) {
  try {
    loadSettings(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}
