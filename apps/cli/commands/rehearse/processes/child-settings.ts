import { randomBytes } from 'node:crypto';
import type { Fallback } from '../rehearsal-options';

/** What the system needs to run a program; nothing of a deployment is among it. */
const OF_THE_SYSTEM = ['PATH', 'TMPDIR', 'TEMP', 'TZ', 'LANG', 'SystemRoot'];

export interface ChildSettings {
  /** For all programs. */
  common: Record<string, string>;
  /** What the report says of them: the settings that differ from the defaults and matter. */
  stated: Record<string, string>;
}

/**
 * Settings for the programs of a rehearsal, made from nothing: whatever this process was given, no address, key or
 * password of a deployment reaches them, and nobody's sign-in the real provider.
 */
export function childSettings(databaseUrl: string, fallback: Fallback): ChildSettings {
  const stated = {
    EXTERNAL_AUTH_FALLBACK: fallback,
    GUARDRAIL_INTERVAL: '1',
    GUARDRAIL_WINDOW: '20',
    GUARDRAIL_FAILURES: '3',
    SHADOW_RATE: '1000',
    EXTERNAL_AUTH_CIRCUIT_RESET: '1',
    // Everybody comes from this machine.
    RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '0',
    RATE_LIMIT_SIGN_IN_PER_ADDRESS: '0',
  };
  return {
    stated,
    common: {
      ...ofTheSystem(),
      NODE_ENV: 'development',
      LOG_LEVEL: 'info',
      DATABASE_URL: databaseUrl,
      LOCAL_JWT_SECRET: randomBytes(32).toString('hex'),
      TOKEN_ENCRYPTION_KEYS: key(),
      AUDIT_KEYS: key(),
      BACKUP_KEY: randomBytes(32).toString('base64'),
      EXTERNAL_AUTH_TIMEOUT: '5000',
      ...stated,
    },
  };
}

/**
 * What counts as enough evidence for the guardrail: fewer people than the default, as a quarter of a small sample is.
 *
 * @param sample people who really sign in, once they are drawn
 * @param testUsers those of them who are on the external side in every stage that reaches anybody
 */
export const minUsersFor = (sample: number, testUsers: number) =>
  Math.min(20, Math.max(1, testUsers, Math.floor(sample / 50)));

const key = () => `rehearsal:${randomBytes(32).toString('base64')}`;

export const ofTheSystem = () =>
  Object.fromEntries(OF_THE_SYSTEM.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
