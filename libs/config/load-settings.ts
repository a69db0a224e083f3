import { dirname, join } from 'node:path';
import { STAND_IN_TENANT_ID } from '@cutover/contracts';
import { ConfigurationError, type ConfigurationFault } from './configuration-error';
import { environment, type Environment } from './environment';
import { keptSecrets } from './kept-secrets';
import type { ExternalAuthSettings, Settings } from './settings';

export interface LoadOptions {
  /** Where secrets are generated and kept when none are set; beside the embedded database where it says nothing. */
  secretsFile?: string;
}

/**
 * Turns an environment into {@link Settings}. Reads nothing but its argument and, outside production, the
 * file of generated secrets.
 *
 * @throws ConfigurationError naming every fault at once, never a value.
 */
export function loadSettings(
  variables: Record<string, string | undefined>,
  options: LoadOptions = {},
): Settings {
  const set = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues.map((issue) => ({ name: issue.path.join('.'), problem: issue.message })),
    );
  }
  const env = parsed.data;
  const faults = [
    ...externalAuthFaults(env),
    ...sessionFaults(env),
    ...(env.NODE_ENV === 'production' ? productionFaults(env) : []),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);

  return {
    nodeEnv: env.NODE_ENV,
    logLevel: env.LOG_LEVEL,
    http: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
      trustProxy: env.TRUST_PROXY,
      metricsToken: env.METRICS_TOKEN ?? null,
      organisationName: env.ORGANISATION_NAME,
    },
    database: { connection: env.DATABASE_URL, migrateOnStart: env.DATABASE_MIGRATE },
    secrets: secretsOf(env, options.secretsFile),
    session: {
      idleTimeout: env.SESSION_IDLE_TIMEOUT,
      absoluteTimeout: env.SESSION_ABSOLUTE_TIMEOUT,
      replayGrace: env.SESSION_REPLAY_GRACE,
      tokenRefreshBuffer: env.TOKEN_REFRESH_BUFFER,
    },
    useExternalAuth: env.USE_EXTERNAL_AUTH,
    externalAuth: externalAuthOf(env),
  };
}

function externalAuthFaults(env: Environment): ConfigurationFault[] {
  if (!env.USE_EXTERNAL_AUTH) return [];
  const needed = {
    EXTERNAL_AUTH_API_URL: env.EXTERNAL_AUTH_API_URL,
    EXTERNAL_AUTH_JWKS_URL: env.EXTERNAL_AUTH_JWKS_URL,
    EXTERNAL_AUTH_TENANT_ID: env.EXTERNAL_AUTH_TENANT_ID,
    EXTERNAL_AUTH_ISSUER: env.EXTERNAL_AUTH_ISSUER?.[0],
    EXTERNAL_AUTH_AUDIENCE: env.EXTERNAL_AUTH_AUDIENCE?.[0],
  };
  return Object.entries(needed)
    .filter(([, value]) => value === undefined)
    .map(([name]) => ({ name, problem: 'must be set where USE_EXTERNAL_AUTH is true; it has no default' }));
}

function sessionFaults(env: Environment): ConfigurationFault[] {
  if (env.SESSION_IDLE_TIMEOUT <= env.SESSION_ABSOLUTE_TIMEOUT) return [];
  return [{ name: 'SESSION_IDLE_TIMEOUT', problem: 'must not exceed SESSION_ABSOLUTE_TIMEOUT' }];
}

function productionFaults(env: Environment): ConfigurationFault[] {
  const urls = {
    PUBLIC_URL: env.PUBLIC_URL,
    EXTERNAL_AUTH_API_URL: env.EXTERNAL_AUTH_API_URL,
    EXTERNAL_AUTH_JWKS_URL: env.EXTERNAL_AUTH_JWKS_URL,
  };
  const faults = Object.entries(urls)
    .filter(([, url]) => url?.startsWith('http:'))
    .map(([name]) => ({ name, problem: 'must be https in production' }));
  const needed = {
    PUBLIC_URL: env.PUBLIC_URL,
    LOCAL_JWT_SECRET: env.LOCAL_JWT_SECRET,
    TOKEN_ENCRYPTION_KEYS: env.TOKEN_ENCRYPTION_KEYS,
  };
  for (const [name, value] of Object.entries(needed)) {
    if (value === undefined) faults.push({ name, problem: 'must be set in production' });
  }
  if (env.EXTERNAL_AUTH_TENANT_ID === STAND_IN_TENANT_ID) {
    faults.push({
      name: 'EXTERNAL_AUTH_TENANT_ID',
      problem: 'names the development stand-in, which production refuses',
    });
  }
  return faults;
}

function externalAuthOf(env: Environment): ExternalAuthSettings | null {
  const { EXTERNAL_AUTH_API_URL: api, EXTERNAL_AUTH_JWKS_URL: jwks, EXTERNAL_AUTH_TENANT_ID: tenantId } = env;
  if (!api || !jwks || !tenantId || !env.EXTERNAL_AUTH_ISSUER?.length || !env.EXTERNAL_AUTH_AUDIENCE?.length)
    return null;
  const at = (path: string) => api.replace(/\/+$/, '') + path;
  return {
    urls: {
      login: at(env.EXTERNAL_AUTH_ENDPOINT),
      refresh: at(env.EXTERNAL_AUTH_REFRESH_ENDPOINT),
      validate: at(env.EXTERNAL_AUTH_VALIDATE_ENDPOINT),
      userInfo: at(env.EXTERNAL_AUTH_USERINFO_ENDPOINT),
      logout: at(env.EXTERNAL_AUTH_LOGOUT_ENDPOINT),
      jwks,
    },
    timeout: env.EXTERNAL_AUTH_TIMEOUT,
    circuit: { failures: env.EXTERNAL_AUTH_CIRCUIT_FAILURES, reset: env.EXTERNAL_AUTH_CIRCUIT_RESET },
    issuers: env.EXTERNAL_AUTH_ISSUER,
    audiences: env.EXTERNAL_AUTH_AUDIENCE,
    tenantId,
    clientId: env.EXTERNAL_AUTH_CLIENT_ID ?? null,
    usernameDomain: env.EXTERNAL_AUTH_USERNAME_DOMAIN ?? null,
    usernameSource: env.EXTERNAL_AUTH_USERNAME_SOURCE,
    provision: env.EXTERNAL_AUTH_PROVISION,
    probeInterval: env.EXTERNAL_AUTH_PROBE_INTERVAL,
  };
}

function secretsOf(env: Environment, secretsFile = besideEmbeddedDatabase(env)): Settings['secrets'] {
  const { LOCAL_JWT_SECRET: localJwtSecrets, TOKEN_ENCRYPTION_KEYS: tokenEncryptionKeys } = env;
  if (localJwtSecrets && tokenEncryptionKeys) return { localJwtSecrets, tokenEncryptionKeys, keptIn: null };
  const kept = environment
    .pick({ LOCAL_JWT_SECRET: true, TOKEN_ENCRYPTION_KEYS: true })
    .required()
    .parse(keptSecrets(secretsFile));
  return {
    localJwtSecrets: localJwtSecrets ?? kept.LOCAL_JWT_SECRET,
    tokenEncryptionKeys: tokenEncryptionKeys ?? kept.TOKEN_ENCRYPTION_KEYS,
    keptIn: secretsFile,
  };
}

function besideEmbeddedDatabase({ DATABASE_URL: connection }: Environment): string {
  const onDisk = connection.engine === 'sqlite' && connection.path !== ':memory:';
  return join(onDisk ? dirname(connection.path) : 'data', 'secrets.env');
}
