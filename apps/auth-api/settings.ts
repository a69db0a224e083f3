import { z } from 'zod';

/** sysexits.h, EX_CONFIG. */
export const EXIT_CONFIGURATION = 78;

/** A configuration that this program refuses, in one sentence. */
export class SettingsRefused extends Error {}

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'expects a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expects ${least} to ${most}`);

const environment = z.object({
  AUTH_API_PORT: whole(0, 65_535).default(4010),
  AUTH_API_HOST: z
    .literal('127.0.0.1', 'expects 127.0.0.1: the stand-in serves this machine only')
    .optional(),
  AUTH_API_TLS_CERT: z.string().optional(),
  AUTH_API_TLS_KEY: z.string().optional(),
  AUTH_API_TOKEN_LIFETIME: whole(1, 86_400).default(3600),
});

export interface StandInSettings {
  host: '127.0.0.1';
  /** 0 takes any free port. */
  port: number;
  /** PEM files; together they make the stand-in speak https. */
  tls: { certFile: string; keyFile: string } | null;
  /** Seconds that an access token and an ID token live. */
  tokenLifetime: number;
}

/** @throws SettingsRefused in one sentence; never serves where NODE_ENV is production. */
export function readSettings(variables: NodeJS.Dict<string>): StandInSettings {
  if (variables['NODE_ENV'] === 'production') {
    throw new SettingsRefused(
      'auth-api is a stand-in for development and tests and does not start with NODE_ENV=production.',
    );
  }
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new SettingsRefused(`auth-api cannot use its configuration: ${faults.join('; ')}.`);
  }
  const { AUTH_API_TLS_CERT: certFile, AUTH_API_TLS_KEY: keyFile } = parsed.data;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new SettingsRefused('auth-api needs both AUTH_API_TLS_CERT and AUTH_API_TLS_KEY, or neither.');
  }
  return {
    host: '127.0.0.1',
    port: parsed.data.AUTH_API_PORT,
    tls: certFile && keyFile ? { certFile, keyFile } : null,
    tokenLifetime: parsed.data.AUTH_API_TOKEN_LIFETIME,
  };
}
