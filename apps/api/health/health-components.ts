import type { Settings } from '@cutover/config';
import type { DatabaseHealth } from '@cutover/database';
import type { ExternalAvailability, ProviderCircuits, ProviderKeys } from '@cutover/external-auth';
import type { ComponentHealth, HealthComponent, HealthComponents } from '@cutover/operations';
import type { RolloutService } from '@cutover/rollout';
import type { TokenRefreshJob } from '@cutover/sessions';
import type { LocalPasswords } from '@cutover/users';

/** Intervals without a sign of life of the refresh job after which something is wrong with it. */
const MISSED_RUNS = 3;

/** Milliseconds. Keys are fetched every ten minutes (`KeysRefresh`): this old, three fetches in a row have failed. */
const STALE_KEYS = 31 * 60_000;

/** What the components are asked of. */
export interface HealthSources {
  database: DatabaseHealth;
  external: ExternalAvailability;
  circuits: ProviderCircuits;
  refreshJob: TokenRefreshJob;
  keys: ProviderKeys;
  rollout: RolloutService;
  passwords: LocalPasswords;
}

/** What this service stands on, and which of it keeps traffic away. docs/health.md says what to do about each. */
export function healthComponents(settings: Settings, sources: HealthSources): HealthComponents {
  const database: HealthComponent = { name: 'database', check: () => databaseHealth(sources) };
  return {
    ready: [database],
    all: [
      database,
      { name: 'external_auth_api', check: () => externalHealth(settings, sources) },
      { name: 'token_refresh', check: () => refreshHealth(settings, sources) },
      { name: 'jwks', check: () => keysHealth(settings, sources) },
      { name: 'rollout', check: () => rolloutHealth(sources) },
    ],
  };
}

async function databaseHealth({ database }: HealthSources): Promise<ComponentHealth> {
  const { up, schema, version, cause } = await database.check();
  return {
    status: up && schema === 'current' ? 'up' : 'down',
    details: { schema, version, ...(cause && { cause }) },
  };
}

/** Down only when people need it now and nothing serves in its place; an outage over there must not look like one of the local half. */
async function externalHealth(
  { useExternalAuth, externalAuth }: Settings,
  { external, circuits, passwords }: HealthSources,
): Promise<ComponentHealth> {
  if (!externalAuth) return { status: 'up', details: { state: 'not configured' } };
  const { state, since, cause } = external.current();
  const circuit = circuits.status();
  const details = {
    state,
    since: instant(since),
    url: new URL(externalAuth.urls.login).origin,
    ...(cause && { cause }),
    circuit: circuit.state,
    circuitSince: instant(circuit.since),
    ...(circuit.cause && { circuitCause: circuit.cause }),
  };
  if (state === 'up' && circuit.state === 'closed') return { status: 'up', details };
  if (state === 'unknown' && circuit.state === 'closed') return { status: 'degraded', details };
  const isNeeded =
    useExternalAuth && !(externalAuth.fallback === 'local' && (await passwordsExist(passwords)));
  return { status: isNeeded ? 'down' : 'degraded', details };
}

/** While the database is away that is for its own component to say. */
const passwordsExist = (passwords: LocalPasswords) => passwords.exist().catch(() => true);

/**
 * Never down: until their access tokens run out people notice nothing, and sign in again after that. A lag beyond
 * `TOKEN_REFRESH_BUFFER` means that some have run out.
 */
function refreshHealth({ session }: Settings, { refreshJob }: HealthSources): ComponentHealth {
  const { lastRunAt, due, lag } = refreshJob.status();
  const { tokenRefreshInterval, tokenRefreshBuffer } = session;
  const late = Date.now() - lastRunAt > MISSED_RUNS * tokenRefreshInterval * 1000;
  const behind = lag > Math.max(tokenRefreshBuffer, MISSED_RUNS * tokenRefreshInterval) * 1000;
  const details = { lastRunAt: instant(lastRunAt), due, lagSeconds: lag / 1000 };
  return { status: late || behind ? 'degraded' : 'up', details };
}

/** Never down: who needs keys and gets none is answered `external_unavailable`; the local half needs none. */
function keysHealth({ externalAuth }: Settings, { keys }: HealthSources): ComponentHealth {
  if (!externalAuth?.urls.jwks) return { status: 'up', details: { state: 'not used' } };
  const { needed, age, trusted } = keys.state();
  if (!needed) return { status: 'up', details: { state: 'not needed yet' } };
  const state = trusted ? 'trusted' : 'missing';
  const fresh = trusted && age !== null && age < STALE_KEYS;
  return { status: fresh ? 'up' : 'degraded', details: { state, ageSeconds: age && Math.round(age / 1000) } };
}

/** A hold wants a person; without a database nobody knows the stage, and that is the database's fault to report. */
async function rolloutHealth({ rollout }: HealthSources): Promise<ComponentHealth> {
  try {
    const { stage, percent, hold, version } = await rollout.inForce();
    const held = hold && { hold: hold.reason, holdSince: instant(hold.since) };
    return { status: hold ? 'degraded' : 'up', details: { stage, percent, version, ...held } };
  } catch {
    return { status: 'degraded', details: { stage: 'unknown' } };
  }
}

const instant = (milliseconds: number) => new Date(milliseconds).toISOString();
