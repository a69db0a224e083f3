import type { ConfigurationFault } from './configuration-error';
import { environment, type Environment } from './environment';
import type { Variables } from './secrets/secret-files';

/** What can be read; a setting that cannot has its default here, so that the faults of all others are found too. */
export function parseEnvironment(set: Variables): { env: Environment; faults: ConfigurationFault[] } {
  const result = environment.safeParse(set);
  if (result.success) return { env: result.data, faults: [] };
  const faults = result.error.issues.map(({ path, message }) => ({ name: path.join('.'), problem: message }));
  const wrong = new Set(faults.map(({ name }) => name));
  const rest = Object.fromEntries(Object.entries(set).filter(([name]) => !wrong.has(name)));
  return { env: environment.parse(rest), faults };
}

/** An empty value is as good as none. */
export const withoutEmpty = (variables: Variables) =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
