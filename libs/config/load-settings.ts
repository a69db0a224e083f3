import { ConfigurationError, type ConfigurationFault } from './configuration-error';
import { environment, type Environment } from './environment';
import { externalAuthFaults, externalAuthOf } from './external-auth-environment';
import { keptSecrets, keptSecretsPath } from './secrets/kept-secrets';
import { parseEnvironment, withoutEmpty } from './parse-environment';
import { exceptions, localFileFaults, productionFaults, unsafeSettings } from './production-faults';
import { optionFaults } from './runtime-faults';
import { type Variables, withSecretsFromFiles } from './secrets/secret-files';
import { isLoopbackUrl } from './setting-types';
import { isSecretName } from './secrets/secret-settings';
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
  const set = withoutEmpty(given);
  const { env, faults: typeFaults } = parseEnvironment(set);
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
      apiDocs: (env.API_DOCS ?? (env.NODE_ENV === 'production' ? 'off' : 'on')) === 'on',
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

function secretsOf(env: Environment, secretsFile = keptSecretsPath(env.DATABASE_URL)): Settings['secrets'] {
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
