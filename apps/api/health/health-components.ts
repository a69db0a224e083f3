import type { Settings } from '@cutover/config';
import type { DatabaseHealth } from '@cutover/database';
import type { ExternalAvailability, ProviderCircuits } from '@cutover/external-auth';
import type { ComponentHealth, HealthComponent, HealthComponents } from '@cutover/operations';
import type { TokenRefreshJob } from '@cutover/sessions';
import type { LocalPasswords } from '@cutover/users';

/** Intervals without a sign of life of the refresh job after which something is wrong with it. */
const MISSED_RUNS = 3;

/** What this service stands on, and which of it keeps traffic away. */
export function healthComponents(
  settings: Settings,
  database: DatabaseHealth,
  external: ExternalAvailability,
  circuits: ProviderCircuits,
  refreshJob: TokenRefreshJob,
  passwords: LocalPasswords,
): HealthComponents {
  const databaseComponent: HealthComponent = { name: 'database', check: () => databaseHealth(database) };
  return {
    ready: [databaseComponent],
    all: [
      databaseComponent,
      { name: 'external_auth_api', check: () => externalHealth(settings, external, circuits, passwords) },
      { name: 'token_refresh', check: () => refreshHealth(settings, refreshJob) },
    ],
  };
}

async function databaseHealth(database: DatabaseHealth): Promise<ComponentHealth> {
  const { up, schema, cause } = await database.check();
  return { status: up && schema === 'current' ? 'up' : 'down', details: { schema, ...(cause && { cause }) } };
}

/** Down only when people need it now and nothing serves in its place; an outage over there must not look like one of the local half. */
async function externalHealth(
  { useExternalAuth, externalAuth }: Settings,
  external: ExternalAvailability,
  circuits: ProviderCircuits,
  passwords: LocalPasswords,
): Promise<ComponentHealth> {
  if (!externalAuth) return { status: 'up', details: { state: 'not configured' } };
  const { state, since, cause } = external.current();
  const circuit = circuits.status();
  const details = {
    state,
    since: new Date(since).toISOString(),
    url: new URL(externalAuth.urls.login).origin,
    ...(cause && { cause }),
    circuit: circuit.state,
    circuitSince: new Date(circuit.since).toISOString(),
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

/** Never down: until their access tokens run out people notice nothing, and sign in again after that. */
function refreshHealth({ session }: Settings, job: TokenRefreshJob): ComponentHealth {
  const { lastRunAt, due, lag } = job.status();
  const late = Date.now() - lastRunAt > MISSED_RUNS * session.tokenRefreshInterval * 1000;
  const details = { lastRunAt: new Date(lastRunAt).toISOString(), due, lagSeconds: lag / 1000 };
  return { status: late ? 'degraded' : 'up', details };
}
