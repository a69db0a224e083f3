import { dirname, join } from 'node:path';
import { STAND_IN_TENANT_ID } from '@cutover/contracts';
import { ConfigurationError, type ConfigurationFault } from './configuration-error';
import { environment, type Environment } from './environment';
import { externalAuthFaults, externalAuthOf } from './external-auth-environment';
import { keptSecrets } from './kept-secrets';
import { isLoopbackUrl } from './setting-types';
import type { Settings } from './settings';

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
    ...tracingFaults(env),
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
    tracing: tracingOf(env),
    database: { connection: env.DATABASE_URL, migrateOnStart: env.DATABASE_MIGRATE },
    secrets: secretsOf(env, options.secretsFile),
    session: {
      idleTimeout: env.SESSION_IDLE_TIMEOUT,
      absoluteTimeout: env.SESSION_ABSOLUTE_TIMEOUT,
      replayGrace: env.SESSION_REPLAY_GRACE,
      tokenRefreshBuffer: env.TOKEN_REFRESH_BUFFER,
      tokenRefreshInterval: env.TOKEN_REFRESH_INTERVAL,
    },
    rateLimits: {
      perAccount: env.RATE_LIMIT_SIGN_IN_PER_ACCOUNT,
      perAccountHour: env.RATE_LIMIT_SIGN_IN_PER_ACCOUNT_HOUR,
      perAddress: env.RATE_LIMIT_SIGN_IN_PER_ADDRESS,
    },
    shadowRate: env.SHADOW_RATE,
    guardrails: {
      interval: env.GUARDRAIL_INTERVAL,
      window: env.GUARDRAIL_WINDOW,
      minUsers: env.GUARDRAIL_MIN_USERS,
      failures: env.GUARDRAIL_FAILURES,
    },
    useExternalAuth: env.USE_EXTERNAL_AUTH,
    externalAuth: externalAuthOf(env),
    given: Object.keys(set).filter((name) => name in environment.shape),
  };
}

function sessionFaults(env: Environment): ConfigurationFault[] {
  if (env.SESSION_IDLE_TIMEOUT <= env.SESSION_ABSOLUTE_TIMEOUT) return [];
  return [{ name: 'SESSION_IDLE_TIMEOUT', problem: 'must not exceed SESSION_ABSOLUTE_TIMEOUT' }];
}

function tracingOf(env: Environment): Settings['tracing'] {
  if (env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null;
  return {
    url: `${env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`,
    headers: env.OTEL_EXPORTER_OTLP_HEADERS,
    serviceName: env.OTEL_SERVICE_NAME,
  };
}

/** A key of the collector's crosses no network in clear. */
function tracingFaults(env: Environment): ConfigurationFault[] {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint?.startsWith('http:') || isLoopbackUrl(endpoint)) return [];
  if (Object.keys(env.OTEL_EXPORTER_OTLP_HEADERS).length === 0) return [];
  return [{ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', problem: 'must be https where headers are sent along' }];
}

function productionFaults(env: Environment): ConfigurationFault[] {
  const urls = {
    PUBLIC_URL: env.PUBLIC_URL,
    EXTERNAL_AUTH_API_URL: env.EXTERNAL_AUTH_API_URL,
    EXTERNAL_AUTH_JWKS_URL: env.EXTERNAL_AUTH_JWKS_URL,
    EXTERNAL_AUTH_TOKEN_URL: env.EXTERNAL_AUTH_TOKEN_URL,
  };
  const faults = Object.entries(urls)
    .filter(([, url]) => url?.startsWith('http:'))
    .map(([name]) => ({ name, problem: 'must be https in production' }));
  const needed = {
    PUBLIC_URL: env.PUBLIC_URL,
    LOCAL_JWT_SECRET: env.LOCAL_JWT_SECRET,
    TOKEN_ENCRYPTION_KEYS: env.TOKEN_ENCRYPTION_KEYS,
    AUDIT_KEYS: env.AUDIT_KEYS,
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

function secretsOf(env: Environment, secretsFile = besideEmbeddedDatabase(env)): Settings['secrets'] {
  const {
    LOCAL_JWT_SECRET: localJwtSecrets,
    TOKEN_ENCRYPTION_KEYS: tokenEncryptionKeys,
    AUDIT_KEYS: auditKeys,
  } = env;
  const backupKey = env.BACKUP_KEY ?? null;
  if (localJwtSecrets && tokenEncryptionKeys && auditKeys)
    return { localJwtSecrets, tokenEncryptionKeys, auditKeys, backupKey, keptIn: null };
  const kept = environment
    .pick({ LOCAL_JWT_SECRET: true, TOKEN_ENCRYPTION_KEYS: true, AUDIT_KEYS: true, BACKUP_KEY: true })
    .required()
    .parse(keptSecrets(secretsFile));
  return {
    localJwtSecrets: localJwtSecrets ?? kept.LOCAL_JWT_SECRET,
    tokenEncryptionKeys: tokenEncryptionKeys ?? kept.TOKEN_ENCRYPTION_KEYS,
    auditKeys: auditKeys ?? kept.AUDIT_KEYS,
    backupKey: backupKey ?? kept.BACKUP_KEY,
    keptIn: secretsFile,
  };
}

function besideEmbeddedDatabase({ DATABASE_URL: connection }: Environment): string {
  const onDisk = connection.engine === 'sqlite' && connection.path !== ':memory:';
  return join(onDisk ? dirname(connection.path) : 'data', 'secrets.env');
}
