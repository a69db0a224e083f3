import { type AuthMode, PROBLEMS, READINESS, STAGES } from '@cutover/contracts';
import { AUDIT_ACTIONS } from '../audit/audit-trail';

export const MODES: readonly AuthMode[] = ['local', 'external'];

/** Queues with an end: calls of the external API, passwords to be hashed. */
export const QUEUES = ['external_auth', 'password'] as const;

export const CONNECTION_STATES = ['in_use', 'idle'] as const;

/** What `/health` tells of (apps/api/health). */
export const COMPONENTS = ['database', 'external_auth_api', 'token_refresh', 'jwks', 'rollout'] as const;

export const SCHEMA_STATES = ['current', 'pending', 'ahead', 'unknown'] as const;

const OPERATIONS = ['login', 'refresh', 'validate', 'userInfo', 'logout', 'jwks'];
const CIRCUIT_STATES = ['closed', 'open', 'half-open'];
const REFRESH_OUTCOMES = [
  'refreshed',
  'superseded',
  'failed',
  'in_doubt',
  'grant_invalid',
  'account_disabled',
  'refresh_lost',
];
const BEARER_KINDS = ['local', 'session', 'provider', 'foreign'];
const VERDICTS = ['healthy', 'inconclusive', 'failing'];
const GUARDRAIL_ACTIONS = ['back', 'hold'];
const LIMITS = ['account', 'address', 'device', 'break_glass'];

/**
 * Every label, by metric (without its prefix), with every value that it may take: nothing that somebody else wrote, and
 * so no more series than these make.
 */
export const LABELS: Record<string, Record<string, readonly string[]>> = {
  sign_in_attempts_total: {
    mode: MODES,
    outcome: ['success', 'refused', 'fault'],
    code: ['none', ...Object.keys(PROBLEMS)],
  },
  sign_in_duration_seconds: { mode: MODES, outcome: ['success', 'refused', 'fault'] },
  guardrail_verdicts_total: { verdict: VERDICTS },
  guardrail_actions_total: { action: GUARDRAIL_ACTIONS },
  external_auth_requests_total: {
    operation: OPERATIONS,
    outcome: ['1xx', '2xx', '3xx', '4xx', '5xx', 'unavailable', 'not_understood'],
  },
  external_auth_request_duration_seconds: {
    operation: OPERATIONS,
    outcome: ['1xx', '2xx', '3xx', '4xx', '5xx', 'unavailable', 'not_understood'],
  },
  external_auth_retries_total: { operation: OPERATIONS },
  external_auth_circuit_state: { state: CIRCUIT_STATES },
  external_auth_circuit_changes_total: { state: CIRCUIT_STATES },
  token_refresh_total: { outcome: REFRESH_OUTCOMES },
  bearer_validations_total: { kind: BEARER_KINDS, outcome: ['verified', 'cached', 'refused'] },
  rate_limited_total: { by: LIMITS },
  audit_entries_total: { action: [...AUDIT_ACTIONS, 'unknown'] },
  sessions_active: { mode: MODES },
  rollout_stage: { stage: STAGES },
  rollout_users: { readiness: READINESS },
  queue_running: { queue: QUEUES },
  queue_waiting: { queue: QUEUES },
  queue_capacity: { queue: QUEUES },
  database_connections: { state: CONNECTION_STATES },
  database_schema: { state: SCHEMA_STATES },
  health: { component: COMPONENTS },
};

/** Series that are there before anything was counted, for a rate sees no first value. */
export const STARTING_SERIES: Record<string, Record<string, string>[]> = {
  sign_in_attempts_total: MODES.map((mode) => ({ mode, outcome: 'success', code: 'none' })),
  external_auth_requests_total: OPERATIONS.flatMap((operation) =>
    ['2xx', '4xx', '5xx', 'unavailable', 'not_understood'].map((outcome) => ({ operation, outcome })),
  ),
  external_auth_retries_total: OPERATIONS.map((operation) => ({ operation })),
  external_auth_circuit_changes_total: CIRCUIT_STATES.map((state) => ({ state })),
  token_refresh_total: REFRESH_OUTCOMES.map((outcome) => ({ outcome })),
  guardrail_verdicts_total: VERDICTS.map((verdict) => ({ verdict })),
  guardrail_actions_total: GUARDRAIL_ACTIONS.map((action) => ({ action })),
  rate_limited_total: LIMITS.map((by) => ({ by })),
};
