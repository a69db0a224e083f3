import type { Environment } from './environment';

/**
 * Settings that mean nothing any more once the clean-up was made: the fallback, the shadow checks and the guardrail all
 * need a local side. `LOCAL_JWT_SECRET` is none of them (break-glass sessions, device cookies), nor is
 * `USE_EXTERNAL_AUTH`: switched off, it now keeps everybody out but break-glass accounts.
 */
export const DEAD_AFTER_CLEANUP = [
  'EXTERNAL_AUTH_FALLBACK',
  'SHADOW_RATE',
  'GUARDRAIL_INTERVAL',
  'GUARDRAIL_WINDOW',
  'GUARDRAIL_MIN_USERS',
  'GUARDRAIL_FAILURES',
] as const satisfies readonly (keyof Environment)[];
