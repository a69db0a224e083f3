import { dirname, join } from 'node:path';
import { ConfigurationError, type ConfigurationFault } from './configuration-error';
import { environment, type Environment } from './environment';
import { externalAuthFaults, externalAuthOf } from './external-auth-environment';
import { keptSecrets } from './kept-secrets';
import { exceptions, productionFaults, unsafeSettings } from './production-faults';
import { optionFaults } from './runtime-faults';
import { permissionsOf, type Variables, withSecretsFromFiles } from './secret-files';
import { isLoopbackUrl } from './setting-types';
import { isSecretName } from './secret-settings';
import type { Settings } from './settings';

export interface LoadOptions {
  /** Where secrets are generated and kept when none are set; beside the embedded database where it says nothing. */
  secretsFile?: string;
  /** A file that some of the variables were read from. */
  localFile?: string;
  /** Options that Node.js was started with. */
  commandLine?: string;
}

/**
 * Turns an environment into {@link Settings}. Reads nothing but its arguments, the files that they name and, outside
 * production, the file of generated secrets.
 *
 * @throws ConfigurationError naming every fault at once, never a value.
 */
export function loadSettings(variables: Variables, options: LoadOptions = {}): Settings {
  const { variables: given, faults: fileFaults } = withSecretsFromFiles(variables);
  const set = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== ''),
  );
  const { env, faults: typeFaults } = parsed(set);
  const isProduction = env.NODE_ENV === 'production';
  const unsafe = [
    ...unsafeSettings(env, set),
    ...optionFaults('the command line of Node.js', options.commandLine ?? ''),
    ...localFileFaults(options.localFile),
  ];
  const unread = new Set([...fileFaults, ...typeFaults].map(({ name }) => name.replace(/_FILE$/, '')));
  const ruleFaults = [
    ...externalAuthFaults(env),
    ...sessionFaults(env),
    ...tracingFaults(env),
    ...(isProduction ? [...productionFaults(env), ...unsafe] : []),
  ].filter(({ name }) => !unread.has(name));
  const faults = [...fileFaults, ...noSecretFaults(variables), ...typeFaults, ...ruleFaults];
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
    cautions: [...exceptions(env), ...(isProduction ? [] : unsafe)],
  };
}

/** A setting that is taken from no file would be left out without a word. */
const noSecretFaults = (variables: Variables): ConfigurationFault[] =>
  Object.keys(environment.shape)
    .filter((name) => !isSecretName(name) && variables[`${name}_FILE`])
    .map((name) => ({
      name: `${name}_FILE`,
      problem: `is not understood: ${name} is no secret, set it itself`,
    }));

/** What can be read; a setting that cannot has its default here, so that the faults of all others are found too. */
export function parsed(set: Variables): { env: Environment; faults: ConfigurationFault[] } {
  const result = environment.safeParse(set);
  if (result.success) return { env: result.data, faults: [] };
  const faults = result.error.issues.map(({ path, message }) => ({ name: path.join('.'), problem: message }));
  const wrong = new Set(faults.map(({ name }) => name));
  const rest = Object.fromEntries(Object.entries(set).filter(([name]) => !wrong.has(name)));
  return { env: environment.parse(rest), faults };
}

/** It may hold secrets, and decides where passwords go. */
function localFileFaults(file: string | undefined): ConfigurationFault[] {
  const permissions = file === undefined ? null : permissionsOf(file);
  if (file === undefined || !permissions?.openToAll) return [];
  return [
    { name: file, problem: `is open to everybody on this machine (mode ${permissions.mode}); chmod 600 it` },
  ];
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

/** Where secrets are generated and kept when none are set. */
export function besideEmbeddedDatabase({ DATABASE_URL: connection }: Environment): string {
  const onDisk = connection.engine === 'sqlite' && connection.path !== ':memory:';
  return join(onDisk ? dirname(connection.path) : 'data', 'secrets.env');
}
