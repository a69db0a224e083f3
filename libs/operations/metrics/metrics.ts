import { Injectable } from '@nestjs/common';
import { READINESS, STAGES } from '@cutover/contracts';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { COMPONENTS, CONNECTION_STATES, MODES, QUEUES, SCHEMA_STATES, STARTING_SERIES } from './labels';
import { ScrapedGauge } from './scraped-gauge';

/** Whose token it is: ours of a local or an external session, the provider's of a session, or another application's. */
export type BearerKind = 'local' | 'session' | 'provider' | 'foreign';
type BearerOutcome = 'verified' | 'cached' | 'refused';

const QUEUE_LABEL = { name: 'queue', values: QUEUES };

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
  readonly guardrailActions = this.counter(
    'guardrail_actions_total',
    'What this process’s verdicts led to: the stage before, or a hold.',
    ['action'],
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
  readonly jwksAge = this.scraped('jwks_age_seconds', 'Since the provider’s keys were last fetched.');
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

  readonly sessionsActive = this.scrapedBy(
    'sessions_active',
    'Sessions that hold now, by the side that signed the person in; the whole database’s.',
    { name: 'mode', values: MODES },
  );
  readonly rolloutStage = this.scrapedBy(
    'rollout_stage',
    '1 for the stage of the rollout that is in force.',
    {
      name: 'stage',
      values: STAGES,
    },
  );
  readonly rolloutPercent = this.scraped(
    'rollout_percent',
    'Share of people whom the stage in force sends to the external side: 0 before percent, 100 at all.',
  );
  readonly rolloutHold = this.scraped(
    'rollout_hold',
    '1 while a hold stops promotion until a person lifts it.',
  );
  readonly rolloutUsers = this.scrapedBy(
    'rollout_users',
    'People, by their readiness for the external side.',
    {
      name: 'readiness',
      values: READINESS,
    },
  );
  readonly queueRunning = this.scrapedBy('queue_running', 'What a bounded queue has in hand.', QUEUE_LABEL);
  readonly queueWaiting = this.scrapedBy('queue_waiting', 'What waits in a bounded queue.', QUEUE_LABEL);
  readonly queueCapacity = this.scrapedBy(
    'queue_capacity',
    'How much may wait in a bounded queue; more is answered service_busy.',
    QUEUE_LABEL,
  );
  readonly databaseConnections = this.scrapedBy(
    'database_connections',
    'Connections of this process’s pool.',
    {
      name: 'state',
      values: CONNECTION_STATES,
    },
  );
  readonly databaseConnectionsMost = this.scraped(
    'database_connections_max',
    'Connections that this process’s pool may open.',
  );
  readonly databaseWaiting = this.scraped(
    'database_waiting',
    'What waits for a connection of this process’s pool.',
  );

  readonly health = this.scrapedBy('health', 'Components of /health: 1 up, 0.5 degraded, 0 down.', {
    name: 'component',
    values: COMPONENTS,
  });
  readonly databaseSchema = this.scrapedBy(
    'database_schema',
    '1 for how the schema stands to the one that this version expects; unknown while the database is down.',
    { name: 'state', values: SCHEMA_STATES },
  );
  readonly certificateExpiry = this.scraped(
    'external_auth_certificate_expiry_timestamp_seconds',
    'When the first of the certificates ends that the external API’s hosts have shown.',
  );
  readonly clientSecretExpiry = this.scraped(
    'external_auth_client_secret_expiry_timestamp_seconds',
    'When our client secret over there ends, as the settings say.',
  );
  readonly refusedAccounts = this.scraped(
    'sign_in_refused_accounts',
    'Accounts with wrong passwords from an address in 15 minutes that did not get in from there.',
  );
  readonly refusedAddresses = this.scraped('sign_in_refused_addresses', 'Addresses that they came from.');
  readonly refusedAccountsPerAddress = this.scraped(
    'sign_in_refused_accounts_per_address_max',
    'The most such accounts of one address.',
  );
  readonly refusedAddressesPerAccount = this.scraped(
    'sign_in_refused_addresses_per_account_max',
    'The most such addresses of one account.',
  );

  constructor() {
    // A rate needs the value before the first one: what can be counted starts at 0.
    for (const [name, series] of Object.entries(STARTING_SERIES))
      for (const labels of series)
        (this.registry.getSingleMetric(`cutover_${name}`) as Counter).inc(labels, 0);
  }

  /** Stands on the path of every request: which counter it is, is looked up once. */
  countBearer(kind: BearerKind, outcome: BearerOutcome): void {
    (this.bearerCounters[kind][outcome] ??= this.bearerValidations.labels({ kind, outcome })).inc();
  }

  private counter<T extends string>(name: string, help: string, labelNames: T[]): Counter<T> {
    return new Counter({ name: `cutover_${name}`, help, labelNames, registers: [this.registry] });
  }

  private scraped(name: string, help: string): ScrapedGauge {
    return new ScrapedGauge({ name: `cutover_${name}`, help }, this.registry);
  }

  private scrapedBy<V extends string>(
    name: string,
    help: string,
    label: { name: string; values: readonly V[] },
  ): ScrapedGauge<V> {
    return new ScrapedGauge({ name: `cutover_${name}`, help, label }, this.registry);
  }

  private gauge<T extends string>(name: string, help: string, labelNames: T[]): Gauge<T> {
    return new Gauge({ name: `cutover_${name}`, help, labelNames, registers: [this.registry] });
  }
}
