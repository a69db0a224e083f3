import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ScrapedGauge } from './scraped-gauge';

/** Whose token it is: ours of a local or an external session, the provider's of a session, or another application's. */
export type BearerKind = 'local' | 'session' | 'provider' | 'foreign';
type BearerOutcome = 'verified' | 'cached' | 'refused';

/** Seconds; from a local answer to a provider that is about to time out. */
const UPSTREAM_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Every metric of this product, by its name (design section 8). Labels take a fixed, small set of values: never a
 * user, an address or a text that somebody else wrote.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly signInAttempts = this.counter(
    'sign_in_attempts_total',
    'Sign-ins that a side was asked about, by the side that answered.',
    ['mode', 'outcome', 'code'],
  );
  readonly signInDuration = new Histogram({
    name: 'cutover_sign_in_duration_seconds',
    help: 'How long sign-ins took, without the making of the session.',
    labelNames: ['mode', 'outcome'],
    buckets: UPSTREAM_BUCKETS,
    registers: [this.registry],
  });
  readonly guardrailVerdicts = this.counter(
    'guardrail_verdicts_total',
    'Verdicts of the guardrail that this process came to.',
    ['verdict'],
  );
  readonly externalRequests = this.counter(
    'external_auth_requests_total',
    'Calls of the external API that were sent.',
    ['operation', 'outcome'],
  );
  readonly externalRequestDuration = new Histogram({
    name: 'cutover_external_auth_request_duration_seconds',
    help: 'How long calls of the external API took.',
    labelNames: ['operation', 'outcome'],
    buckets: UPSTREAM_BUCKETS,
    registers: [this.registry],
  });
  readonly externalRetries = this.counter(
    'external_auth_retries_total',
    'Calls of the external API that were repeated.',
    ['operation'],
  );
  readonly circuitState = this.gauge(
    'external_auth_circuit_state',
    '1 for the state that the circuit of the external API is in.',
    ['state'],
  );
  readonly circuitChanges = this.counter(
    'external_auth_circuit_changes_total',
    'Changes of the circuit of the external API, by the state that was entered.',
    ['state'],
  );
  readonly tokenRefreshes = this.counter('token_refresh_total', 'Refreshes of provider tokens.', ['outcome']);
  readonly tokenRefreshDue = this.gauge(
    'token_refresh_due',
    'Provider tokens that are due for a refresh.',
    [],
  );
  readonly tokenRefreshLag = this.gauge(
    'token_refresh_lag_seconds',
    'How long the token that is due longest has been due.',
    [],
  );
  private readonly bearerValidations = this.counter(
    'bearer_validations_total',
    'Bearer tokens that were checked.',
    ['kind', 'outcome'],
  );
  private readonly bearerCounters: Record<BearerKind, Partial<Record<BearerOutcome, Counter.Internal>>> = {
    local: {},
    session: {},
    provider: {},
    foreign: {},
  };
  readonly jwksAge = new ScrapedGauge(
    'cutover_jwks_age_seconds',
    'Since the provider’s keys were last fetched.',
    this.registry,
  );
  readonly fallbackSignIns = this.counter(
    'fallback_sign_ins_total',
    'Sign-ins that the local side served because the external one was down.',
    [],
  );
  readonly breakGlassSignIns = this.counter(
    'break_glass_sign_ins_total',
    'Sign-ins with a break-glass account: each wants a person to know why.',
    [],
  );
  readonly breakGlassRefusals = this.counter(
    'break_glass_refusals_total',
    'Attempts at a break-glass account that were checked and refused.',
    [],
  );
  readonly rateLimited = this.counter('rate_limited_total', 'Attempts that were refused by a rate limit.', [
    'by',
  ]);

  readonly auditEntries = this.counter(
    'audit_entries_total',
    'Entries of the audit trail that this process sealed, whichever process wrote them.',
    ['action'],
  );
  readonly auditUnsealed = this.gauge(
    'audit_unsealed_entries',
    'Entries of the audit trail that wait for their seal.',
    [],
  );
  readonly auditUnsealedAge = this.gauge(
    'audit_unsealed_age_seconds',
    'How long the entry that waits longest for its seal has waited.',
    [],
  );
  readonly auditHead = this.gauge('audit_head_sequence', 'Number of the last seal of the audit trail.', []);
  readonly auditChainBroken = this.gauge(
    'audit_chain_broken',
    '1 since the chain of the audit trail was found broken, until somebody acknowledges it.',
    [],
  );
  readonly auditChainBreaks = this.counter(
    'audit_chain_breaks_total',
    'Times that this process found the end of the audit trail other than it was left.',
    [],
  );

  /** Stands on the path of every request: which counter it is, is looked up once. */
  countBearer(kind: BearerKind, outcome: BearerOutcome): void {
    (this.bearerCounters[kind][outcome] ??= this.bearerValidations.labels({ kind, outcome })).inc();
  }

  private counter<T extends string>(name: string, help: string, labelNames: T[]): Counter<T> {
    return new Counter({ name: `cutover_${name}`, help, labelNames, registers: [this.registry] });
  }

  private gauge<T extends string>(name: string, help: string, labelNames: T[]): Gauge<T> {
    return new Gauge({ name: `cutover_${name}`, help, labelNames, registers: [this.registry] });
  }
}
