import { z } from 'zod';
import { LOG_LEVELS } from './settings';
import {
  backupKey,
  baseUrl,
  collectorUrl,
  databaseUrl,
  date,
  encryptionKeys,
  flag,
  headers,
  jwtSecrets,
  list,
  networks,
  origin,
  path,
  webUrl,
  whole,
} from './setting-types';

const DAY = 86_400;

/** The environment as it is written: names, types and defaults. `.env.example` explains each one. */
export const environment = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'expects development, test or production')
    .default('development'),
  LOG_LEVEL: z.enum(LOG_LEVELS, `expects one of ${LOG_LEVELS.join(', ')}`).default('info'),

  HOST: z.string().default('127.0.0.1'),
  PORT: whole('(a port)', 0, 65_535).default(3000),
  PUBLIC_URL: origin.optional(),
  TRUST_PROXY: networks.default([]),
  METRICS_TOKEN: z.string().min(16, 'expects at least 16 characters').optional(),
  API_DOCS: z.enum(['on', 'off'], 'expects on or off').optional(),
  ORGANISATION_NAME: z.string().max(80, 'expects at most 80 characters').default('Cutover'),

  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headers.default({}),
  OTEL_SERVICE_NAME: z.string().default('cutover'),

  DATABASE_URL: databaseUrl.default({ engine: 'sqlite', path: 'data/cutover.sqlite' }),
  DATABASE_ALLOW_PLAINTEXT: flag.default(false),
  DATABASE_MIGRATE: flag.default(false),

  LOCAL_JWT_SECRET: jwtSecrets.optional(),
  TOKEN_ENCRYPTION_KEYS: encryptionKeys.optional(),
  AUDIT_KEYS: encryptionKeys.optional(),
  BACKUP_KEY: backupKey.optional(),

  SESSION_IDLE_TIMEOUT: whole('seconds', 60, 30 * DAY).default(1800),
  SESSION_ABSOLUTE_TIMEOUT: whole('seconds', 60, 90 * DAY).default(43_200),
  SESSION_REPLAY_GRACE: whole('seconds', 0, 300).default(10),
  TOKEN_REFRESH_BUFFER: whole('seconds', 0, 3600).default(300),
  TOKEN_REFRESH_INTERVAL: whole('seconds', 1, 3600).default(15),

  RATE_LIMIT_SIGN_IN_PER_ACCOUNT: whole('attempts a minute', 0, 100_000).default(5),
  RATE_LIMIT_SIGN_IN_PER_ACCOUNT_HOUR: whole('failures an hour', 0, 100).default(9),
  RATE_LIMIT_SIGN_IN_PER_ADDRESS: whole('attempts a minute', 0, 100_000).default(60),

  SHADOW_RATE: whole('checks a second', 1, 1000).default(1),
  GUARDRAIL_INTERVAL: whole('seconds', 1, 3600).default(60),
  GUARDRAIL_WINDOW: whole('seconds', 10, DAY).default(900),
  GUARDRAIL_MIN_USERS: whole('people', 1, 100_000).default(20),
  GUARDRAIL_FAILURES: whole('verdicts running', 1, 100).default(3),

  USE_EXTERNAL_AUTH: flag.default(false),
  EXTERNAL_AUTH_API_URL: baseUrl.optional(),
  EXTERNAL_AUTH_ENDPOINT: path.default('/api/auth/login'),
  EXTERNAL_AUTH_REFRESH_ENDPOINT: path.default('/api/auth/refresh'),
  EXTERNAL_AUTH_VALIDATE_ENDPOINT: path.default('/api/auth/validate'),
  EXTERNAL_AUTH_USERINFO_ENDPOINT: path.default('/api/auth/me'),
  EXTERNAL_AUTH_LOGOUT_ENDPOINT: path.default('/api/auth/logout'),
  EXTERNAL_AUTH_JWKS_URL: webUrl.optional(),
  EXTERNAL_AUTH_TOKEN_URL: webUrl.optional(),
  EXTERNAL_AUTH_TIMEOUT: whole('milliseconds', 50, 120_000).default(5000),
  EXTERNAL_AUTH_TENANT_ID: z.guid('expects the tenant’s id, a GUID').optional(),
  EXTERNAL_AUTH_CLIENT_ID: z.string().optional(),
  EXTERNAL_AUTH_CLIENT_SECRET: z.string().optional(),
  EXTERNAL_AUTH_CLIENT_SECRET_EXPIRES: date.optional(),
  EXTERNAL_AUTH_ISSUER: list.optional(),
  EXTERNAL_AUTH_AUDIENCE: list.optional(),
  EXTERNAL_AUTH_TOKEN_VALIDATION: z
    .enum(['jwks', 'introspect'], 'expects jwks or introspect')
    .default('jwks'),
  EXTERNAL_AUTH_BEARER: z.enum(['access_token', 'session'], 'expects access_token or session').optional(),
  EXTERNAL_AUTH_ACCEPT_BEARER: flag.default(false),
  EXTERNAL_AUTH_ALLOWED_CLIENTS: list.default([]),
  EXTERNAL_AUTH_USERNAME_DOMAIN: z
    .string()
    .regex(/^[^@\s]+\.[^@\s]+$/, 'expects a domain like example.org, without @')
    .optional(),
  EXTERNAL_AUTH_USERNAME_SOURCE: z
    .enum(['typed', 'azure_email'], 'expects typed or azure_email')
    .default('typed'),
  EXTERNAL_AUTH_PROVISION: flag.default(false),
  EXTERNAL_AUTH_FALLBACK: z.enum(['none', 'local'], 'expects none or local').default('none'),
  EXTERNAL_AUTH_REFRESH_REPEAT: flag.default(true),
  EXTERNAL_AUTH_PROBE_INTERVAL: whole('seconds', 1, 3600).default(15),
  EXTERNAL_AUTH_CIRCUIT_FAILURES: whole('outages in a row', 1, 1000).default(5),
  EXTERNAL_AUTH_CIRCUIT_RESET: whole('seconds', 1, 3600).default(10),
});

export type Environment = z.output<typeof environment>;
